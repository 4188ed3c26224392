import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

pytestmark = [pytest.mark.book, pytest.mark.xdist_group("book")]

CHAPTERS = (
    "preface",
    "everything_is_a_mapping",
    "derivatives",
    "graphs",
    "memory",
    "training",
    "compilation",
    "linear_regression",
    "side_by_side",
    "atlas",
    "array_api",
)
LOADS = {
    "script": "src",
    "img": "src",
    "link": "href",
    "iframe": "src",
    "source": "src",
}
# A link to a page elsewhere is followed by the reader, not by the browser.
NOT_LOADED = {"canonical", "next", "prev", "search", "index", "author"}


class Page(HTMLParser):
    """The addresses that a page loads, those that it links to, and its own places."""

    def __init__(self, path):
        super().__init__()
        self.loaded, self.linked, self.ids = set(), set(), set()
        self.feed(path.read_text())

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.ids.add(attrs.get("id"))
        if tag == "a" and attrs.get("href"):
            self.linked.add(attrs["href"])
        address = attrs.get(LOADS.get(tag))
        if address and attrs.get("rel") not in NOT_LOADED:
            self.loaded.add(address)


@pytest.fixture(scope="module")
def pages(html):
    paths = [p for p in html.rglob("*.html") if "_static" not in p.parts]
    return {path.resolve(): Page(path) for path in paths}


def test_every_chapter_is_a_page(html):
    for name in CHAPTERS:
        assert (html / "chapters" / f"{name}.html").is_file()


def test_everything_that_a_page_loads_lies_beside_it(pages):
    foreign = {
        address
        for page in pages.values()
        for address in page.loaded
        if urlsplit(address).netloc
    }

    assert not foreign


def test_every_link_inside_the_book_has_an_end(pages):
    broken = []
    for path, page in pages.items():
        for link in page.linked:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (
                (path.parent / unquote(parts.path)).resolve() if parts.path else path
            )
            place = unquote(parts.fragment)
            if not target.exists() or (
                place and target in pages and place not in pages[target].ids
            ):
                broken.append(f"{path.name}: {link}")

    assert not broken


def test_a_chapter_offers_itself_as_a_notebook(html):
    for name in CHAPTERS[1:]:
        assert list(Path(html, "_downloads").rglob(f"{name}.ipynb"))


@pytest.mark.parametrize("name", ["everything_is_a_mapping", "graphs"])
def test_an_error_in_a_captured_cell_names_the_cell(html, name):
    page = Path(html, "chapters", f"{name}.html").read_text()

    # The text is filled, so a line may end anywhere.
    assert re.search(r"cell\sIn\[\d+\],\sline\s\d+:", page)


def test_only_pages_with_plots_load_plotly(pages):
    loading = {
        path.stem
        for path, page in pages.items()
        if any("plotly" in address for address in page.loaded)
    }

    plotting = {"compilation", "deviations", "equivalence", "memory"}
    assert loading == plotting | {"side_by_side", "training"}
