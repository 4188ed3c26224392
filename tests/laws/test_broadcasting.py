"""Elementwise ops broadcast as NumPy does, and their gradients sum back."""

import itertools

import numpy as np
import pytest

import reference_impl as ri
from reference_impl.core.op import PRIMITIVES
from reference_impl.core.tensor import variable
from reference_impl.core.walk import pullback

SHAPES = [
    ((3, 1), (4,)),
    ((), (2, 3)),
    ((2, 1, 4), (3, 1)),
    ((1, 1), (1,)),
    ((0, 3), (1,)),
]

# Sums of up to six equal-sized terms in another order, in units of the last place.
TOLERANCE_ULPS = 32

SEVERAL_OPERANDS = [
    op
    for op in PRIMITIVES.values()
    if op.kind == "elementwise" and len(op.__signature__.parameters) > 1
]


@pytest.fixture(params=SEVERAL_OPERANDS, ids=lambda op: op.name)
def op(request):
    return request.param


@pytest.fixture
def dtype(op, dtype):
    """The dtype under test, or integers for an op that takes no fractions."""
    return dtype if dtype.kind in op.kinds else ri.int64


@pytest.fixture(params=SHAPES, ids=str)
def operands(request, op, dtype, rng):
    shapes = itertools.cycle(request.param)
    count = len(op.__signature__.parameters)
    return [
        np.asarray(rng.uniform(*op.domain, size=shape)).astype(dtype)
        for shape in itertools.islice(shapes, count)
    ]


def summed_back(g, shape):
    """What a broadcast of `shape` to that of `g` makes of cotangents, in NumPy."""
    g = g.sum(axis=tuple(range(g.ndim - len(shape))))
    stretched = tuple(i for i, size in enumerate(shape) if g.shape[i] != size)
    return g.sum(axis=stretched, keepdims=True)


def gradients(op, operands, g):
    variables = [variable(ri.tensor(x)) for x in operands]
    return [x.numpy() for x in pullback([op(*variables)], [g], variables)]


def test_operands_stretch_as_in_numpy(op, operands):
    out = op(*map(ri.tensor, operands))

    needed = op(*map(ri.tensor, np.broadcast_arrays(*operands)))
    assert (out.shape, out.dtype) == (needed.shape, needed.dtype)
    np.testing.assert_array_equal(out.numpy(), needed.numpy())


def test_operands_of_a_captured_function_stretch_alike(op, operands):
    tensors = [ri.tensor(x) for x in operands]

    np.testing.assert_array_equal(
        ri.compile(lambda *xs: op(*xs))(*tensors).numpy(), op(*tensors).numpy()
    )


def test_a_gradient_has_the_shape_of_its_operand(op, operands, dtype, rng):
    stretched = [x.copy() for x in np.broadcast_arrays(*operands)]
    g = ri.tensor(np.asarray(rng.normal(size=stretched[0].shape), dtype))

    # Nothing flows to integers, exactly.
    tolerance = TOLERANCE_ULPS * np.finfo(dtype).eps if dtype.kind == "f" else 0
    for x, came, whole in zip(
        operands, gradients(op, operands, g), gradients(op, stretched, g), strict=True
    ):
        assert (came.shape, came.dtype) == (x.shape, x.dtype)
        needed = summed_back(whole, x.shape)
        np.testing.assert_allclose(came, needed, rtol=tolerance, atol=tolerance)
