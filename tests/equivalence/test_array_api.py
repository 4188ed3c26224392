"""What is not elementwise against the oracle: shapes, dtypes and values of results."""

import math

import numpy as np
import pytest
from equivalence.standard import (
    COMPLEX,
    DTYPES,
    INTEGER,
    REAL,
    arrays,
    assert_equal,
    assert_same,
    oracle,
    theirs,
    xps,
)
from hypothesis import given, settings
from hypothesis import strategies as st

import reference_impl.array_api as xp

# Sums of up to 64 elements in another order than NumPy's.
SUM_ULPS = 64

DRAWN = settings(max_examples=60, deadline=None)

dtypes = st.sampled_from(list(DTYPES.values()))
numeric = st.sampled_from([*INTEGER.values(), *REAL.values(), *COMPLEX.values()])
ordered = st.sampled_from([*INTEGER.values(), *REAL.values()])
floating = st.sampled_from([*REAL.values(), *COMPLEX.values()])


def tame(dtype):
    """Numbers of which sums and products stay exact enough to be compared."""
    if dtype.kind in "iub":
        return xps.from_dtype(dtype)
    whole = st.integers(-8, 8).map(float)
    return whole if dtype.kind == "f" else st.builds(complex, whole, whole)


@st.composite
def an_array(draw, dtype=dtypes, shape=None, is_tame=False, min_side=0, min_dims=0):
    dtype = draw(dtype) if isinstance(dtype, st.SearchStrategy) else dtype
    if shape is None:
        shape = xps.array_shapes(
            min_dims=min_dims, max_dims=3, min_side=min_side, max_side=4
        )
    if is_tame:
        return draw(xps.arrays(dtype, shape, elements=tame(dtype)))
    return draw(arrays(dtype, shape))


def an_axis(x, *, data, may_be_none=True):
    axes = st.integers(-x.ndim, x.ndim - 1) if x.ndim else st.none()
    return data.draw(axes | st.none() if may_be_none else axes, label="axis")


def some_axes(x, *, data):
    several = xps.valid_tuple_axes(x.ndim) if x.ndim else st.none()
    one = st.integers(-x.ndim, x.ndim - 1) if x.ndim else st.none()
    return data.draw(st.none() | one | several, label="axis")


# Creation and dtypes


@pytest.mark.parametrize("given", [(5,), (1, 7, 2), (0, 1, 0.25), (3, 0, -1)], ids=str)
@pytest.mark.parametrize("dtype", [*INTEGER.values(), *REAL.values()], ids=str)
def test_arange(given, dtype):
    if dtype.kind == "u" and min(given) < 0:
        pytest.skip("a negative step has no unsigned dtype")
    assert_same("arange", *given, dtype=dtype)


@pytest.mark.parametrize("name", ["zeros", "ones", "empty"])
@pytest.mark.parametrize("dtype", DTYPES.values(), ids=str)
def test_creation_from_a_shape(name, dtype):
    came, expected = (
        getattr(namespace, name)((2, 0, 3), dtype=kind)
        for namespace, kind in ((xp, dtype), (oracle, theirs(dtype)))
    )

    assert_equal(came, expected)


@DRAWN
@given(st.data())
def test_creation_like_another(data):
    x, dtype = data.draw(an_array()), data.draw(dtypes | st.none())
    for name in ("zeros_like", "ones_like"):
        assert_same(name, x, dtype=dtype)
    for name in ("tril", "triu"):
        if x.ndim >= 2:
            assert_same(name, x, k=data.draw(st.integers(-4, 4)))


@DRAWN
@given(data=st.data(), rows=st.integers(0, 5), columns=st.integers(0, 5) | st.none())
def test_eye(data, rows, columns):
    k, dtype = data.draw(st.integers(-6, 6)), data.draw(dtypes)
    assert_same("eye", rows, columns, k=k, dtype=dtype)


@DRAWN
@given(
    st.floats(-100, 100),
    st.floats(-100, 100),
    st.integers(0, 9),
    floating,
    st.booleans(),
)
def test_linspace(start, stop, num, dtype, endpoint):
    assert_same("linspace", start, stop, num, dtype=dtype, endpoint=endpoint)


@DRAWN
@given(st.data())
def test_full(data):
    dtype = data.draw(dtypes)
    fill_value = data.draw(xps.from_dtype(dtype))
    assert_same("full", (2, 3), fill_value, dtype=dtype)
    assert_same("full_like", xp.zeros(3, dtype=dtype), fill_value)


@pytest.mark.parametrize("indexing", ["xy", "ij"])
def test_meshgrid(indexing):
    lines = [xp.arange(n) for n in (3, 2, 4)]
    assert_same("meshgrid", *lines, indexing=indexing)


@pytest.mark.parametrize("to", DTYPES.values(), ids=str)
@pytest.mark.parametrize("from_", DTYPES.values(), ids=str)
def test_functions_of_two_dtypes(from_, to):
    x = xp.ones(2, dtype=from_)

    assert xp.can_cast(from_, to) == oracle.can_cast(theirs(from_), theirs(to))
    assert xp.can_cast(x, to) == oracle.can_cast(theirs(x), theirs(to))
    assert xp.isdtype(from_, to) == (from_ == to)
    if from_.kind != "c" or to != xp.bool:  # which the oracle refuses
        assert_same("astype", x, to)
    try:
        expected = oracle.result_type(theirs(from_), theirs(to))
    except TypeError:
        with pytest.raises(TypeError):
            xp.result_type(from_, to)
    else:
        assert theirs(xp.result_type(from_, to)) == expected


@pytest.mark.parametrize("scalar", [True, 1, 1.0, 1j], ids=str)
@pytest.mark.parametrize("dtype", DTYPES.values(), ids=str)
def test_result_type_of_a_scalar(dtype, scalar):
    x = xp.ones(1, dtype=dtype)
    try:
        expected = oracle.result_type(theirs(x), scalar)
    except TypeError:
        with pytest.raises(TypeError):
            xp.result_type(x, scalar)
    else:
        assert theirs(xp.result_type(scalar, x)) == expected


KINDS = ["bool", "signed integer", "unsigned integer", "integral", "real floating"]
KINDS += ["complex floating", "numeric", ("bool", "integral"), ("real floating",)]


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_kinds_of_dtypes(kind):
    for dtype in DTYPES.values():
        assert xp.isdtype(dtype, kind) == oracle.isdtype(theirs(dtype), kind)
    ours = xp.__array_namespace_info__().dtypes(kind=kind)
    expected = oracle.__array_namespace_info__().dtypes(kind=kind)
    assert {name: theirs(dtype) for name, dtype in ours.items()} == expected


@pytest.mark.parametrize("dtype", [*INTEGER.values(), *REAL.values()], ids=str)
def test_limits(dtype):
    name = "finfo" if dtype.kind == "f" else "iinfo"
    came, expected = getattr(xp, name)(dtype), getattr(oracle, name)(theirs(dtype))
    for field in vars(came):
        if field != "dtype":
            assert getattr(came, field) == getattr(expected, field)
            assert type(getattr(came, field)) in (int, float)


# Manipulation


@DRAWN
@given(st.data())
def test_functions_that_move_elements(data):
    x = data.draw(an_array())
    axes = data.draw(st.permutations(range(x.ndim)))
    assert_same("permute_dims", x, tuple(axes))
    assert_same("flip", x, axis=some_axes(x, data=data))
    assert_same("expand_dims", x, axis=data.draw(st.integers(-x.ndim - 1, x.ndim)))
    assert_same("reshape", x, (x.size,))
    if x.size:
        assert_same("reshape", x, (-1,))
    assert_same("tile", x, tuple(data.draw(st.lists(st.integers(0, 3), max_size=4))))
    if x.ndim:
        axis = an_axis(x, data=data, may_be_none=False)
        assert_same("unstack", x, axis=axis)
        assert_same("moveaxis", x, axis, an_axis(x, data=data, may_be_none=False))
    if x.ndim >= 2:
        assert_same("matrix_transpose", x)


@DRAWN
@given(st.data())
def test_roll_and_repeat(data):
    x = data.draw(an_array())
    axis = an_axis(x, data=data)
    assert_same("roll", x, data.draw(st.integers(-9, 9)), axis=axis)
    assert_same("repeat", x, data.draw(st.integers(0, 3)), axis=axis)
    length = x.size if axis is None else x.shape[axis]
    counts = st.lists(st.integers(0, 3), min_size=length, max_size=length)
    repeats = xp.asarray(data.draw(counts), dtype=xp.int64)
    assert_same("repeat", x, repeats, axis=axis)


@DRAWN
@given(st.data())
def test_squeeze(data):
    x = data.draw(an_array(shape=st.lists(st.integers(1, 2), max_size=4).map(tuple)))
    axes = tuple(
        a for a, n in enumerate(x.shape) if n == 1 and data.draw(st.booleans())
    )
    assert_same("squeeze", x, axes)
    for axis in range(x.ndim):
        assert_same("squeeze", x, axis)  # refused if it is not of size 1


@DRAWN
@given(st.data())
def test_concat_and_stack(data):
    first = data.draw(an_array(dtype=ordered, min_dims=1))
    second = data.draw(an_array(dtype=first.dtype, shape=first.shape))
    axis = an_axis(first, data=data)
    assert_same("concat", [first, second], axis=axis)
    assert_same("concat", (first, second, first))
    assert_same(
        "stack",
        [first, second],
        axis=data.draw(st.integers(-first.ndim - 1, first.ndim)),
    )


@DRAWN
@given(st.data())
def test_broadcasting(data):
    shapes = data.draw(xps.mutually_broadcastable_shapes(2, max_side=3, max_dims=3))
    x, y = (data.draw(an_array(shape=shape)) for shape in shapes.input_shapes)
    assert_same("broadcast_to", x, shapes.result_shape)
    came, expected = xp.broadcast_arrays(x, y), oracle.broadcast_arrays(*theirs([x, y]))
    assert_equal(list(came), list(expected))


# Reductions


@DRAWN
@given(st.data(), st.booleans())
def test_reductions_of_numbers(data, keepdims):
    x = data.draw(an_array(dtype=numeric, is_tame=True))
    axis = some_axes(x, data=data)
    for name in ("sum", "prod"):
        assert_same(name, x, axis=axis, keepdims=keepdims, ulps=SUM_ULPS)
        wide = {"i": xp.int64, "u": xp.uint64, "f": xp.float64, "c": xp.complex128}
        assert_same(name, x, axis=axis, dtype=wide[x.dtype.kind], ulps=SUM_ULPS)
    assert_same("count_nonzero", x, axis=axis, keepdims=keepdims)


@DRAWN
@given(st.data(), st.booleans())
def test_reductions_by_order(data, keepdims):
    x = data.draw(an_array(dtype=ordered, min_side=1))
    axis = some_axes(x, data=data)
    for name in ("max", "min"):
        assert_same(name, x, axis=axis, keepdims=keepdims)
    one = an_axis(x, data=data)
    for name in ("argmax", "argmin"):
        assert_same(name, x, axis=one, keepdims=keepdims)


@DRAWN
@given(st.data(), st.booleans())
def test_reductions_of_truth(data, keepdims):
    x = data.draw(an_array())
    axis = some_axes(x, data=data)
    for name in ("all", "any"):
        assert_same(name, x, axis=axis, keepdims=keepdims)


@DRAWN
@given(st.data(), st.booleans(), st.sampled_from([0, 1, 0.5]))
def test_mean_and_spread(data, keepdims, correction):
    x = data.draw(an_array(dtype=floating, is_tame=True, min_side=2))
    axis = some_axes(x, data=data)
    assert_same("mean", x, axis=axis, keepdims=keepdims, ulps=SUM_ULPS)
    if x.dtype.kind == "f" and x.ndim and axis != ():
        for name in ("std", "var"):
            assert_same(
                name,
                x,
                axis=axis,
                correction=correction,
                keepdims=keepdims,
                ulps=SUM_ULPS,
            )


@DRAWN
@given(st.data(), st.booleans())
def test_running_totals(data, include_initial):
    x = data.draw(an_array(dtype=numeric, is_tame=True, min_dims=1))
    axis = an_axis(x, data=data, may_be_none=x.ndim == 1)
    for name in ("cumulative_sum", "cumulative_prod"):
        assert_same(name, x, axis=axis, include_initial=include_initial, ulps=SUM_ULPS)


@DRAWN
@given(st.data(), st.integers(0, 3))
def test_diff(data, n):
    x = data.draw(an_array(dtype=numeric, is_tame=True, min_dims=1, min_side=1))
    axis = an_axis(x, data=data, may_be_none=False)
    assert_same("diff", x, axis=axis, n=n)
    assert_same("diff", x, axis=axis, prepend=x, append=x)


# Order and position


@DRAWN
@given(st.data(), st.booleans())
def test_order(data, descending):
    x = data.draw(an_array(dtype=ordered, min_dims=1))
    if x.dtype.kind == "f":
        x = xp.where(xp.isnan(x), xp.zeros_like(x), x)  # its place is left open
    axis = an_axis(x, data=data, may_be_none=False)
    assert_same("argsort", x, axis=axis, descending=descending)
    came = xp.sort(x, axis=axis, descending=descending)
    order = xp.argsort(x, axis=axis, descending=descending)
    np.testing.assert_array_equal(came, xp.take_along_axis(x, order, axis=axis))


@DRAWN
@given(st.data(), st.sampled_from(["left", "right"]))
def test_searchsorted(data, side):
    dtype = data.draw(ordered)
    values = an_array(dtype=dtype, is_tame=True)
    x1, x2 = data.draw(an_array(dtype=dtype, shape=5, is_tame=True)), data.draw(values)
    assert_same("searchsorted", xp.sort(x1), x2, side=side)
    assert_same("searchsorted", x1, x2, side=side, sorter=xp.argsort(x1))


@DRAWN
@given(st.data())
def test_positions(data):
    x = data.draw(an_array(min_dims=1))
    assert_same("nonzero", x)
    axis = an_axis(x, data=data, may_be_none=False)
    if x.shape[axis]:
        positions = st.lists(st.integers(0, x.shape[axis] - 1), max_size=5)
        indices = xp.asarray(data.draw(positions), dtype=xp.int64)
        assert_same("take", x, indices, axis=axis)


@DRAWN
@given(st.data())
def test_sets(data):
    x = data.draw(an_array())
    came, expected = xp.unique_all(x), oracle.unique_all(theirs(x))
    assert came._fields == type(expected)._fields
    assert came.values.size == expected.values.size
    assert_equal(came.counts, expected.counts)
    flat = xp.reshape(x, (-1,))
    np.testing.assert_array_equal(xp.take(flat, came.indices), came.values)
    np.testing.assert_array_equal(xp.take(came.values, came.inverse_indices), x)
    assert xp.unique_counts(x)._fields == ("values", "counts")
    assert xp.unique_inverse(x)._fields == ("values", "inverse_indices")


# Indexing


@DRAWN
@given(st.data())
def test_basic_indexing(data):
    x = data.draw(an_array(min_side=1))
    key = data.draw(xps.indices(x.shape, allow_newaxis=True))
    assert_equal(x[key], theirs(x)[key])


@DRAWN
@given(st.data())
def test_indexing_with_a_mask(data):
    x = data.draw(an_array())
    mask = data.draw(an_array(dtype=xp.bool, shape=x.shape))
    assert_equal(x[mask], theirs(x)[theirs(mask)])


@DRAWN
@given(st.data())
def test_indexing_with_integers(data):
    x = data.draw(an_array(min_dims=2, min_side=1))
    parts = [
        xp.asarray(data.draw(st.lists(st.integers(-n, n - 1), min_size=3, max_size=3)))
        for n in x.shape
    ]
    assert_equal(x[tuple(parts)], theirs(x)[theirs(tuple(parts))])


@pytest.mark.parametrize("key", [3, -4, (0, 0, 0), (slice(None), 5)], ids=str)
def test_an_index_out_of_range_is_an_index_error(key):
    with pytest.raises(IndexError):
        xp.zeros((3, 3))[key]


def test_a_tensor_is_not_written_to():
    with pytest.raises(TypeError, match=r"x\.at\[index\]\.set"):
        xp.zeros(3)[0] = 1


# Linear algebra. Well-conditioned matrices: whole numbers with a large diagonal.

LINALG_ULPS = 2000


@st.composite
def matrices(draw, dtype=floating, rows=None, columns=None):
    dtype = draw(dtype)
    rows = draw(st.integers(1, 4)) if rows is None else rows
    columns = rows if columns is None else columns
    batch = draw(st.sampled_from([(), (2,), (0,), (2, 1)]))
    return draw(xps.arrays(dtype, (*batch, rows, columns), elements=tame(dtype)))


@st.composite
def invertible(draw, dtype=floating):
    x = draw(matrices(dtype))
    return x + 40 * xp.eye(x.shape[-1], dtype=x.dtype)


@DRAWN
@given(st.data())
def test_products(data):
    dtype = data.draw(numeric)
    n, k, m = (data.draw(st.integers(0, 3)) for _ in range(3))
    x, y, line = (
        data.draw(xps.arrays(dtype, shape, elements=tame(dtype)))
        for shape in ((2, n, k), (k, m), (k,))
    )
    # A sum that is zero has either sign, by the order of its terms.
    for first, second in [(x, y), (x, line), (line, y), (line, line), (x, x)]:
        assert_same("matmul", first, second, signed_zeros=False)
    for axes in (0, 1, ((2,), (0,))):
        assert_same("tensordot", x, y, axes=axes, signed_zeros=False)
    assert_same("vecdot", x, line, signed_zeros=False)
    assert_same("linalg.outer", line, line)


@DRAWN
@given(st.data())
def test_cross(data):
    dtype = data.draw(numeric)
    x, y = (
        data.draw(an_array(dtype=dtype, shape=s, is_tame=True)) for s in ((2, 3), 3)
    )
    assert_same("linalg.cross", x, y, signed_zeros=False)


@DRAWN
@given(invertible(), st.integers(-3, 4))
def test_functions_of_square_matrices(x, n):
    for name in ("det", "inv", "slogdet"):
        assert_same(f"linalg.{name}", x, ulps=LINALG_ULPS)
    assert_same("linalg.matrix_power", x, n, ulps=LINALG_ULPS)
    y = xp.ones((*x.shape[:-1], 2), dtype=x.dtype)
    assert_same("linalg.solve", x, y, ulps=LINALG_ULPS)
    if x.ndim == 2:
        assert_same("linalg.solve", x, y[:, 0], ulps=LINALG_ULPS)


@DRAWN
@given(matrices(), st.integers(-3, 3))
def test_functions_of_matrices(x, offset):
    assert_same("linalg.diagonal", x, offset=offset)
    assert_same("linalg.trace", x, offset=offset, signed_zeros=False)
    assert_same("linalg.matrix_rank", x)


@pytest.mark.parametrize("ord", ["fro", "nuc", 1, -1, 2, -2, math.inf, -math.inf])
@given(matrices(), st.booleans())
@settings(max_examples=15, deadline=None)
def test_matrix_norms(ord, x, keepdims):
    came = xp.linalg.matrix_norm(x, ord=ord, keepdims=keepdims)
    expected = oracle.linalg.matrix_norm(theirs(x), ord=ord, keepdims=keepdims)

    assert came.dtype == np.asarray(expected).dtype
    np.testing.assert_allclose(came, np.asarray(expected), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("ord", [0, 1, 2, 3, -1, 0.5, math.inf, -math.inf])
@given(st.data(), st.booleans())
@settings(max_examples=15, deadline=None)
def test_vector_norms(ord, data, keepdims):
    x = data.draw(an_array(dtype=floating, is_tame=True, min_side=1))
    axis = some_axes(x, data=data)
    assert_same(
        "linalg.vector_norm", x, axis=axis, ord=ord, keepdims=keepdims, ulps=SUM_ULPS
    )


@DRAWN
@given(matrices(rows=3, columns=2))
def test_factors_multiply_to_the_matrix(x):
    tolerance = {"rtol": 1e-3, "atol": 1e-3}
    q, r = xp.linalg.qr(x)
    u, s, vh = xp.linalg.svd(x, full_matrices=False)
    np.testing.assert_allclose(q @ r, x, **tolerance)
    np.testing.assert_allclose(
        u * xp.astype(s, x.dtype)[..., None, :] @ vh, x, **tolerance
    )
    np.testing.assert_allclose(xp.linalg.svdvals(x), s, **tolerance)
    np.testing.assert_allclose(x @ xp.linalg.pinv(x) @ x, x, **tolerance)
    for name, options in [
        ("qr", {}),
        ("qr", {"mode": "complete"}),
        ("svd", {}),
        ("svd", {"full_matrices": False}),
        ("svdvals", {}),
        ("pinv", {}),
    ]:
        came = getattr(xp.linalg, name)(x, **options)
        expected = getattr(oracle.linalg, name)(theirs(x), **options)
        assert_alike(came, expected)


def assert_alike(came, expected):
    """Names of fields, shapes and dtypes agree; signs of vectors are free."""
    if isinstance(expected, tuple):
        assert came._fields == type(expected)._fields
        for mine, other in zip(came, expected, strict=True):
            assert_alike(mine, other)
        return
    assert (came.shape, theirs(came.dtype)) == (expected.shape, expected.dtype)


@DRAWN
@given(invertible())
def test_functions_of_hermitian_matrices(x):
    x = x + xp.conj(xp.matrix_transpose(x))  # and positive definite
    tolerance = {"rtol": 1e-3, "atol": 1e-2}
    values, vectors = xp.linalg.eigh(x)
    np.testing.assert_allclose(
        x @ vectors, vectors * xp.astype(values, x.dtype)[..., None, :], **tolerance
    )
    assert_alike(xp.linalg.eigh(x), oracle.linalg.eigh(theirs(x)))
    assert_alike(xp.linalg.eigvalsh(x), oracle.linalg.eigvalsh(theirs(x)))
    for upper in (True, False):
        assert_same("linalg.cholesky", x, upper=upper, ulps=LINALG_ULPS)


# Fourier transforms

FFT_TOLERANCE = 1e-4  # relative to the largest coefficient; float32 has 1e-7 an element


def assert_same_transform(name, x, **options):
    came = getattr(xp.fft, name)(x, **options)
    expected = getattr(oracle.fft, name)(theirs(x), **options)
    assert_alike(came, expected)
    largest = np.abs(np.asarray(expected)).max(initial=1)
    np.testing.assert_allclose(
        came, np.asarray(expected), atol=FFT_TOLERANCE * largest, rtol=0
    )


@pytest.mark.parametrize("norm", ["backward", "forward", "ortho"])
@pytest.mark.parametrize("name", ["fft", "ifft", "rfft", "irfft", "hfft", "ihfft"])
@given(st.data(), st.none() | st.integers(2, 6))
@settings(max_examples=15, deadline=None)
def test_transforms_of_lines(name, norm, data, n):
    kind = REAL if name in ("rfft", "ihfft") else COMPLEX
    x = data.draw(
        an_array(
            dtype=st.sampled_from(list(kind.values())),
            is_tame=True,
            min_dims=1,
            min_side=2,
        )
    )
    axis = an_axis(x, data=data, may_be_none=False)
    assert_same_transform(name, x, n=n, axis=axis, norm=norm)


@pytest.mark.parametrize("norm", ["backward", "forward", "ortho"])
@pytest.mark.parametrize("name", ["fftn", "ifftn", "rfftn", "irfftn"])
@given(st.data())
@settings(max_examples=15, deadline=None)
def test_transforms_of_grids(name, norm, data):
    kind = REAL if name == "rfftn" else COMPLEX
    x = data.draw(
        an_array(
            dtype=st.sampled_from(list(kind.values())),
            is_tame=True,
            min_dims=2,
            min_side=2,
        )
    )
    axes = data.draw(st.none() | st.just((0, 1)) | st.just((-1,)))
    s = None if axes is None else data.draw(st.none() | st.just((3, 4)[: len(axes)]))
    assert_same_transform(name, x, s=s, axes=axes, norm=norm)


@pytest.mark.parametrize("n", [1, 2, 5, 8])
@pytest.mark.parametrize("name", ["fftfreq", "rfftfreq"])
@pytest.mark.parametrize("dtype", REAL.values(), ids=str)
def test_frequencies(name, n, dtype):
    assert_same(f"fft.{name}", n, d=0.5, dtype=dtype)


@DRAWN
@given(st.data())
def test_shifts(data):
    x = data.draw(an_array(dtype=floating, min_dims=1))
    for name in ("fftshift", "ifftshift"):
        assert_same(f"fft.{name}", x, axes=some_axes(x, data=data) or None)
