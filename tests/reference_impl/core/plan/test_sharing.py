"""Outputs lie over inputs that nobody reads afterwards, and over no others."""

import numpy as np
import pytest

import reference_impl as ri
from reference_impl.core.passes.fusion import fuse
from reference_impl.core.plan.sharing import lowered_in_place

X = ri.tensor(np.random.default_rng(0).normal(size=(6, 6)))


@pytest.mark.parametrize(
    ("function", "is_shared"),
    [
        (lambda x: x * 2.0, True),
        (lambda x: ri.tanh(x) + x, True),
        (lambda x: ri.flip(x, 0) + x, False),  # reads other elements
        (lambda x: x @ x, False),
        (lambda x: ((y := ri.tanh(x)), y @ x), False),  # is read afterwards
        (lambda x: ((y := ri.tanh(x)), ri.sort(y)), False),  # may be refused
    ],
)
def test_an_output_lies_over_an_input_nobody_reads_later(function, is_shared):
    graph = fuse(ri.capture(function, X))

    found, shared = lowered_in_place(graph, {0: 0})

    assert shared == ({0: 0} if is_shared else {})
    assert (found.outputs[0].buffer is found.inputs[0].buffer) == is_shared


def test_those_that_are_safe_are_shared_without_the_others():
    graph = fuse(ri.capture(lambda x, y: (x @ x, y + 1.0), X, X * 2.0))

    _, shared = lowered_in_place(graph, {0: 0, 1: 1})

    assert shared == {1: 1}
