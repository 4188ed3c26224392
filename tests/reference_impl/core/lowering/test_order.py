"""The order of nodes: what is written over an input comes after all that reads it."""

import numpy as np
import pytest

import reference_impl as ri
from reference_impl.core.lowering.order import ordered

X = ri.tensor(np.random.default_rng(0).normal(size=(4, 4)))


def order_of(function, shared):
    """The names of the ops of a function in order."""
    return [node.op.name for node in ordered(ri.capture(function, X, X), shared)]


def test_what_is_for_the_caller_alone_is_computed_as_soon_as_it_can_be():
    def function(x, y):
        inner = ri.exp(x)
        return ri.tanh(inner * y), ri.sin(inner)

    assert order_of(function, {}) == ["exp", "sin", "multiply", "tanh"]


@pytest.mark.parametrize("is_reader_first", [False, True])
def test_what_is_written_over_an_input_comes_after_its_readers(is_reader_first):
    def function(x, y):
        if is_reader_first:
            read = ri.exp(x)
        new = ri.sin(y)
        if not is_reader_first:
            read = ri.exp(x)
        return new, ri.tanh(read)

    order = order_of(function, {0: 0})
    assert order.index("sin") > order.index("exp")


def test_two_that_wait_for_each_other_stay_in_their_order():
    def function(x, y):
        new = ri.sin(y)
        return new, ri.multiply(new, x)

    assert order_of(function, {0: 0}) == ["sin", "multiply"]


def test_two_outputs_that_lie_over_each_others_operands_are_computed():
    def function(x, y):
        return ri.sin(y), ri.cos(x)

    assert sorted(order_of(function, {0: 0, 1: 1})) == ["cos", "sin"]
