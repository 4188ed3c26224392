import pytest

from exercises.submission import exercise_of, fault, header
from exercises.task import task


def test_the_task_itself_has_no_fault(broadcasting):
    assert fault(task(broadcasting), broadcasting) == ""


def test_the_header_names_the_exercise(broadcasting):
    assert exercise_of(task(broadcasting)) == broadcasting
    assert task(broadcasting).startswith(header("01"))


def test_a_syntax_error_is_told_with_its_line(broadcasting):
    assert fault("x = 1\ndef f(:\n", broadcasting).startswith("line 2: ")


@pytest.mark.parametrize(
    "statement",
    [
        "import numpy",
        "import numpy.lib as lib",
        "from numpy import broadcast_shapes",
        "from reference_impl.core import shape",
        "from reference_impl.core.shape import broadcast_shapes",
        "def f():\n    import numpy",
    ],
)
def test_a_forbidden_import_is_told_with_its_line(broadcasting, statement):
    line = 1 + len(statement.splitlines())

    found = fault(f"x = 1\n{statement}\n", broadcasting)

    assert found.startswith(f"line {line}: this exercise is solved without ")


@pytest.mark.parametrize("statement", ["import numpydoc", "import itertools"])
def test_other_imports_are_free(broadcasting, statement):
    assert fault(statement, broadcasting) == ""


@pytest.mark.parametrize(
    "text",
    [
        "(" * 50_000,
        "-" * 100_000 + "1",
        "x = " + "9" * 100_000,
        "x = 1\0",
        "a" + ".a" * 90_000,
    ],
    ids=["brackets", "signs", "digits", "nul", "dots"],
)
def test_text_that_overwhelms_the_parser_is_a_fault_and_no_crash(broadcasting, text):
    assert isinstance(fault(text, broadcasting), str)
