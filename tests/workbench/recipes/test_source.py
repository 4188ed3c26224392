import pytest

from adapters.contract import FRAMEWORKS
from workbench.recipes import source

PROGRAM = '''"""A module."""

from x import y


def f(x):
    """What it is."""
    return y(x, 0.9)  # as usual
'''


@pytest.fixture
def program(tmp_path):
    """A function from a source to what counts of it."""

    def write(text):
        path = tmp_path / f"{hash(text)}.py"
        path.write_text(text)
        return source._program(path)

    return write


@pytest.mark.parametrize(
    ("text", "instead"),
    [('"""A module."""', ""), ("What it is.", "What it was."), ("  # as usual", "")],
)
def test_what_does_not_run_does_not_count(program, text, instead):
    assert program(PROGRAM.replace(text, instead)) == program(PROGRAM)


@pytest.mark.parametrize(("text", "instead"), [("0.9", "0.99"), ("y(x", "x(x")])
def test_what_runs_counts(program, text, instead):
    assert program(PROGRAM.replace(text, instead)) != program(PROGRAM)


def test_each_model_in_each_framework_has_a_source_of_its_own():
    models = ("mlp", "gpt")

    found = {
        source.of(framework, model) for framework in FRAMEWORKS for model in models
    }

    assert len(found) == len(FRAMEWORKS) * len(models)
