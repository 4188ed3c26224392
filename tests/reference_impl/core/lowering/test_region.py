"""Regions as loop nests: played on watched memory, and as machine code."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from played_kernels import played

import reference_impl as ri
from reference_impl.core.lowering.lowered import lowered
from reference_impl.core.passes.fusion import fuse

DTYPES = (
    *(ri.bool, ri.int8, ri.int16, ri.int32, ri.int64),
    *(ri.uint8, ri.uint16, ri.uint32, ri.uint64),
    *(ri.float16, ri.bfloat16, ri.float32, ri.float64),
)

# Sums of a few hundred numbers, of the largest element; 16 bits hold 11 or 8 of them.
TOLERANCE = {
    ri.float16: 4e-3,
    ri.bfloat16: 3e-2,
    ri.float32: 1e-5,
    ri.float64: 1e-12,
}


def assert_close(came, needed):
    assert (came.dtype, came.shape) == (needed.dtype, needed.shape)
    if came.dtype not in TOLERANCE:
        np.testing.assert_array_equal(came, needed)
        return
    wide = needed.astype(np.float64)
    scale = np.abs(wide[np.isfinite(wide)]).max(initial=1.0)
    np.testing.assert_allclose(
        came.astype(np.float64), wide, rtol=0, atol=TOLERANCE[came.dtype] * scale
    )


def check_played(function, *arrays):
    """What the kernels of a function compute, compared with its ops."""
    tensors = [ri.tensor(x) for x in arrays]
    with np.errstate(all="ignore"):
        needed = ri.tree.flatten(function(*tensors))[0]
    found = lowered(fuse(ri.capture(function, *tensors)))
    outputs = played(found, [x.numpy() for x in tensors])
    for came, each in zip(outputs, needed, strict=True):
        assert_close(came, each.numpy())
    return found.steps


def check_built(function, *arrays):
    """The same of machine code."""
    tensors = [ri.tensor(x) for x in arrays]
    with np.errstate(all="ignore"):
        needed = ri.tree.flatten(function(*tensors))[0]
    came = ri.tree.flatten(ri.compile(function)(*tensors))[0]
    for x, each in zip(came, needed, strict=True):
        assert_close(x.numpy(), each.numpy())


def numbers(dtype, shape, rng):
    if dtype == ri.bool:
        return rng.integers(0, 2, shape).astype(bool)
    if dtype.kind in "iu":
        return rng.integers(0 if dtype.kind == "u" else -5, 6, shape).astype(dtype)
    return rng.normal(size=shape).astype(dtype)


# The distance from 1 to the next number.
EPS = {ri.float16: 2.0**-10, ri.bfloat16: 2.0**-7}


class Operand:
    """An array, and a function that makes a view of it that has a shape."""

    def __init__(self, draw, shape, dtype, rng):
        rank = len(shape)
        kind = draw(st.sampled_from(["plain", "permuted", "sliced", "flipped", "bc"]))
        base, self.see = shape, lambda x: x
        if kind == "permuted":
            axes = tuple(draw(st.permutations(range(rank))))
            base = [shape[axes.index(axis)] for axis in range(rank)]
            self.see = lambda x: ri.permute_dims(x, axes)
        elif kind == "sliced" and rank:
            steps = [draw(st.sampled_from([1, 2, 3])) for _ in shape]
            base = [1 + size * step for size, step in zip(shape, steps, strict=True)]
            key = tuple(
                slice(1, 1 + size * step, step)
                for size, step in zip(shape, steps, strict=True)
            )
            self.see = lambda x: x[key]
        elif kind == "flipped" and rank:
            key = tuple(
                slice(None, None, draw(st.sampled_from([1, -1]))) for _ in shape
            )
            self.see = lambda x: x[key]
        elif kind == "bc":
            base = [draw(st.sampled_from([1, size])) for size in shape]
            self.see = lambda x: ri.broadcast_to(x, tuple(shape))
        self.array = numbers(dtype, base, rng)


def combined(dtype, which):
    """A function of two tensors of a dtype."""
    if dtype == ri.bool:
        return lambda x, y: ri.logical_or(x, ri.logical_not(y))
    return {
        "add": lambda x, y: x + y,
        "multiply": lambda x, y: x * y,
        "maximum": ri.maximum,
        "where": lambda x, y: ri.where(x > y, x - y, y),
    }[which]


class Case:
    """A random region: ops on elements, a reduction, ops on what it gives."""

    def __init__(self, draw, sizes):
        dtype = draw(st.sampled_from(DTYPES))
        rng = np.random.default_rng(draw(st.integers(0, 2**32)))
        shape = [draw(sizes) for _ in range(draw(st.integers(0, 4)))]
        self.combine = combined(
            dtype, draw(st.sampled_from(["add", "multiply", "maximum", "where"]))
        )
        self.axes = tuple(i for i in range(len(shape)) if draw(st.booleans()))
        kinds = ["sum", "prod", "any", "all"]
        if all(shape[axis] for axis in self.axes):
            kinds += ["max", "min"]
        self.reduce = getattr(ri, draw(st.sampled_from(kinds)))
        self.keepdims = draw(st.booleans())
        self.is_stored, self.is_followed = draw(st.booleans()), draw(st.booleans())
        kept = [n for i, n in enumerate(shape) if i not in self.axes]
        if self.keepdims:
            kept = [1 if i in self.axes else n for i, n in enumerate(shape)]
        count = draw(st.integers(1, 3))
        self.operands = [Operand(draw, shape, dtype, rng) for _ in range(count)]
        self.operands.append(Operand(draw, kept, dtype, rng))
        self.arrays = [each.array for each in self.operands]

    def __call__(self, *arrays):
        *xs, z = [x.see(a) for x, a in zip(self.operands, arrays, strict=True)]
        y = xs[0]
        for x in xs[1:]:
            y = self.combine(y, x)
        if len(xs) == 1:
            y = self.combine(y, y)
        total = self.reduce(y, axis=self.axes, keepdims=self.keepdims)
        results = [total]
        if self.is_followed:
            results.append(self.combine(total.astype(z.dtype), z))
        return [*results, y] if self.is_stored else results


@settings(max_examples=100, deadline=None, derandomize=True)
@given(data=st.data())
def test_a_random_region_computes_what_its_ops_compute(data):
    case = Case(data.draw, st.sampled_from([0, 1, 1, 2, 3, 4]))

    check_played(case, *case.arrays)


@settings(max_examples=15, deadline=None, derandomize=True)
@given(data=st.data())
def test_a_random_region_with_many_rows_computes_what_its_ops_compute(data):
    case = Case(data.draw, st.sampled_from([1, 1, 2, 17, 33]))
    if math.prod(max((x.shape for x in case.arrays), key=math.prod)) > 2000:
        return

    check_played(case, *case.arrays)


# Where a reduction begins to be cut into parts, and sizes that cannot be.
SIZES = [1, 2, 15, 16, 17, 31, 32, 33, 63, 64, 65, 97, 128]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("kind", ["sum", "max", "any"])
def test_columns_are_reduced_whatever_the_number_of_rows(size, kind):
    x = np.random.default_rng(size).normal(size=(size, 3))

    check_played(lambda x: getattr(ri, kind)(x * 2.0, axis=0), x)


@pytest.mark.parametrize("size", [1, 4095, 4096, 4097, 8191, 8192, 8193, 12288, 100003])
@pytest.mark.parametrize("kind", ["sum", "max", "min"])
@pytest.mark.parametrize("dtype", [ri.float32, ri.int32], ids=str)
def test_a_long_row_is_reduced_whatever_its_length(size, kind, dtype):
    x = numbers(dtype, size, np.random.default_rng(size))

    check_built(lambda x: getattr(ri, kind)(x), x)


@pytest.mark.parametrize(("N", "kernels"), [(8, 2), (32, 2), (1, 1)])
def test_rows_are_reduced_in_parts_where_that_pays(N, kernels):
    # Into one row, which has neighbours: parts of rows first, then their sum.
    x = np.ones((N, 5), np.float32)

    assert len(check_played(lambda x: ri.sum(x * 2.0, axis=0), x)) == kernels


@pytest.mark.parametrize(("size", "kernels"), [(4096, 1), (8192, 2), (8191, 1)])
def test_a_row_is_reduced_in_parts_if_it_is_long_and_can_be_cut(size, kernels):
    graph = fuse(ri.capture(lambda x: ri.sum(x * 2.0), ri.zeros(size)))

    assert len(lowered(graph).steps) == kernels


def test_a_reduction_of_rows_and_what_follows_it_are_one_kernel():
    x, b = np.random.default_rng(0).normal(size=(2, 6, 5))

    def normed(x, b):
        total = ri.sum(x * x, axis=1)
        return ri.sqrt(total + 1.0) * b[:, 0], total

    (kernel,) = check_played(normed, x, b)
    assert kernel.extent == 6


def test_what_follows_a_reduction_of_columns_is_in_the_second_kernel():
    x = np.random.default_rng(0).normal(size=(64, 5))

    steps = check_played(lambda x: ri.sqrt(ri.sum(x * x, axis=0) + 1.0), x)

    assert [step.extent for step in steps] == [4, 5]


@pytest.mark.parametrize("dtype", [ri.float16, ri.float32, ri.float64], ids=str)
@pytest.mark.parametrize("axis", [0, 1, (0, 1)])
def test_a_maximum_of_what_holds_no_number_is_none(dtype, axis):
    x = np.random.default_rng(0).normal(size=(70, 65)).astype(dtype)
    x[3, 4] = np.nan
    x[5, :] = np.inf
    x[:, 6] = -np.inf

    for kind in (ri.max, ri.min):
        (came,) = [ri.compile(lambda x, kind=kind: kind(x + x, axis=axis))(x).numpy()]
        needed = kind(ri.tensor(x + x), axis=axis).numpy()
        np.testing.assert_array_equal(came, needed)


def test_integers_wrap_around_in_sums_and_products():
    x = np.full((3, 40), 100, np.int8)
    y = np.full(70, 2**40 + 1, np.int64)

    came, wrapped, product = ri.compile(
        lambda x, y: (ri.sum(x + x, axis=1), x * x, ri.prod(y * y))
    )(x, y)

    np.testing.assert_array_equal(came, np.full(3, 40 * -56))
    np.testing.assert_array_equal(wrapped, x * x)
    assert product.item() == np.prod(y * y)


def test_sums_of_booleans_count():
    x = np.random.default_rng(0).integers(0, 2, (40, 30)).astype(bool)

    rows, columns, all_of_them = ri.compile(
        lambda x: [ri.sum(ri.logical_not(x), axis=a) for a in (1, 0, None)]
    )(x)

    assert rows.dtype == ri.int64
    np.testing.assert_array_equal(rows, (~x).sum(axis=1))
    np.testing.assert_array_equal(columns, (~x).sum(axis=0))
    assert all_of_them.item() == (~x).sum()


@pytest.mark.parametrize("dtype", [ri.float16, ri.bfloat16], ids=str)
@pytest.mark.parametrize("axis", [0, 1, (0, 1)])
def test_16_bit_sums_are_rounded_once(dtype, axis):
    x = np.random.default_rng(0).normal(size=(128, 65)).astype(dtype)

    came = ri.compile(lambda x: ri.sum(x * x, axis=axis))(ri.tensor(x)).numpy()

    squares = np.square(x.astype(np.float32)).astype(dtype).astype(np.float64)
    needed = squares.sum(axis=axis).astype(dtype)
    apart = came.astype(np.float64) - needed.astype(np.float64)
    spacing = np.abs(needed.astype(np.float64)) * EPS[dtype]
    assert (np.abs(apart) <= spacing).all()


@pytest.mark.parametrize("shape", [(0,), (0, 3), (3, 0), (2, 0, 3)])
def test_sums_of_nothing_are_zero(shape):
    def function(x):
        return ri.sum(x + 1.0, axis=-1), ri.sum(x * 2.0), ri.prod(x + x, axis=0)

    check_played(function, np.zeros(shape))
    check_built(function, np.zeros(shape))


def test_results_lie_in_the_order_of_what_they_are_made_of():
    x = np.random.default_rng(0).normal(size=(4, 6))

    # Neighbours of the transpose lie as its rows do, in one piece.
    graph = fuse(ri.capture(lambda x: ri.sum(ri.exp(x.T) + x.T, axis=0), ri.tensor(x)))
    (kernel,) = lowered(graph).steps
    assert kernel.extent == 4
