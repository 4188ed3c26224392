from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

import reference_impl as ri
from reference_impl.core import tree
from reference_impl.core.compile import Program
from reference_impl.core.errors import FreedError
from reference_impl.core.graph import Graph
from reference_impl.core.op import PRIMITIVES


@dataclass(frozen=True)
class Layer:
    weight: Any
    bias: Any
    scale: float = field(default=1.0, metadata={"static": True})


X = ri.tensor(np.ones((4, 3), np.float32))
LAYER = Layer(ri.ones((3, 2)), ri.ones(2), 0.5)


def forward(x, layer):
    out = x @ layer.weight + layer.bias
    return {"out": out, "loss": ri.mean(out * layer.scale), "x": x, "one": 1.0}


FORWARD_AS_TEXT = """\
forward(
    x: float32[4, 3],
    layer.weight: float32[3, 2],
    layer.bias: float32[2],
):
  %0 = matmul(x, layer.weight)                 float32[4, 2]
  %1 = broadcast_to(layer.bias, shape=(4, 2))  float32[4, 2]
  %2 = add(%0, %1)                             float32[4, 2]
  %3 = multiply(%2, 0.5)                       float32[4, 2]
  %4 = mean(%3, axes=(0, 1), keepdims=False)   float32[]
return
    out = %2
    loss = %4
    x = x
    one = 1.0\
"""


def test_a_graph_is_shown_as_text_a_line_for_each_node():
    assert str(ri.capture(forward, X, LAYER)) == FORWARD_AS_TEXT


def test_a_constant_is_shown_by_its_value_if_all_are_equal_and_else_by_its_type():
    graph = ri.capture(lambda x: x * ri.full(3, 2.0) + ri.tensor([1.0, 2.0, 3.0]), X)

    assert "%0 = multiply(x, 2.0) " in str(graph)
    assert "%1 = add(%0, <float32[4, 3]>) " in str(graph)


def test_nodes_come_after_what_they_read():
    graph = ri.capture(ri.grad(lambda x, y: ri.sum(ri.exp(x @ y) * 2.0)), X, X.T)
    known = {x.serial for x in graph.inputs}

    for node in graph.nodes():
        assert all(x.serial in known or x.data is not None for x in node.inputs)
        known.add(node.serial)
    assert all(x.serial in known for x in graph.outputs)


def test_a_node_read_twice_is_listed_once():
    def function(x):
        y = ri.exp(x)
        return y * y + y

    names = [node.op.name for node in ri.capture(function, X).nodes()]

    assert names == ["exp", "multiply", "add"]


def test_what_no_output_needs_is_not_in_the_graph():
    def function(x):
        ri.log(x)
        return ri.exp(x)

    assert [node.op.name for node in ri.capture(function, X).nodes()] == ["exp"]


def test_inputs_and_outputs_are_named_by_their_paths():
    graph = ri.capture(forward, X, LAYER)

    assert graph.name == "forward"
    assert graph.input_names == ("x", "layer.weight", "layer.bias")
    assert graph.output_names == ("out", "loss", "x", "one")


def test_starred_arguments_are_numbered():
    def function(first, *rest, scale=1.0):
        return first + rest[0] + rest[1]

    graph = ri.capture(function, X, X, X)

    assert graph.input_names == ("first", "rest.0", "rest.1")


def test_numbers_and_strings_are_part_of_the_text_and_arrays_are_inputs():
    def function(x, number, text, array):
        assert (number, text) == (2, "text")
        return x * number + array

    graph = ri.capture(function, X, 2, "text", np.ones(3, np.float32))

    assert graph.input_names == ("x", "array")


def test_an_op_can_be_captured_by_itself():
    assert ri.capture(ri.exp, X).input_names == ("x",)


def test_applying_a_graph_computes_what_the_function_computes():
    graph = ri.capture(forward, X, LAYER)
    x = ri.tensor(np.random.default_rng(0).normal(size=(4, 3)).astype(np.float32))

    outputs = graph.apply(x, LAYER.weight, LAYER.bias)

    for came, needed in zip(outputs, forward(x, LAYER).values(), strict=True):
        np.testing.assert_array_equal(came, needed)


def test_a_deep_graph_can_be_walked():
    def deep(x):
        for _ in range(20_000):
            x = -x
        return x

    graph = ri.capture(deep, X)

    assert len(graph.nodes()) == 20_000
    np.testing.assert_array_equal(graph.apply(X)[0], X)


def test_all_ops_keep_their_attributes():
    (node,) = ri.capture(lambda x: ri.permute_dims(x, (1, 0)), X).nodes()

    assert node.op is PRIMITIVES["permute_dims"]
    assert node.attrs == {"axes": (1, 0)}


def test_a_constant_that_was_freed_is_shown_and_refused_clearly():
    constant = ri.tensor([1.0, 2.0])
    graph = ri.capture(lambda x: x * constant, ri.tensor([3.0, 4.0]))
    constant.free()

    assert "multiply(x, <freed>)" in graph.show()
    with pytest.raises(FreedError, match="multiply"):
        graph.apply(ri.tensor([3.0, 4.0]))


def test_a_graph_ends_at_its_inputs_even_if_they_were_computed():
    def function(x):
        inside = ri.exp(x)
        out = inside * 2.0
        graphs.append(
            Graph("half", (inside,), (out,), ("y",), ("value",), tree.flatten(out)[1])
        )
        return out

    graphs = []
    ri.capture(function, X)
    (graph,) = graphs

    assert [node.op.name for node in graph.nodes()] == ["multiply"]
    np.testing.assert_array_equal(graph.apply(X)[0], X * 2.0)
    np.testing.assert_array_equal(Program(graph).run([X.numpy()])[0], X * 2.0)
    assert graph.show().startswith("half(\n    y: float32[4, 3],")


def test_constants_are_what_nodes_and_outputs_read_each_once():
    two, three = ri.tensor([2.0]), ri.tensor([3.0])

    graph = ri.capture(lambda x: (x * two + two, three), ri.tensor([1.0]))

    assert [*map(id, graph.constants())] == [id(two), id(three)]


def test_a_graph_is_applied_only_to_what_it_was_captured_for():
    x = ri.tensor([1.0, 2.0, 3.0])
    graph = ri.capture(lambda x, y: ri.sum(x + y) / x.shape[0], x, x)

    for wrong in ([x], [ri.ones(7), ri.ones(7)], [ri.tensor([1, 2, 3])] * 2):
        with pytest.raises(ri.CaptureError, match="the graph takes"):
            graph.apply(*wrong)
