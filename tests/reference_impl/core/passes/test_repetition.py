"""Repetition: copies after a place, made once, apart from what they copy."""

import numpy as np
from passes_checks import assert_same_bits

import reference_impl as ri
from reference_impl.core.passes.fusion import fuse
from reference_impl.core.passes.liveness import NodeOrder
from reference_impl.core.passes.repetition import recomputed


def captured(function, *shapes):
    return ri.capture(function, *(np.zeros(s, np.float32) for s in shapes))


def name(order, key):
    return order.tensors[key].op.name


def test_what_is_not_kept_is_computed_again_right_before_its_reader():
    def function(x):
        a = ri.exp(x)
        b = ri.sin(a)
        c = ri.sum(ri.cos(b))
        return c + ri.sqrt(b) * a

    graph = captured(function, 256)
    order = NodeOrder.of(graph)
    turn = [name(order, key) for key in order.keys].index("cos")

    after = recomputed(order, turn, lambda key: name(order, key) != "exp")

    ops = [name(after, key) for key in after.keys]
    assert ops == [
        *("exp", "sin", "cos", "sum", "sqrt", "exp", "multiply"),
        *("broadcast_to", "add"),
    ]


def test_a_copy_reads_copies_and_is_made_once():
    def function(x):
        a = ri.exp(x)
        b = ri.sin(a)
        c = ri.sum(ri.cos(b))
        return (b + c) * (a + b)

    graph = captured(function, 256)
    order = NodeOrder.of(graph)

    after = recomputed(order, 2, lambda key: False)

    ops = [name(after, key) for key in after.keys]
    assert [ops.count(op) for op in ("exp", "sin", "cos")] == [2, 2, 1]
    x = np.linspace(0, 1, 256, dtype=np.float32)
    for former, new in zip(
        graph.apply(ri.tensor(x)), after.graph(graph).apply(ri.tensor(x)), strict=True
    ):
        np.testing.assert_array_equal(former.numpy(), new.numpy())


def test_fusion_does_not_compute_a_copy_where_the_first_one_is():
    """By rows only what came before the turn can be one kernel; a product is none."""

    def function(x, w):
        a = ri.exp(x)
        b = ri.sin(a)
        return (b @ w) * b

    graph = captured(function, (4, 4), (4, 4))
    order = NodeOrder.of(graph)
    turn = [name(order, key) for key in order.keys].index("matmul")

    after = recomputed(order, turn, lambda key: name(order, key) != "sin")
    bodies = [
        [each.op.name for each in node.attrs["body"].nodes()]
        for node in fuse(after.graph(graph)).nodes()
        if node.op.name == "fused"
    ]

    assert bodies == [["exp", "sin"], ["sin", "multiply"]]
    assert_same_bits(graph, fuse(after.graph(graph)))
