import pytest

from adapters.contract import FRAMEWORKS
from workbench.recipes import source

PROGRAM = '''"""A module."""

from x import y


def f(x):
    """What it is."""
    return y(x, 0.9)  # as usual
'''


@pytest.mark.parametrize(
    ("text", "instead"),
    [('"""A module."""', ""), ("What it is.", "What it was."), ("  # as usual", "")],
)
def test_what_does_not_run_does_not_count(text, instead):
    assert source._program(PROGRAM.replace(text, instead)) == source._program(PROGRAM)


@pytest.mark.parametrize(("text", "instead"), [("0.9", "0.99"), ("y(x", "x(x")])
def test_what_runs_counts(text, instead):
    assert source._program(PROGRAM.replace(text, instead)) != source._program(PROGRAM)


def test_each_adapter_and_model_has_a_source_of_its_own():
    assert len(set(map(source.of_adapter, FRAMEWORKS))) == len(FRAMEWORKS)
    assert source.of_model("jax", "mlp") != source.of_model("jax", "gpt")
