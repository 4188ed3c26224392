"""What is chosen and filtered, and the address that leads back to it."""

import pytest
from report_pages import (
    DOCUMENTS,
    FIRST,
    SECOND,
    choose,
    column,
    message,
    panel,
    records,
    seen,
    wait_for_plots,
    where,
)

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("report")]


def test_an_experiment_is_chosen_and_the_address_leads_back(opened):
    page = opened()
    page.locator("#experiment").select_option(SECOND)

    assert where(page).endswith(f"#{SECOND}")
    assert panel(page, SECOND).is_visible()
    assert panel(page).is_hidden()

    page.reload()
    assert panel(page, SECOND).is_visible()

    page.go_back()
    assert panel(page).is_visible()


def test_a_square_leads_to_its_row(opened):
    page = opened()

    page.locator("#matrix a", has_text="linear_regression, jax jit").click()

    assert panel(page, SECOND).is_visible()
    focused = page.evaluate("document.activeElement.id")
    assert focused == f"{SECOND}.jax.jit"
    assert where(page).endswith(f"#{SECOND}.jax.jit")


def test_a_square_has_its_errors_on_demand(opened):
    page = opened()
    square = page.locator("#matrix .square", has_text="gan, jax jit")
    assert "1e-3" not in square.inner_text()
    before = square.inner_text()

    page.get_by_role("radio", name="errors in float64").check()

    assert "0.0010" in before
    assert "2e-16" in square.inner_text()
    assert "0.0010" not in square.inner_text()


def test_everything_is_reached_with_the_keyboard(opened):
    page = opened()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the results"

    page.locator("#experiment").focus()
    page.keyboard.press("ArrowDown")
    assert panel(page, SECOND).is_visible()

    page.locator("#filter summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    assert where(page).endswith("?model=gan")
    assert panel(page).is_visible()


FACETS = [
    ("framework", "jax", 3),
    ("mode", "compiled", 2),
    ("model", "gan", 4),
    ("threads", "2", 4),
    ("status", "different", 1),
]


def passing(anchor, facet, value):
    """The rows of a document that have a value."""
    (made,) = [one for one in DOCUMENTS if one["experiment"]["id"] == anchor]
    return [
        one
        for one in made["rows"]
        if value == str({**made["experiment"], **one}[facet])
    ]


@pytest.mark.parametrize(("facet", "value", "count"), FACETS)
def test_what_is_filtered_out_leaves_tables_plots_and_overview(
    opened, facet, value, count
):
    page = opened(with_plots=True)

    choose(page, value)

    wait_for_plots(page)
    assert f"{count} of 8 rows: {facet} {value}" in page.locator("#count").inner_text()
    squares = page.locator("#matrix .square:not(.absent) a").locator("visible=true")
    assert squares.count() == count
    anchor = page.locator(".panel").locator("visible=true").get_attribute("id")
    rows = passing(anchor, facet, value)
    lines = page.locator(f"[id='{anchor}-equality'] tbody tr").locator("visible=true")
    assert lines.count() == len(rows)
    steps = page.locator(f"[id='{anchor}'] [data-plot='cost/step_seconds']")
    timed = [one["framework"] for one in rows if one["step_seconds"]]
    drawn = steps.evaluate("box => box.data[0].y")
    assert [name.split()[0] for name in drawn] == timed
    assert len(records(page, "Rows as CSV")) == count


def test_a_mode_that_is_filtered_out_leaves_no_gap_in_the_overview(opened):
    page = opened()

    choose(page, "jax")

    assert seen(page, "#matrix thead .mode") == ["jit", "op by op"]
    groups = page.locator("#matrix [data-group]").locator("visible=true")
    assert [one.get_attribute("colspan") for one in groups.all()] == ["2"]


def test_a_filter_that_matches_nothing_says_so_and_offers_to_clear(opened):
    page = opened()

    choose(page, "jax", "compiled")

    assert message(page) == "No row has framework jax, mode compiled."
    assert (
        page.locator("#overview, #experiments, #deviations")
        .locator("visible=true")
        .count()
        == 0
    )
    page.locator("#nothing button").click()
    assert page.locator("#matrix").is_visible()
    assert message(page) == ""
    assert where(page).endswith(f"#{FIRST}")


def test_where_nothing_passes_address_and_box_speak_of_the_same_experiment(opened):
    page = opened()
    page.locator("#experiment").select_option(SECOND)
    choose(page, "gan")
    assert panel(page).is_visible()

    choose(page, "2")  # threads, which gan was not trained with

    assert page.locator("#nothing").is_visible()
    assert page.locator("#experiment").input_value() == FIRST
    assert where(page).endswith(f"#{FIRST}?model=gan&threads=2")
    page.reload()
    assert page.locator("#experiment").input_value() == FIRST


def test_a_click_on_the_count_opens_the_filter(opened):
    page = opened()

    page.locator("#count").click()

    assert page.locator("#filter fieldset").first.is_visible()
    assert page.locator("#count").get_attribute("aria-live") == "polite"


def test_a_copied_link_opens_the_same_view(opened, address):
    page = opened(address=address, permissions=["clipboard-read", "clipboard-write"])
    page.locator("#experiment").select_option(SECOND)
    choose(page, "jax", "op by op", "jit")

    page.get_by_role("button", name="Copy link").click()

    page.wait_for_function("document.querySelector('#message').textContent")
    link = page.evaluate("navigator.clipboard.readText()")
    table = f"{SECOND}-equality"
    before = column(page, 1, table), page.locator("#count").inner_text()
    page.goto("about:blank")
    page.goto(link)
    assert panel(page, SECOND).is_visible()
    assert (column(page, 1, table), page.locator("#count").inner_text()) == before
