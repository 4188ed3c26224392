"""Every page in a browser that can reach nothing but this machine."""

import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.book, pytest.mark.xdist_group("book")]

NARROW_PIXELS = 400
PATIENCE_MILLISECONDS = 120_000  # other tests may keep the machine busy
WITH_MATHEMATICS = "chapters/everything_is_a_mapping.html"
WITH_TABS = "chapters/linear_regression.html"
WITH_PLOTS = "chapters/side_by_side.html"


class Silent(SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        pass


@pytest.fixture(scope="module")
def address(html):
    """Where the book is served on this machine."""
    handler = partial(Silent, directory=str(html))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def opened(chromium, address):
    """A function: open a page, with every complaint and every foreign request noted."""
    contexts = []

    def opened(name, **options):
        context = chromium.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MILLISECONDS)
        page.complaints, page.foreign = [], []

        def note(message):
            if message.type in ("error", "warning"):
                page.complaints.append(message.text)

        def refuse(route):
            page.foreign.append(route.request.url)
            route.abort()

        page.on("console", note)
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.on("requestfailed", lambda request: page.complaints.append(request.url))
        page.on(
            "response", lambda r: r.ok or page.complaints.append(f"{r.status} {r.url}")
        )
        page.route(
            lambda url: not url.startswith((f"{address}/", "data:", "blob:")), refuse
        )
        page.goto(f"{address}/{name}")
        return page

    yield opened
    for context in contexts:
        context.close()


def settled(page):
    """The page, when it has loaded what it wants to load."""
    page.wait_for_load_state("networkidle")
    return page


def test_no_page_complains_asks_another_host_or_is_wider_than_a_telephone(html, opened):
    paths = [p for p in html.rglob("*.html") if "_static" not in p.parts]
    found, wide = {}, {}
    for path in paths:
        size = {"width": NARROW_PIXELS, "height": 800}
        page = settled(opened(path.relative_to(html).as_posix(), viewport=size))
        found[path.name] = page.complaints + page.foreign
        wide[path.name] = page.evaluate("document.documentElement.scrollWidth")
        page.close()

    assert len(found) == len(paths) > 6
    assert not any(found.values()), found
    assert max(wide.values()) <= NARROW_PIXELS, wide


def test_mathematics_is_typeset_without_an_error(opened):
    page = opened(WITH_MATHEMATICS)
    page.wait_for_selector("mjx-container")
    written = page.locator("span.math, div.math").count()

    assert page.locator("mjx-container").count() == written > 10
    assert page.locator("mjx-merror").count() == 0


def test_every_plot_is_drawn(opened):
    page = opened(WITH_PLOTS)
    page.wait_for_selector(".main-svg")
    plots = page.locator(".plotly-graph-div")

    assert plots.count() > 5
    for index in range(plots.count()):
        assert plots.nth(index).locator(".main-svg").count() > 0
    assert settled(page).complaints + page.foreign == []  # on a wide screen, too


def computed(places, style):
    """What the browser makes of a style, at the first of some places."""
    return places.first.evaluate(f"place => getComputedStyle(place)['{style}']")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_text_of_a_plot_has_the_colour_of_the_page(opened, scheme):
    page = opened(WITH_PLOTS, color_scheme=scheme)
    page.wait_for_selector(".main-svg .ytick text")
    text = computed(page.locator(".main-svg .ytick text"), "fill")
    own = computed(page.locator("article p"), "color")
    sheet = computed(page.locator(".text_html:has(.plotly-graph-div)"), "background")

    assert text == own
    assert sheet.startswith("rgba(0, 0, 0, 0)")


def chosen(page):
    """The labels of the tabs that are open."""
    labels = page.locator(".sd-tab-set > input:checked + label").all_inner_texts()
    return {label.strip() for label in labels}


def test_a_choice_of_framework_holds_everywhere_and_stays(opened, address):
    page = settled(opened(WITH_TABS))
    assert chosen(page) == {"Reference"}

    page.locator(".sd-tab-label", has_text="PyTorch").first.click()
    assert chosen(page) == {"PyTorch"}

    page.reload()
    assert chosen(settled(page)) == {"PyTorch"}

    page.goto(f"{address}/{WITH_PLOTS}")
    assert chosen(settled(page)) == {"PyTorch"}


def test_the_search_finds_a_term(opened):
    page = opened("search.html?q=cotangent")
    page.wait_for_selector("ul.search li a")

    assert "Glossary" in page.locator("ul.search").inner_text()
    assert page.complaints + page.foreign == []
