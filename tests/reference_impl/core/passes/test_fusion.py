"""Fusion: equal values, no cycles, and what is one walk is one node."""

from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from passes_checks import assert_close, assert_same_bits, captured, ops
from random_graphs import programs

import reference_impl as ri
from reference_impl import nn, optim
from reference_impl.core.passes import optimise
from reference_impl.core.passes.fusion import fuse


def fused(graph):
    """The ops of every fused node, in order, and the names of other nodes."""
    after = fuse(graph)
    inside = [
        Counter(each.op.name for each in node.attrs["body"].nodes())
        for node in after.nodes()
        if node.op.name == "fused"
    ]
    views = ("fused", "pick", "reshape", "broadcast_to", "permute_dims", "slice")
    others = [node.op.name for node in after.nodes() if node.op.name not in views]
    return inside, others


def count(function, *shapes, dtype=ri.float64):
    """How many kernels a function is, once it has been optimised."""
    graph = optimise(captured(function, *shapes, dtype=dtype))
    assert_close(graph, fuse(graph))
    inside, others = fused(graph)
    assert others == []
    return len(inside)


def gelu(x):
    return 0.5 * x * (1.0 + ri.tanh(0.79788456 * (x + 0.044715 * x * x * x)))


@pytest.mark.parametrize(
    ("function", "kernels"),
    [
        (gelu, 1),
        (lambda x: ri.relu(x * 2.0 + 1.0), 1),
        (lambda x: ri.sum(ri.relu(x * 2.0), axis=0), 1),
        (lambda x: ri.mean(x, axis=1), 1),
        # Of a row: the largest element; the sum of powers; powers over their sum.
        (lambda x: ri.softmax(x, axis=1), 3),
        (lambda x: ri.logsumexp(x, axis=1), 2),
        # The mean; the variance; what is made of both.
        (lambda x: nn.LayerNorm.init(6, dtype=ri.float64)(x), 3),
    ],
    ids=["gelu", "relu", "sum", "mean", "softmax", "logsumexp", "layer norm"],
)
def test_what_is_one_walk_over_the_elements_is_one_kernel(function, kernels):
    assert count(function, (4, 6)) == kernels


def test_a_bias_an_activation_and_a_sum_are_one_kernel():
    def function(x, bias):
        y = ri.relu(x + bias)
        return y, ri.sum(y, axis=1)

    assert count(function, (4, 6), (6,)) == 1


@pytest.mark.parametrize("name", ["adam", "adamw", "sgd"])
def test_an_update_is_one_kernel_for_every_parameter(name):
    optimiser = getattr(optim, name)(lr=0.1)
    params = {"w": ri.zeros((3, 4)), "b": ri.zeros(4)}
    state = optimiser.init(params)

    graph = optimise(ri.capture(optimiser.update, params, state, params))

    large = [
        node
        for node in fuse(graph).nodes()
        if node.op.name == "fused" and any(x.shape for x in node.attrs["body"].outputs)
    ]
    assert len(large) == len(params)


def test_two_reductions_of_one_walk_are_one_kernel_if_they_reduce_the_same_axes():
    def both(first, second):
        def function(x):
            y = ri.exp(x)
            return ri.sum(y, axis=first), ri.max(y, axis=second)

        return function

    assert count(both(0, 0), (4, 6)) == 1
    assert count(both(0, 1), (4, 6)) == 2


def test_what_follows_a_reduction_belongs_to_it_and_what_needs_its_rows_does_not():
    assert count(lambda x: ri.sqrt(ri.sum(x * x, axis=1) + 1.0), (4, 6)) == 1
    assert count(lambda x: x / ri.sum(x * x, axis=1, keepdims=True), (4, 6)) == 2


def test_a_path_through_another_op_keeps_its_ends_apart():
    def function(x):
        y = ri.exp(x)
        return y + ri.sort(y * 2.0, axis=0)

    inside, _ = fused(captured(function, (4, 4)))
    assert [sorted(each) for each in inside] == [["exp", "multiply"], ["add"]]


@pytest.mark.parametrize(
    "see",
    [
        lambda y: y.T,
        lambda y: y[::-1],
        lambda y: ri.broadcast_to(y[:1], (4, 4)),
        lambda y: ri.broadcast_to(ri.sum(y, axis=0), (4, 4)),
        lambda y: y @ y,
    ],
)
def test_a_diamond_whose_one_side_is_no_walk_over_the_same_elements_is_cut(see):
    graph = captured(lambda x: (lambda y: ri.sin(y) * see(y))(ri.exp(x)), (4, 4))

    assert_close(graph, fuse(graph))
    assert len(fused(graph)[0]) > 1


def test_axes_of_size_one_come_and_go_inside_of_a_kernel():
    def function(x):
        y = ri.reshape(ri.exp(x), (4, 1, 6))
        return ri.sin(ri.reshape(y + y, (1, 4, 6)))

    graph = captured(function, (4, 6))
    (body,) = [x.attrs["body"] for x in fuse(graph).nodes() if x.op.name == "fused"]

    assert_same_bits(graph, fuse(graph))
    assert len(body.outputs) == 1  # what is in between is written nowhere


def test_what_others_read_in_another_shape_is_written():
    def function(x):
        y = ri.exp(x)
        row = ri.reshape(y, (1, 4, 6))
        return ri.sin(ri.reshape(row, (4, 6))), ri.reshape(row, (6, 4))

    graph = captured(function, (4, 6))

    assert_same_bits(graph, fuse(graph))


def test_ops_on_other_extents_are_apart():
    inside, _ = fused(captured(lambda x, y: (ri.exp(x), ri.exp(y)), (4, 6), (6, 4)))

    assert len(inside) == 2


def test_complex_numbers_are_left_to_libraries():
    inside, others = fused(
        ri.capture(lambda x: ri.exp(x) * 2.0, ri.zeros(3, dtype=ri.complex128))
    )

    assert (inside, sorted(others)) == ([], ["exp", "multiply"])


def test_powers_of_integers_are_left_to_libraries_which_refuse_some():
    def function(x):
        return ri.pow(x, x) * x

    assert fused(captured(function, (3,), dtype=ri.int64))[1] == ["pow"]
    assert fused(captured(function, (3,)))[1] == []


def test_bodies_of_loops_are_fused_too():
    def function(h, xs):
        return ri.scan(lambda c, x: (ri.tanh(c * x + x), c), h, xs)

    graph = captured(function, (3,), (5, 3))
    (loop,) = [x for x in fuse(graph).nodes() if x.op.name == "scan"]

    assert_same_bits(graph, fuse(graph))
    assert ops(loop.attrs["body"]) == {"fused": 1, "multiply": 1, "add": 1, "tanh": 1}


@settings(
    max_examples=30,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
@given(program=programs(20))
def test_a_fused_program_has_the_values_of_the_one_before(program):
    graph = ri.capture(program, *program.arguments())
    arrays = [x.numpy() for x in program.arguments()]

    assert_close(graph, fuse(graph), arrays)
    assert_close(graph, fuse(optimise(graph)), arrays)


@settings(max_examples=80, deadline=None, derandomize=True)
@given(data=st.data())
def test_diamonds_through_views_make_no_cycles(data):
    """Values of one shape, each made of two others, directly or by way of a view."""
    ways = [
        lambda x: x,
        lambda x: x.T,
        lambda x: ri.reshape(ri.reshape(x, (3, 1, 3)), (3, 3)),
        lambda x: ri.broadcast_to(ri.sum(x, axis=0, keepdims=True) * 0.3, (3, 3)),
        lambda x: ri.broadcast_to(ri.max(x, axis=1, keepdims=True), (3, 3)),
        lambda x: ri.sin(x),
        lambda x: ri.sort(x, axis=0),
    ]
    choices = [
        tuple(data.draw(st.integers(0, i)) for _ in range(2))
        + tuple(data.draw(st.sampled_from(ways)) for _ in range(2))
        for i in range(data.draw(st.integers(2, 14)))
    ]
    ends = data.draw(st.lists(st.integers(0, len(choices)), min_size=1, max_size=3))

    def function(x):
        values = [x]
        for i, j, first, second in choices:
            values.append(first(values[i]) * 0.5 + second(values[j]) * 0.5)
        return [values[-1], *(values[i] for i in ends)]

    graph = captured(function, (3, 3))
    assert_close(graph, fuse(graph))
