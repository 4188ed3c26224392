"""The page on any screen, from anywhere, with or without its parts."""

import pytest
from comparison_documents import everything
from report_pages import (
    DOCUMENTS,
    FIRST,
    NARROW_PIXELS,
    SECOND,
    column,
    message,
    panel,
    wait_for_plots,
)

from adapters.contract import MODES
from adapters.zoo import MODELS
from workbench import report

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("report")]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_report_opens_from_a_file_and_asks_nobody(opened, folder, scheme):
    page = opened(with_plots=True, color_scheme=scheme)

    for anchor in (FIRST, SECOND):
        page.locator("#experiment").select_option(anchor)
        wait_for_plots(page)

    assert page.complaints == []
    outside = [r for r in page.requests if not r.startswith((folder.as_uri(), "data:"))]
    assert outside == []


def test_the_report_works_from_a_server_on_this_machine(opened, address):
    page = opened(address=address)
    wait_for_plots(page)

    assert page.complaints == []
    assert all(r.startswith((address, "data:")) for r in page.requests)


def test_without_plotly_the_tables_still_work(opened, tmp_path):
    report.write(DOCUMENTS, tmp_path)
    (tmp_path / "plotly.min.js").unlink()

    page = opened(address=tmp_path.as_uri())

    assert "not beside this page" in panel(page).locator(".chart").first.inner_text()
    assert column(page, 1) == ["reference", "pytorch", "jax", "jax"]


def test_without_javascript_every_table_can_be_read(opened):
    page = opened(java_script_enabled=False)

    for anchor in (FIRST, SECOND):
        for table in ("equality", "cost", "training"):
            assert page.locator(f"[id='{anchor}-{table}']").is_visible()
    assert page.locator("#matrix .square").first.inner_text().startswith("gan")
    assert not page.locator("button:not(thead button)").locator("visible=true").count()


@pytest.fixture(scope="module")
def full(tmp_path_factory):
    """Every model in every mode, and the folder of its report."""
    documents = everything()
    folder = report.write(documents, tmp_path_factory.mktemp("full")).parent
    return documents, folder


@pytest.mark.parametrize("width", [1280, NARROW_PIXELS])
def test_twelve_models_in_fourteen_modes_fit_the_page(opened, bare, full, width):
    documents, folder = full
    size = {"width": width, "height": 800}

    page = opened(address=bare(folder).as_uri(), viewport=size)

    assert page.locator("#matrix tbody tr").count() == len(MODELS) + 1
    assert page.locator("#matrix .square a").count() == sum(
        len(one["rows"]) for one in documents
    )
    assert page.locator("#matrix th.mode").count() == sum(map(len, MODES.values()))
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    box = page.locator(".scroll:has(#matrix)")
    is_whole = box.evaluate("box => box.scrollWidth <= box.clientWidth")
    assert is_whole == (width > NARROW_PIXELS)
    assert page.complaints == []


def test_the_page_is_not_wider_than_a_narrow_screen(opened):
    page = opened(with_plots=True, viewport={"width": NARROW_PIXELS, "height": 800})

    for anchor in (FIRST, SECOND):
        page.locator("#experiment").select_option(anchor)
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= NARROW_PIXELS


def test_paper_has_no_toolbar(opened):
    page = opened()

    page.emulate_media(media="print")
    hidden = [page.locator(part).is_hidden() for part in (".toolbar", "#downloads")]
    page.emulate_media(media="screen")

    assert hidden == [True, True]


WRONG = [
    ("#nobody", "Nothing here is called “nobody”."),
    ("#?colour=red", "Nothing can be filtered by “colour”, but by model, framework"),
    ("#?__proto__=x", "Nothing can be filtered by “__proto__”, but by model"),
    ("#?framework=torch", "There is no framework “torch” here, but reference"),
    ("#%E0%A4%A", "“#%E0%A4%A” is not well formed."),
    (f"#{FIRST}.jax.jit?framework=pytorch", f"“{FIRST}.jax.jit” does not pass"),
]


@pytest.mark.parametrize(("fragment", "complaint"), WRONG)
def test_a_wrong_address_is_told(opened, fragment, complaint):
    page = opened(fragment)

    assert complaint in message(page)
    assert panel(page).is_visible()
    assert page.complaints == []
