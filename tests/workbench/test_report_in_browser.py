import csv
import io
import json
import shutil
import struct
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
from comparison_documents import document, empty, everything, layer, row

from adapters.contract import MODES
from adapters.zoo import MODELS
from workbench import report
from workbench.report import listings

playwright = pytest.importorskip("playwright.sync_api", reason="needs playwright")
axe = pytest.importorskip(
    "axe_playwright_python.sync_playwright", reason="needs axe-playwright-python"
)

pytestmark = pytest.mark.browser

PATIENCE_MILLISECONDS = 300_000  # a busy machine is no broken page
NARROW_PIXELS = 390
HOSTILE = "=1+1 </script><script>alert(1)</script>\n<img src=x onerror=alert(2)>"
FIRST, SECOND = "gan-0123456789", "linear_regression-0123456789"


def trained(framework, mode, seconds, **more):
    """A row that took so many seconds a step."""
    spread = {"median": seconds, "low": seconds * 0.9, "high": seconds * 1.2}
    curve = [2.0 / step + seconds * 1e-3 for step in range(1, 31)]
    losses = {"discriminator_loss": curve, "generator_loss": curve[::-1]}
    costs = dict.fromkeys(("step_seconds", "step_ratio", "latency_seconds"), spread)
    zeros = dict.fromkeys(("forward_error", "gradient_error", "trajectory_error"), 0.0)
    return row(framework, mode, losses=losses, float32=zeros, **{**costs, **more})


def layers():
    rng = np.random.default_rng(0)
    return [layer(name, rng) for name in ("generator.hidden", "generator.relu")]


DOCUMENTS = [
    document(
        trained("reference", "compiled", 0.002),
        trained("pytorch", "eager", 0.003, layers=layers()),
        trained("jax", "jit", 0.001),
        trained("jax", "op by op", 0.004, layers=layers(), remark="slow & <b>sure</b>"),
        model="gan",
    ),
    document(
        trained("reference", "compiled", 0.002),
        empty("tensorflow", "failed", HOSTILE, mode="fit"),
        trained("jax", "jit", 0.001, status="different", reason="the gradient differs"),
        empty("mxnet", "missing", mode="module"),
        model="linear_regression",
        threads=2,
    ),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return report.write(DOCUMENTS, tmp_path_factory.mktemp("report")).parent


@pytest.fixture(scope="module")
def chromium():
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("needs Chromium, and there is no program of that name")
    with playwright.sync_playwright() as engine:
        flags = ["--no-sandbox", "--disable-background-networking"]
        browser = engine.chromium.launch(executable_path=path, args=flags)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def pages(chromium):
    """Pages by their options; a page that is used again need not parse plotly again."""
    return {}


@pytest.fixture
def opened(chromium, pages, folder):
    """A function: open the report, with every complaint and every request noted."""

    def opened(fragment="", *, address=None, **options):
        options = {"offline": address is None, **options}
        name = repr(options)
        if name not in pages:
            pages[name] = watched(chromium.new_context(**options).new_page())
            pages[name].set_default_timeout(PATIENCE_MILLISECONDS)
        page = pages[name]
        page.goto("about:blank")
        page.complaints, page.requests = [], []
        page.goto(f"{address or folder.as_uri()}/index.html{fragment}")
        return page

    return opened


def watched(page):
    """A page that notes what it complains of and what it asks for."""
    page.on("console", lambda message: page.complaints.append(message.text))
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.on("requestfailed", lambda request: page.complaints.append(request.url))
    page.on("request", lambda request: page.requests.append(request.url))
    page.complaints, page.requests = [], []
    return page


@pytest.fixture
def address(folder):
    """Where the report is served on this machine."""
    handler = partial(SilentHandler, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


class SilentHandler(SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        pass


def panel(page, anchor=FIRST):
    return page.locator(f"[id='{anchor}']")


def seen(page, selector):
    """The texts of what can be seen."""
    found = page.locator(selector).all()
    return [
        one.inner_text().split("\n")[0].strip() for one in found if one.is_visible()
    ]


def column(page, number, table=f"{FIRST}-cost"):
    """The texts of one column of a table, as far as they can be seen."""
    return seen(page, f"[id='{table}'] tbody tr > :nth-child({number})")


def wait_for_plots(page):
    page.wait_for_selector("main[aria-busy=false]")


def traces(page, plot):
    """The data of a plot, as plotly has them."""
    wait_for_plots(page)
    return panel(page).locator(f"[data-plot='{plot}']").evaluate("box => box.data")


def downloaded(page, button):
    with page.expect_download() as download:
        button.click()
    return download.value


def records(page, button):
    """A CSV file as records."""
    found = downloaded(page, page.get_by_role("button", name=button))
    text = found.path().read_text(encoding="utf-8")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def choose(page, *values):
    """Open the filter and tick some of its boxes."""
    page.locator("#filter").evaluate("filter => { filter.open = true; }")
    for value in values:
        page.locator(f"#filter input[value='{value}']").check()


def where(page):
    """The address as the page knows it; what the driver knows may be older."""
    return page.evaluate("location.href")


def message(page):
    return page.locator("#message").inner_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_report_opens_from_a_file_and_asks_nobody(opened, folder, scheme):
    page = opened(color_scheme=scheme)

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


@pytest.mark.parametrize("anchor", [FIRST, SECOND])
def test_every_plot_is_drawn_or_says_why_not(opened, anchor):
    page = opened(f"#{anchor}")
    wait_for_plots(page)

    boxes = panel(page, anchor).locator(".chart").all()
    assert boxes
    for box in boxes:
        assert box.locator(".main-svg").count() or box.inner_text()


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


@pytest.mark.parametrize("width", [1280, NARROW_PIXELS])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_an_audit_of_accessibility_finds_nothing(opened, width, scheme):
    page = opened(color_scheme=scheme, viewport={"width": width, "height": 800})
    choose(page, "2")
    wait_for_plots(page)
    found = [axe.Axe().run(page).response["violations"]]

    page.locator("#filter .clear").click()
    page.locator("details").evaluate_all("all => all.forEach(d => { d.open = true; })")
    page.get_by_role("radio", name="errors in float64").check()
    wait_for_plots(page)
    found.append(axe.Axe().run(page).response["violations"])

    assert found == [[], []]


def test_the_rules_of_the_audit_are_those_that_were_meant(opened):
    page = opened()
    page.locator("h1").evaluate("title => { title.style.color = '#eee'; }")

    found = axe.Axe().run(page).response["violations"]

    assert [one["id"] for one in found] == ["color-contrast"]


@pytest.mark.parametrize("width", [1280, NARROW_PIXELS])
def test_twelve_models_in_fourteen_modes_fit_the_page(opened, tmp_path, width):
    documents = everything()
    report.write(documents, tmp_path)

    page = opened(address=tmp_path.as_uri(), viewport={"width": width, "height": 800})

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
    page = opened()

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


WRONG = [
    ("#nobody", "Nothing here is called “nobody”."),
    ("#?colour=red", "Nothing can be filtered by “colour”, but by model, framework"),
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


def test_columns_are_sorted_with_the_keyboard_and_the_unknown_stays_last(opened):
    page = opened(f"#{SECOND}")
    table = page.locator(f"[id='{SECOND}-cost']")
    table.get_by_role("button", name="Training step").focus()
    orders = []

    for _ in range(2):
        page.keyboard.press("Enter")
        heading = table.locator("th", has_text="Training step")
        heads = column(page, 1, f"{SECOND}-cost")
        orders.append(
            (heading.get_attribute("aria-sort"), [h.split()[0] for h in heads])
        )

    unknown = ["tensorflow", "mxnet"]
    assert orders == [
        ("ascending", ["jax", "reference", *unknown]),
        ("descending", ["reference", "jax", *unknown]),
    ]


def test_words_are_sorted_by_the_alphabet(opened):
    page = opened()

    page.locator(f"[id='{FIRST}-cost'] thead button").first.click()

    assert column(page, 1) == ["jax", "jax", "pytorch", "reference"]


def test_layers_return_to_the_order_in_which_data_passes(opened):
    page = opened()
    panel(page).get_by_text("All layers as a table").click()
    table = panel(page).locator(f"[id='{FIRST}-layers']")

    table.get_by_role("button", name="time").first.click()
    table.get_by_role("button", name="layer").click()

    assert column(page, 1, f"{FIRST}-layers") == ["generator.hidden", "generator.relu"]


def test_bars_become_points_where_there_is_no_zero(opened):
    page = opened()

    panel(page).get_by_label("Logarithmic axes").check()

    assert traces(page, "cost/step_seconds")[0]["mode"] == "markers"


def test_errors_of_zero_have_a_place_left_of_all_others(opened):
    found = traces(opened(), "errors/float32")

    points = [t for t in found if t["mode"] == "markers"]
    gates = [t["x"][0] for t in found if t["mode"] == "lines+text"]
    assert len(points) == 4
    assert all(0 < x < min(gates) / 5 for t in points for x in t["x"])


def test_layers_without_parameters_have_no_error_backward(opened):
    page = opened()

    forward, backward = (
        traces(page, f"layers/{kind}") for kind in ("forward", "gradient")
    )

    assert [t["y"] for t in forward] == [["generator.hidden", "generator.relu"]] * 2
    assert [t["y"] for t in backward] == [["generator.hidden"]] * 2


def test_every_objective_is_drawn(opened):
    page = opened()

    found = [
        traces(page, f"loss/itself/{one}") for one in DOCUMENTS[0]["rows"][0]["losses"]
    ]

    assert [t[0]["y"][0] > t[0]["y"][-1] for t in found] == [True, False]


@pytest.mark.parametrize("chosen", [("jax", "mxnet"), ("reference", "mxnet", "jax")])
@pytest.mark.parametrize("width", [1280, NARROW_PIXELS])
def test_adapters_stand_side_by_side(opened, width, chosen):
    page = opened(viewport={"width": width, "height": 800})
    for name in ("reference", "pytorch", "jax", "mxnet"):
        page.locator(f"#sides input[value={name}]").set_checked(name in chosen)
    page.locator("#file").select_option("optim.py")

    listing = page.locator("#listing")
    names = [name for name in MODES if name in chosen]
    caption = listing.locator("caption").inner_text()
    assert caption == f"optim.py in {', '.join(names)}"
    if width > NARROW_PIXELS:
        for place, name in enumerate(names):
            side = listing.locator(f"tbody td:nth-child({2 * place + 2}):not(.absent)")
            lines = side.evaluate_all("cells => cells.map(cell => cell.textContent)")
            assert lines == listings.source(name, "optim.py").splitlines()
    else:
        lines = listing.locator("td.text").all_text_contents()
        for name in names:
            assert set(listings.source(name, "optim.py").splitlines()) <= set(lines)


def test_the_code_is_that_of_the_model_until_another_file_is_chosen(opened):
    page = opened()
    assert page.locator("#file").input_value() == "models/gan.py"

    page.locator("#experiment").select_option(SECOND)
    assert page.locator("#file").input_value() == "models/linear_regression.py"
    lines = listings.count("pytorch", "models/linear_regression.py")
    assert f"pytorch {lines} lines of code" in page.locator("#listing").inner_text()

    page.locator("#file").select_option("train.py")
    page.locator("#experiment").select_option(FIRST)
    assert page.locator("#file").input_value() == "train.py"


def test_rows_are_downloaded_with_all_digits(opened):
    rows = records(opened(), "Rows as CSV")

    originals = [row for one in DOCUMENTS for row in one["rows"]]
    for row_, original in zip(rows, originals, strict=True):
        assert row_["framework"] == original["framework"]
        if original["step_seconds"]:
            assert float(row_["step_seconds.high"]) == original["step_seconds"]["high"]
            assert float(row_["float32.forward_error"]) == 0
    assert [row_["threads"] for row_ in rows] == ["1"] * 4 + ["2"] * 4
    # A spreadsheet would take the reason for a formula.
    assert rows[5]["reason"] == f"'{HOSTILE}"


def test_losses_are_downloaded_step_by_step(opened):
    rows = records(opened(), "Losses as CSV")

    mine = [
        r for r in rows if (r["mode"], r["objective"]) == ("op by op", "generator_loss")
    ]
    assert [int(r["step"]) for r in mine] == list(range(1, 31))
    losses = DOCUMENTS[0]["rows"][3]["losses"]["generator_loss"]
    assert [float(r["loss"]) for r in mine] == losses


def test_layers_are_downloaded_one_by_one(opened):
    rows = records(opened(), "Layers as CSV")

    assert [r["layer.name"] for r in rows] == ["generator.hidden", "generator.relu"] * 2
    assert float(rows[0]["layer.forward"]) == layers()[0]["forward"]


def test_everything_is_downloaded_as_it_came(opened):
    page = opened()

    download = downloaded(page, page.get_by_role("button", name="Everything as JSON"))

    assert json.loads(download.path().read_text(encoding="utf-8")) == DOCUMENTS


def test_every_plot_can_be_taken_as_a_drawing(opened):
    page = opened()
    wait_for_plots(page)

    for box in panel(page).locator("figure").all():
        title = box.locator("figcaption").inner_text().split("\n")[0].strip()
        download = downloaded(page, box.get_by_role("button", name="SVG"))
        text = download.path().read_text(encoding="utf-8")
        assert text.startswith("<svg")
        assert f"{title}: gan" in text
        assert "http" not in text.replace("http://www.w3.org/", "")


def test_a_plot_can_be_taken_as_a_picture(opened):
    page = opened()
    wait_for_plots(page)
    box = panel(page).locator("figure", has_text="Errors in float64")

    download = downloaded(page, box.get_by_role("button", name="PNG"))

    data = download.path().read_bytes()
    assert download.suggested_filename == f"{FIRST}-errors-float64.png"
    assert data.startswith(b"\x89PNG")
    width, _ = struct.unpack(">II", data[16:24])
    assert width == 2 * box.locator(".chart").evaluate("chart => chart.clientWidth")


def test_plots_fit_white_paper(opened):
    page = opened(color_scheme="dark")
    wait_for_plots(page)
    plots = "panel => all('.js-plotly-plot', panel).map(box => [box.layout.width, " + (
        "box.layout.font.color])"
    )

    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    printed = panel(page).evaluate(plots)
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    shown = panel(page).evaluate(plots)

    assert {tuple(found) for found in printed} == {(640, "#20242a")}
    assert {color for _, color in shown} == {"#e7e5e0"}
    assert 640 not in {width for width, _ in shown}


def test_paper_has_no_toolbar(opened):
    page = opened()

    page.emulate_media(media="print")
    hidden = [page.locator(part).is_hidden() for part in (".toolbar", "#downloads")]
    page.emulate_media(media="screen")

    assert hidden == [True, True]


def test_the_page_is_not_wider_than_a_narrow_screen(opened):
    page = opened(viewport={"width": NARROW_PIXELS, "height": 800})

    for anchor in (FIRST, SECOND):
        page.locator("#experiment").select_option(anchor)
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= NARROW_PIXELS
