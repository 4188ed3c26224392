import csv
import io
import json
import shutil
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

from workbench import report
from workbench.report import listings

playwright = pytest.importorskip("playwright.sync_api", reason="needs playwright")

pytestmark = pytest.mark.browser

AA = 4.5  # contrast of text that everyone can read: WCAG 2.2, criterion 1.4.3
NARROW_PIXELS = 400
ERRORS = ("forward_error", "gradient_error", "trajectory_error")
HOSTILE = "=1+1 </script><script>alert(1)</script>\n<img src=x onerror=alert(2)>"


def row(framework, seconds, *, status="equal", reason=None):
    """A row that took so many seconds a step; nothing is known if it took none."""
    known = seconds is not None
    losses = spread = None
    if known:
        losses = [2.0 / step + seconds * 1e-3 for step in range(1, 31)]
        spread = {"median": seconds, "low": seconds * 0.9, "high": seconds * 1.2}
    cost = ("step_seconds", "step_ratio", "latency_seconds")
    once = ("first_step_seconds", "import_seconds", "peak_bytes")
    return {
        "framework": framework,
        "mode": "eager",
        "status": status,
        "reason": reason,
        **dict.fromkeys(ERRORS, 1e-16 if known else None),
        "float32": dict.fromkeys(ERRORS, 0.0 if known else None),
        "losses": losses,
        "metric": {"name": "accuracy", "value": 0.9} if known else None,
        **dict.fromkeys(cost, spread),
        **dict.fromkeys(once, seconds),
        "versions": {framework: "1.0"} if known else {},
    }


def document(model, *rows):
    return {
        "schema": 1,
        "experiment": {"id": f"{model}-0123456789", "model": model, "steps": 30},
        "machine": {"cpu": "a cpu", "memory_bytes": 8_000_000_000},
        "basis": "pytorch (eager)",
        "rows": list(rows),
    }


DOCUMENTS = [
    document("mlp", row("reference", 0.002), row("pytorch", 0.003), row("jax", 0.001)),
    document(
        "linear",
        row("reference", 0.002),
        row("tensorflow", None, status="failed", reason=HOSTILE),
        row("jax", 0.001, status="different", reason="the gradient differs"),
        row("mxnet", None, status="missing"),
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

    def opened(address=None, **options):
        options = {"offline": address is None, **options}
        name = repr(options)
        if name not in pages:
            pages[name] = watched(chromium.new_context(**options).new_page())
        page = pages[name]
        page.goto("about:blank")
        page.complaints, page.requests = [], []
        page.goto(f"{address or folder.as_uri()}/index.html")
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


def panel(page, model="mlp"):
    return page.locator(f"[id='{model}-0123456789']")


def column(page, number, table="mlp-0123456789-cost"):
    """The texts of one column of a table, as far as they can be seen."""
    cells = page.locator(
        f"[id='{table}'] tbody tr:not([hidden]) > :nth-child({number})"
    )
    return [text.split("\n")[0].strip() for text in cells.all_inner_texts()]


def names(page):
    return column(page, 1)


def wait_for_plots(page):
    page.wait_for_selector("main[aria-busy=false]")


def traces(page, plot):
    """The data of a plot, as plotly has them."""
    wait_for_plots(page)
    return panel(page).locator(f"[data-plot='{plot}']").evaluate("box => box.data")


def downloaded(page, button):
    with page.expect_download() as download:
        panel(page, "linear").get_by_role("button", name=button).click()
    return download.value


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_report_opens_from_a_file_and_asks_nobody(opened, folder, scheme):
    page = opened(color_scheme=scheme)

    for tab in page.locator("#experiments [role=tab]").all():
        tab.click()
        wait_for_plots(page)

    assert page.complaints == []
    outside = [r for r in page.requests if not r.startswith((folder.as_uri(), "data:"))]
    assert outside == []


def test_the_report_works_from_a_server_on_this_machine(opened, address):
    page = opened(address)
    wait_for_plots(page)

    assert page.complaints == []
    assert all(r.startswith((address, "data:")) for r in page.requests)


def test_every_plot_is_drawn_or_says_why_not(opened):
    page = opened()
    page.get_by_role("tab", name="linear").click()
    wait_for_plots(page)

    for box in panel(page, "linear").locator(".chart").all():
        assert box.locator(".main-svg").count() or box.inner_text()


def test_without_plotly_the_tables_still_work(opened, tmp_path):
    report.write(DOCUMENTS, tmp_path)
    (tmp_path / "plotly.min.js").unlink()

    page = opened(tmp_path.as_uri())

    assert "not beside this page" in panel(page).locator(".chart").first.inner_text()
    assert names(page) == ["reference", "pytorch", "jax"]


def test_a_tab_shows_its_experiment_and_the_address_leads_back(opened):
    page = opened()
    page.get_by_role("tab", name="linear").click()

    assert page.url.endswith("#linear-0123456789")
    assert panel(page, "linear").is_visible()
    assert panel(page).is_hidden()

    page.reload()
    assert panel(page, "linear").is_visible()

    page.go_back()
    assert panel(page).is_visible()


def test_tabs_are_reached_with_the_keyboard(opened):
    page = opened()
    page.locator("#experiments [aria-selected=true]").focus()

    page.keyboard.press("ArrowLeft")

    tab = page.locator("#experiments [aria-selected=true]")
    assert tab.inner_text().startswith("linear")
    assert tab.evaluate("tab => tab === document.activeElement")
    assert panel(page, "linear").is_visible()


def test_columns_are_sorted_with_the_keyboard_and_the_unknown_stays_last(opened):
    page = opened()
    page.get_by_role("tab", name="linear").click()
    table = page.locator("[id='linear-0123456789-cost']")
    table.get_by_role("button", name="Training step").focus()
    orders = []

    for _ in range(2):
        page.keyboard.press("Enter")
        heading = table.locator("th", has_text="Training step")
        heads = column(page, 1, "linear-0123456789-cost")
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

    page.locator("[id='mlp-0123456789-cost'] thead button").first.click()

    assert names(page) == ["jax", "pytorch", "reference"]


def test_a_framework_that_is_not_wanted_leaves_tables_and_plots(opened):
    page = opened()

    page.get_by_label("pytorch").first.uncheck()

    assert names(page) == ["reference", "jax"]
    assert traces(page, "cost/step_seconds")[0]["y"] == ["reference", "jax"]
    assert [t["name"] for t in traces(page, "loss/itself")] == ["reference", "jax"]
    assert "4 of 5" in page.locator("#filter output").inner_text()


def test_bars_become_points_where_there_is_no_zero(opened):
    page = opened()

    panel(page).get_by_label("Logarithmic axes").check()

    assert traces(page, "cost/step_seconds")[0]["mode"] == "markers"


def test_errors_of_zero_have_a_place_left_of_all_others(opened):
    found = traces(opened(), "errors/float32")

    points = [t for t in found if t["mode"] == "markers" and t["x"] != [None]]
    gates = [t["x"][0] for t in found if t["mode"] == "lines+text"]
    assert len(points) == 3
    assert all(0 < x < min(gates) / 5 for t in points for x in t["x"])


@pytest.mark.parametrize("width", [1280, NARROW_PIXELS])
def test_two_adapters_stand_side_by_side(opened, width):
    page = opened(viewport={"width": width, "height": 800})
    page.get_by_label("Left").select_option("jax")
    page.get_by_label("Right").select_option("mxnet")
    page.get_by_role("tab", name="optim.py").click()

    listing = page.locator("#listing")
    assert listing.locator("caption").inner_text() == "optim.py of jax and of mxnet"
    rows = listing.locator("tbody tr")
    if width > NARROW_PIXELS:
        sides = (rows.locator(f"td:nth-child({n}):not(.absent)") for n in (2, 4))
    else:
        sides = (rows.locator(f"td.text:not(.{kind})") for kind in ("plus", "minus"))
    for framework, side in zip(("jax", "mxnet"), sides, strict=True):
        lines = side.evaluate_all("cells => cells.map(cell => cell.textContent)")
        assert lines == listings.source(framework, "optim.py").splitlines()


def test_the_sides_of_the_code_can_be_swapped(opened):
    page = opened()

    page.get_by_role("button", name="Swap").click()

    caption = page.locator("#listing caption").inner_text()
    assert caption == "layers.py of pytorch and of reference"


def test_rows_are_downloaded_with_all_digits(opened):
    page = opened()
    page.get_by_role("tab", name="linear").click()

    download = downloaded(page, "Rows as CSV")

    text = download.path().read_text(encoding="utf-8")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert download.suggested_filename == "linear-0123456789-rows.csv"
    for row, original in zip(rows, DOCUMENTS[1]["rows"], strict=True):
        assert row["framework"] == original["framework"]
        if original["step_seconds"]:
            assert float(row["step_seconds.high"]) == original["step_seconds"]["high"]
            assert float(row["float32.forward_error"]) == 0
    # A spreadsheet would take the reason for a formula.
    assert rows[1]["reason"] == f"'{HOSTILE}"


def test_losses_are_downloaded_step_by_step(opened):
    page = opened()
    page.get_by_role("tab", name="linear").click()

    text = downloaded(page, "Losses as CSV").path().read_text(encoding="utf-8")

    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    losses = [float(row["jax (eager)"]) for row in rows]
    assert losses == DOCUMENTS[1]["rows"][2]["losses"]


def test_everything_is_downloaded_as_it_came(opened):
    page = opened()
    page.get_by_role("tab", name="linear").click()

    download = downloaded(page, "Everything as JSON")

    assert json.loads(download.path().read_text(encoding="utf-8")) == DOCUMENTS[1]


def test_the_page_is_not_wider_than_a_narrow_screen(opened):
    page = opened(viewport={"width": NARROW_PIXELS, "height": 800})

    for tab in page.locator("#experiments [role=tab]").all():
        tab.click()
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= NARROW_PIXELS


# The contrast of every text with what is behind it, as WCAG 2.2 defines it.
TOO_FAINT = """least => {
  const channels = (color) => color.match(/[\\d.]+/g).map(Number);
  const light = (color) => {
    const [r, g, b] = channels(color).slice(0, 3).map((c) => c / 255)
      .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    const color = getComputedStyle(element).backgroundColor;
    const isOpaque = (channels(color)[3] ?? 1) === 1;
    return isOpaque || !element.parentElement ? color : behind(element.parentElement);
  };
  const hasText = (element) =>
    [...element.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
  return [...document.querySelectorAll("body *:not(script, svg *)")]
    .filter((e) => hasText(e) && e.checkVisibility())
    .map((e) => {
      const pair = [light(getComputedStyle(e).color), light(behind(e))];
      const contrast = (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
      return [contrast, e.tagName, e.className, e.textContent.trim().slice(0, 30)];
    })
    .filter(([contrast]) => contrast < least);
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("model", ["mlp", "linear"])
def test_every_text_can_be_read(opened, scheme, model):
    page = opened(color_scheme=scheme)
    page.get_by_role("tab", name=model).click()

    assert page.evaluate(TOO_FAINT, AA) == []
