"""Ops broadcast their operands as NumPy does, and their gradients sum back."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from compiled import assert_as_eager
from laws.sampling import eps, within

import reference_impl as ri
from reference_impl.core.op import PRIMITIVES
from reference_impl.core.tensor import variable
from reference_impl.core.walk import pullback

# The last two are beyond the 4096 elements from which `where` takes another way.
SHAPES = [
    ((3, 1), (4,)),
    ((), (2, 3)),
    ((2, 1, 4), (3, 1)),
    ((1, 1), (1,)),
    ((0, 3), (1,)),
    ((5000,), (2, 1), ()),
    ((2, 1), (5000,), ()),
]

# Sums in another order, in units of the last place of the sum of the terms' sizes.
TOLERANCE_ULPS = 16


@dataclass(frozen=True)
class Broadcasting:
    """A function that stretches its operands.

    `cores` has the last axes of each, which stay; `booleans` says which are conditions.
    """

    name: str
    function: Callable[..., Any]
    cores: tuple[tuple[int, ...], ...]
    domain: tuple[float, float] = (-2, 2)
    kinds: str = "f"
    booleans: tuple[int, ...] = ()


ELEMENTWISE = [
    Broadcasting(op.name, op, ((),) * count, op.domain, op.kinds)
    for op in PRIMITIVES.values()
    if op.kind == "elementwise" and (count := len(op.__signature__.parameters)) > 1
]

# Of other kinds: those whose public functions broadcast, before the primitive sees it.
OTHERS = [
    Broadcasting("where", ri.where, ((), (), ()), booleans=(0,)),
    Broadcasting("matmul", ri.matmul, ((2, 3), (3, 2))),
    Broadcasting("solve", ri.solve, ((2, 2), (2, 2))),
]


@pytest.fixture(params=ELEMENTWISE + OTHERS, ids=lambda broadcasting: broadcasting.name)
def broadcasting(request):
    return request.param


@pytest.fixture
def dtype(broadcasting, dtype):
    """The dtype under test, or integers for an op that takes no fractions."""
    return dtype if dtype.kind in broadcasting.kinds else ri.int64


@pytest.fixture(params=SHAPES, ids=str)
def operands(request, broadcasting, dtype, rng):
    batches = itertools.cycle(request.param)
    return [
        within(
            rng,
            broadcasting.domain,
            (*batch, *core),
            ri.bool if i in broadcasting.booleans else dtype,
        )
        for i, (core, batch) in enumerate(
            zip(broadcasting.cores, batches, strict=False)
        )
    ]


def stretched(broadcasting, operands):
    """Copies of one shape, but for the axes that stay."""
    cores = broadcasting.cores
    batches = [
        x.shape[: x.ndim - len(core)] for x, core in zip(operands, cores, strict=True)
    ]
    batch = np.broadcast_shapes(*batches)
    return [
        np.broadcast_to(x, (*batch, *core)).copy()
        for x, core in zip(operands, cores, strict=True)
    ]


def summed_back(g, shape):
    """What a broadcast of `shape` to that of `g` makes of cotangents, in NumPy."""
    g = g.sum(axis=tuple(range(g.ndim - len(shape))))
    axes = tuple(i for i, size in enumerate(shape) if g.shape[i] != size)
    return g.sum(axis=axes, keepdims=True)


def test_operands_stretch_as_in_numpy(broadcasting, operands):
    out = broadcasting.function(*map(ri.tensor, operands))

    whole = stretched(broadcasting, operands)
    needed = broadcasting.function(*map(ri.tensor, whole))
    assert (out.shape, out.dtype) == (needed.shape, needed.dtype)
    np.testing.assert_array_equal(out.numpy(), needed.numpy())


def test_operands_of_a_captured_function_stretch_alike(broadcasting, operands):
    tensors = [ri.tensor(x) for x in operands]

    came = ri.compile(lambda *xs: broadcasting.function(*xs))(*tensors)

    assert_as_eager(came, broadcasting.function(*tensors))


def test_a_gradient_has_the_shape_of_its_operand(broadcasting, operands, dtype, rng):
    def gradients(operands, g):
        variables = [variable(ri.tensor(x)) for x in operands]
        out = broadcasting.function(*variables)
        return [x.numpy() for x in pullback([out], [g], variables)]

    whole = stretched(broadcasting, operands)
    shape = broadcasting.function(*map(ri.tensor, whole)).shape
    g = ri.tensor(np.asarray(rng.normal(size=shape), dtype))

    # Nothing flows to integers, exactly.
    ulps = TOLERANCE_ULPS * eps(dtype) if dtype.kind == "f" else 0
    for x, came, each in zip(
        operands, gradients(operands, g), gradients(whole, g), strict=True
    ):
        assert (came.shape, came.dtype) == (x.shape, x.dtype)
        size = summed_back(np.abs(each), x.shape).max(initial=1)
        np.testing.assert_allclose(
            came, summed_back(each, x.shape), rtol=0, atol=ulps * size
        )
