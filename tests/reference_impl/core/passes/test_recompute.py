"""Recomputation: equal bits, fewer bytes, and nothing where it is not free."""

import functools
import importlib
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from passes_checks import arrays_of, assert_same_bits, ops
from random_graphs import programs

import reference_impl as ri
from reference_impl import nn
from reference_impl.core.device import HOST
from reference_impl.core.passes import PASSES, optimise
from reference_impl.core.passes.fusion import fuse
from reference_impl.core.passes.recompute import recompute
from reference_impl.core.plan.plan import Plan

N, D = 512, 64
ARRAY = 4 * N * D  # bytes of float32

# The package has a function of the module's name.
MODULE = importlib.import_module("reference_impl.core.passes.recompute")


def drawn(seed, *shape, scale=1.0):
    values = scale * np.random.default_rng(seed).normal(size=shape)
    return ri.tensor(values.astype(np.float32))


def weights(layers):
    return [drawn(i, D, D, scale=0.2) for i in range(layers)]


def step_of(activation):
    """The gradients of a stack of layers."""

    def loss(ws, x):
        for w in ws:
            x = activation(x @ w)
        return ri.sum(x)

    return ri.value_and_grad(loss)


@functools.cache
def steps(activation, layers=3):
    """A step of training without the pass, with it, and its arguments as arrays."""
    args = weights(layers), drawn(9, N, D)
    graph = ri.capture(step_of(activation), *args)
    before = optimise(graph, afterwards=())
    return before, recompute(before), arrays_of(*args)


def planned(graph):
    return Plan(fuse(graph), HOST)


each_activation = pytest.mark.parametrize(
    "activation", [nn.gelu, nn.silu, nn.mish], ids=lambda f: f.__name__
)


@each_activation
def test_values_stay_to_the_bit(activation):
    before, after, arrays = steps(activation)

    assert after is not before
    assert_same_bits(before, after, arrays)
    assert_same_bits(before, fuse(after), arrays)


def test_kernels_compute_the_same_bits_on_fewer_bytes():
    before, after, arrays = steps(nn.gelu)
    long, short = planned(before), planned(after)

    for x, y in zip(long.run(arrays), short.run(arrays), strict=True):
        np.testing.assert_array_equal(x, y)
    # Of five values of an activation two are kept: what is read, and the result.
    assert long.arena_bytes - short.arena_bytes >= 3 * ARRAY
    assert len(short.kernels) <= len(long.kernels)


@each_activation
def test_no_product_and_no_reduction_is_computed_again(activation):
    before, after, _ = steps(activation)

    for name in ("matmul", "sum"):
        assert ops(after)[name] == ops(before)[name]


def test_what_was_done_is_done_and_is_told():
    _, after, _ = steps(nn.gelu)
    graph = ri.capture(step_of(nn.gelu), weights(3), drawn(9, N, D))
    done = optimise(graph)

    assert recompute(after) is after
    assert done.reports[-1].name == "recompute"
    assert "erfc" in done.reports[-1].summary
    assert recompute.__name__ not in [each.__name__ for each in PASSES]


@pytest.mark.parametrize(
    "activation",
    [
        ri.relu,  # what it read is gone
        ri.tanh,  # its derivative is made of its result, which the product reads
        lambda x: x,
    ],
    ids=["relu", "tanh", "none"],
)
def test_where_nothing_is_free_the_graph_comes_back_itself(activation):
    before, after, _ = steps(activation)

    assert after is before


def test_what_stays_in_a_cache_stays():
    graph = ri.capture(step_of(nn.gelu), weights(3), drawn(9, 8, D))
    before = optimise(graph, afterwards=())

    assert recompute(before) is before


def turned(early, late):
    """A function whose `early` values are read again after many others."""

    def function(x):
        z = ri.sort(x)
        values = early(z)
        total = ri.sum(values)
        for _ in range(8):
            x = ri.sort(ri.broadcast_to(total, x.shape) + x, axis=0)
            total = ri.sum(x)
        return late(x * z, values)

    args = (ri.zeros((N, 4 * D)),)
    before = ri.capture(function, *args)
    return before, recompute(before)


def test_what_single_elements_of_a_source_make_that_is_there_is_made_again():
    before, after = turned(ri.exp, lambda x, values: x * values)

    assert_same_bits(before, after)
    assert ops(after)["exp"] == 2
    assert ops(after)["identity"] == 1


@pytest.mark.parametrize(
    "late",
    [
        lambda x, values: (x * values, values),
        lambda x, values: x @ ri.matrix_transpose(values),
        lambda x, values: (x * values, ri.sort(values, axis=1)),
    ],
    ids=["outputs", "products", "libraries"],
)
def test_what_is_read_as_an_array_stays_one(late):
    before, after = turned(ri.exp, late)

    assert after is before


def test_a_long_chain_is_not_computed_again():
    def chain(x):
        for _ in range(20):
            x = ri.sin(x)
        return x

    before, after = turned(chain, lambda x, values: x * values)

    assert after is before


def test_what_a_kernel_does_not_round_is_not_computed_in_another_one():
    def halves(x):
        return ri.exp(x.astype("bfloat16")).astype("float32")

    before, after = turned(halves, lambda x, values: x * values)

    assert after is before


@settings(max_examples=60, deadline=None)
@given(programs())
def test_values_of_random_graphs_stay_to_the_bit(program):
    def gradient(*args):
        values, pull = ri.vjp(program, *args)
        return pull(ri.tree.map(ri.ones_like, values))

    for function in (program, gradient):
        graph = ri.capture(function, *program.arguments())
        with mock.patch.object(MODULE, "SMALL_PEAK_BYTES", 0):
            after = recompute(graph)

        assert_same_bits(graph, after)


def test_a_graph_is_needed():
    with pytest.raises(ri.CaptureError, match=r"^recompute: a graph is needed"):
        recompute(nn.gelu)
