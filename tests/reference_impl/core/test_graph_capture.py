"""What can be captured, and in which words the rest is refused."""

import numpy as np
import pytest

import reference_impl as ri
from reference_impl.core.errors import CaptureError, NoValueError

X = ri.tensor(np.ones((4, 3), np.float32))

ASKS_FOR_A_VALUE = {
    "if": lambda x: x if ri.sum(x) > 0 else -x,
    "float": lambda x: float(ri.sum(x)) * x,
    "int": lambda x: x * int(ri.sum(x)),
    "item": lambda x: x * ri.sum(x).item(),
    "numpy": lambda x: x + x.numpy(),
    "numpy function": lambda x: np.exp(x),
    "tensor of a list": lambda x: ri.tensor([ri.sum(x), 1.0]),
}


@pytest.mark.parametrize("function", ASKS_FOR_A_VALUE.values(), ids=ASKS_FOR_A_VALUE)
def test_asking_for_a_value_is_refused_and_where_is_recommended(function):
    with pytest.raises(
        NoValueError, match=r"`where\(condition, a, b\)` instead of `if`"
    ):
        ri.capture(function, X)


def test_printing_a_symbol_asks_for_no_value():
    shown = []
    ri.capture(lambda x: shown.append(repr(x)) or x, X)

    assert shown == ["<float32[4, 3], no value yet>"]


@pytest.mark.parametrize(
    ("result", "message"),
    [
        ("text", "value is a str"),
        ({"loss": 1.0, "name": "text"}, "name is a str"),
        ([...], "0 is a ellipsis"),
        (1j, "value is a complex"),
    ],
    ids=repr,
)
def test_a_result_that_is_no_tensor_or_number_is_refused_by_name(result, message):
    with pytest.raises(CaptureError, match=message):
        ri.capture(lambda x: result, X)


@pytest.mark.parametrize(
    "result", [True, 2, 2.5, np.float32(2.5), np.arange(3), None, (), {}], ids=repr
)
def test_numbers_arrays_and_empty_trees_are_results(result):
    graph = ri.capture(lambda x: result, X)

    assert graph.nodes() == []
    for came in graph.outputs:
        np.testing.assert_array_equal(came, result)


READS_OUTSIDE = {
    "operand": lambda outside: lambda y: y * outside,
    "what was computed from it": lambda outside: lambda y: y * ri.exp(outside),
    "result": lambda outside: lambda y: outside,
    "one of the results": lambda outside: lambda y: (y, outside),
}

each_reader = pytest.mark.parametrize(
    "reader", READS_OUTSIDE.values(), ids=READS_OUTSIDE
)


@each_reader
def test_a_symbol_of_another_capture_is_refused(reader):
    def function(x):
        inner = reader(x)
        return ri.capture(inner, x).outputs[0]

    with pytest.raises(CaptureError, match="pass it as an argument"):
        ri.capture(function, X)


@each_reader
def test_a_variable_of_an_enclosing_derivative_is_refused(reader):
    def function(x):
        ri.capture(reader(x), X)
        return ri.sum(x)

    with pytest.raises(CaptureError, match="pass it as an argument"):
        ri.grad(function)(X)


def test_a_symbol_that_leaked_from_an_inner_capture_is_refused():
    def function(x):
        leaked = []
        ri.capture(lambda y: leaked.append(y) or y, x)
        return leaked[0] * x

    with pytest.raises(CaptureError, match="pass it as an argument"):
        ri.capture(function, X)


def test_a_tensor_that_nothing_is_asked_about_is_a_constant():
    graph = ri.capture(lambda y: y * X, X)

    (node,) = graph.nodes()
    assert node.inputs[1] is X
