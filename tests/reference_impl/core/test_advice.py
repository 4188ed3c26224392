"""Warnings of what is slow, each about the line that calls what was compiled."""

import warnings

import numpy as np
import pytest

import reference_impl as ri


def test_a_long_loop_that_runs_in_python_is_worth_a_warning_once_per_compilation():
    def step(c, x):
        return ri.sort(c * 0.5 + x), None

    compiled = ri.compile(lambda h, xs: ri.scan(step, h, xs)[0])
    h, xs = np.ones(2), np.ones((1000, 2))

    with pytest.warns(UserWarning, match="1,000 .* argsort has no kernel") as told:
        compiled(h, xs)
    assert told[0].filename == __file__
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        compiled(h, xs)
        compiled(h, xs[:9])  # short enough to be written out


def test_a_loop_whose_end_nobody_knows_is_worth_a_warning():
    def function(x):
        return ri.while_loop(lambda x: ri.sum(x) < 9, lambda x: x * 2.0, x)

    with pytest.warns(
        UserWarning, match="a while_loop runs op by op .* at its end"
    ) as told:
        ri.compile(function)(np.ones(2))
    assert told[0].filename == __file__


def test_many_kinds_of_arguments_are_worth_a_warning_once():
    compiled = ri.compile(lambda x: x + 1.0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for n in range(1, 9):
            compiled(np.zeros(n))

    with pytest.warns(UserWarning, match="9 kinds of arguments") as told:
        compiled(np.zeros(9))
    assert told[0].filename == __file__
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        compiled(np.zeros(10))
        compiled(np.zeros(3))


@pytest.mark.parametrize(
    "ask",
    [
        lambda compiled, x: compiled(x),
        lambda compiled, x: compiled.graph(x),
        lambda compiled, x: compiled.explain(x),
    ],
    ids=["results", "graph", "explanation"],
)
def test_a_warning_is_about_the_line_that_asks(ask):
    compiled = ri.compile(lambda x: x + 1.0)
    for n in range(1, 9):
        compiled(np.zeros(n))

    with pytest.warns(UserWarning, match="9 kinds of arguments") as told:
        ask(compiled, np.zeros(9))
    assert told[0].filename == __file__
