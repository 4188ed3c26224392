"""The atlas as a page: every row opens, links, and shows what is recorded."""

from pathlib import Path

import pytest

pytest.importorskip("sphinx_design", reason="needs sphinx-design")
pytest.importorskip("myst_parser", reason="needs MyST-Parser")

from mapping_book.atlas import anchor, text
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util.docutils import docutils_namespace

from atlas.places import THEMES
from atlas.rows import ROWS

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A function: the page that some MyST text becomes."""

    def built(page):
        folder = tmp_path_factory.mktemp("book")
        (folder / "atlas").symlink_to(ROOT / "atlas")
        (folder / "index.md").write_text(f"# Page\n\n{page}\n")
        extensions = ["myst_parser", "sphinx_design", "mapping_book.atlas"]
        with docutils_namespace():
            app = Sphinx(
                folder,
                None,
                folder / "html",
                folder / "doctrees",
                "html",
                confoverrides={"extensions": extensions, "exclude_patterns": ["atlas"]},
                status=None,
                warningiserror=True,
                freshenv=True,
            )
            app.build()
        return (folder / "html" / "index.html").read_text()

    return built


@pytest.fixture(scope="module")
def page(built):
    """A page with the whole atlas."""
    themes = "\n\n".join(f"```{{atlas}} {theme}\n```" for theme in THEMES)
    return built(f"```{{atlas-table}}\n```\n\n{themes}")


def test_every_row_is_listed_and_opens(page):
    assert page.count("<details") == len(ROWS)
    for row in ROWS:
        assert f'href="#{anchor(row)}"' in page
        assert f'id="{anchor(row)}"' in page


def test_a_row_has_a_tab_for_each_framework(page):
    assert page.count('data-sync-id="mxnet"') == len(ROWS)


def test_a_row_shows_programs_results_and_the_way_to_equality():
    (row,) = (row for row in ROWS if row.slug == "same_padding")

    said = text(row)

    assert "def same_padding():" in said
    assert "| `[3, 9, 15]` | Reference, PyTorch, MXNet |" in said
    assert "Then all print `[6, 12, 11]`." in said


def test_a_theme_that_is_gone_ends_the_build_and_says_where(built):
    with pytest.raises(ExtensionError, match=r"index.md:\d+: atlas: 'poems' is gone"):
        built("```{atlas} poems\n```")
