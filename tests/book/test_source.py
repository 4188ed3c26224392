import re
from pathlib import Path

import pytest

pytest.importorskip("sphinx", reason="needs Sphinx, which is not installed")

from mapping_book.source import GoneError, code_lines, excerpt

ROOT = Path(__file__).resolve().parents[2]

MODULE = '''\
"""A module."""

import nothing_that_is_installed

# Why it is seven.
SEVEN = 7
LIMIT: int = 9
ONE, TWO = 1, 2


@first
@second(3)
def doubled(x):
    """Twice."""
    return 2 * x  # x again


class Pair:
    def swapped(self):
        # The reason.

        return self.b, self.a


def twice():
    return 1


def twice():
    return 2
'''


@pytest.fixture
def root(tmp_path):
    package = tmp_path / "package"
    package.mkdir()
    (package / "__init__.py").write_text('"""The package."""\n')
    (package / "module.py").write_text(MODULE)
    return tmp_path


def test_a_function_is_found_with_its_decorators(root):
    found = excerpt(root, "package.module:doubled")

    assert found.text == (
        "@first\n@second(3)\ndef doubled(x):\n"
        '    """Twice."""\n    return 2 * x  # x again'
    )
    assert (found.path, found.first, found.last) == ("package/module.py", 11, 15)


def test_a_method_loses_the_indentation_of_its_class(root):
    text = excerpt(root, "package.module:Pair.swapped").text

    assert text.startswith("def swapped(self):\n    # The reason.\n\n    return")


def test_an_assignment_brings_the_comment_above_it(root):
    found = excerpt(root, "package.module:SEVEN")

    assert found.text == "# Why it is seven.\nSEVEN = 7"


@pytest.mark.parametrize(
    ("name", "text"), [("LIMIT", "LIMIT: int = 9"), ("TWO", "ONE, TWO = 1, 2")]
)
def test_every_form_of_assignment_is_found(root, name, text):
    assert excerpt(root, f"package.module:{name}").text == text


def test_the_last_definition_counts_as_it_does_in_python(root):
    assert excerpt(root, "package.module:twice").text.endswith("return 2")


def test_without_a_name_the_whole_file_is_shown(root):
    found = excerpt(root, "package.module")

    assert found.text == MODULE.rstrip("\n")
    assert found.last == len(MODULE.splitlines())


def test_a_package_is_its_init_file(root):
    assert excerpt(root, "package").path == "package/__init__.py"


@pytest.mark.parametrize(
    ("target", "gone"),
    [
        ("package.module:halved", "halved"),
        ("package.module:Pair.joined", "joined"),
        ("package.module:doubled.inner", "inner"),
        ("package.elsewhere", "package.elsewhere"),
        ("package.elsewhere:doubled", "package.elsewhere"),
    ],
)
def test_a_gone_name_is_an_error_that_names_it(root, target, gone):
    with pytest.raises(GoneError, match=re.escape(gone)):
        excerpt(root, target)


def test_the_error_says_what_there_is_instead(root):
    with pytest.raises(GoneError, match=r"SEVEN, LIMIT, ONE, TWO, doubled, Pair"):
        excerpt(root, "package.module:halved")


def test_lines_of_code_are_neither_blank_nor_comments_nor_docstrings():
    # The import, four names in three lines, doubled with two decorators, Pair, twice.
    assert code_lines(MODULE) == 1 + 3 + 4 + 3 + 4


def test_a_text_that_is_no_docstring_is_code():
    assert code_lines('text = """\none\n"""\n') == 3


def test_no_adapter_is_imported_to_be_shown():
    # MXNet is not installed beside the others.
    found = excerpt(ROOT, "adapters.mxnet.optim:momentum")

    assert found.text.startswith("def momentum(")
