import textwrap
from pathlib import Path

import pytest

pytest.importorskip("sphinx_design", reason="needs sphinx-design")
pytest.importorskip("myst_parser", reason="needs MyST-Parser")

from mapping_book.listing import LABELS, counted, table, tabs, targets
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util.docutils import docutils_namespace

from adapters.contract import FRAMEWORKS


@pytest.fixture
def built(tmp_path):
    """A function: build one page about five adapters of two lines each."""
    for framework in FRAMEWORKS:
        folder = tmp_path / "adapters" / framework
        folder.mkdir(parents=True)
        text = (
            f'import {framework}_itself\n\n\ndef update():\n    return "{framework}"\n'
        )
        (folder / "optim.py").write_text(text)

    def built(page):
        (tmp_path / "index.md").write_text(f"# Page\n\n{textwrap.dedent(page)}\n")
        extensions = ["myst_parser", "sphinx_design", "mapping_book.listing"]
        with docutils_namespace():
            app = Sphinx(
                tmp_path,
                None,
                tmp_path / "html",
                tmp_path / "doctrees",
                "html",
                confoverrides={"extensions": extensions},
                status=None,
                warningiserror=True,
                freshenv=True,
            )
            app.build()
        return app

    return built


def written(app):
    return (Path(app.outdir) / "index.html").read_text()


def test_a_listing_shows_the_code_and_names_its_file(built):
    page = written(built("```{listing} adapters.jax.optim:update\n```"))

    assert "update" in page
    assert "adapters/jax/optim.py" in page
    assert "lines 4 to 5; 2 lines of code" in page


def test_a_listing_links_to_a_copy_of_its_file(built):
    app = built("```{listing} adapters.jax.optim\n```")

    (copy,) = (Path(app.outdir) / "_downloads").rglob("optim.py")
    assert copy.read_text() == (app.srcdir / "adapters/jax/optim.py").read_text()


@pytest.mark.parametrize(
    "page",
    [
        "```{listing} adapters.jax.optim:step\n```",
        "```{five} optim.py:step\n```",
        "```{five} rates.py\n```",
        "```{code-lines} rates.py\n```",
    ],
)
def test_a_gone_name_ends_the_build_and_says_where(built, page):
    with pytest.raises(ExtensionError, match=r"index.md:\d+: .*(gone|no such module)"):
        built(page)


def test_a_page_depends_on_the_files_that_it_shows(built):
    app = built("```{five} optim.py:update\n```")

    for framework in FRAMEWORKS:
        file = app.srcdir / "adapters" / framework / "optim.py"
        assert str(file) in {
            str((app.srcdir / path).resolve()) for path in app.env.dependencies["index"]
        }


def test_five_makes_a_tab_for_each_framework_in_the_order_of_the_contract(built):
    page = written(built("```{five} optim.py:update\n```"))

    places = [page.index(f'data-sync-id="{framework}"') for framework in FRAMEWORKS]
    assert places == sorted(places)
    assert page.count('data-sync-group="framework"') == len(FRAMEWORKS)
    for framework in FRAMEWORKS:
        assert f"{LABELS[framework]}</label>" in page


def test_lines_of_code_are_counted_for_every_framework(built):
    page = written(built("```{code-lines} optim.py\n```"))

    assert page.count("<p>3</p>") == 2 * len(FRAMEWORKS)  # the row, and the sums


def test_a_place_stands_for_one_name_in_every_adapter():
    assert targets("optim.py:update")["mxnet"] == "adapters.mxnet.optim:update"
    assert targets("optim.py")["mxnet"] == "adapters.mxnet.optim"
    assert tuple(targets("optim.py")) == FRAMEWORKS


def test_every_framework_has_a_label():
    assert tuple(LABELS) == FRAMEWORKS


def test_tabs_name_every_framework_once():
    text = tabs("optim.py:update")

    for framework in FRAMEWORKS:
        assert text.count(f":sync: {framework}\n") == 1
        assert text.count(f"{{listing}} adapters.{framework}.optim:update\n") == 1


def test_the_last_row_of_a_table_adds_the_others():
    lines = table({"a.py": [1, 2, 3, 4, 5], "b.py": [10, 20, 30, 40, 50]}).splitlines()

    assert lines[-1] == "| together | 11 | 22 | 33 | 44 | 55 |"


def test_one_line_is_singular():
    assert counted(1) == "1 line of code"
    assert counted(2) == "2 lines of code"
