import numpy as np
import pytest

import reference_impl as ri
from reference_impl.core.dtype import SUPPORTED
from reference_impl.core.errors import DtypeError, RangeError, ShapeError

RANGES = [
    (5,),
    (2, 7),
    (0, 10, 3),
    (10, 0, -3),
    (5, 5),
    (7, 2),
    (0.0, 1.0, 0.25),
    (0, 1, 0.1),
    (2.5,),
    (-1.5, 3),
]


@pytest.mark.parametrize("given", RANGES, ids=str)
def test_a_range_is_that_of_numpy(given):
    came, expected = ri.arange(*given), np.arange(*given)

    is_whole = expected.dtype.kind == "i"
    assert came.dtype == (ri.int64 if is_whole else ri.float32)
    np.testing.assert_array_equal(came, expected.astype(came.dtype))


@pytest.mark.parametrize("dtype", ["int8", "uint16", "float16", "bfloat16", "float64"])
def test_a_range_has_the_dtype_that_was_asked_for(dtype):
    came = ri.arange(1, 9, 2, dtype=dtype)

    assert came.dtype == dtype
    assert came.tolist() == [1, 3, 5, 7]


def test_integers_beyond_int64_are_exact():
    came = ri.arange(2**63 + 1, 2**63 + 4, dtype=ri.uint64)

    assert came.tolist() == [2**63 + 1, 2**63 + 2, 2**63 + 3]


@pytest.mark.parametrize("given", [(0, 1, 0), (0, np.inf), (np.nan,)], ids=str)
def test_a_range_that_does_not_end_is_refused(given):
    with pytest.raises(RangeError, match=r"^arange: finite numbers and a step"):
        ri.arange(*given)


def test_a_range_of_complex_numbers_is_refused():
    with pytest.raises(DtypeError, match=r"^arange: integer or floating-point"):
        ri.arange(3, dtype="complex64")


@pytest.mark.parametrize("endpoint", [True, False])
@pytest.mark.parametrize("num", [0, 1, 2, 7])
@pytest.mark.parametrize("ends", [(0, 1), (3.0, -2.0), (1, 1), (1j, 2)], ids=str)
def test_equal_distances_are_those_of_numpy(ends, num, endpoint):
    came = ri.linspace(*ends, num, endpoint=endpoint)

    expected = np.linspace(*ends, num, endpoint=endpoint)
    assert came.dtype == (ri.complex64 if 1j in ends else ri.float32)
    np.testing.assert_array_equal(came, expected.astype(came.dtype))


def test_equal_distances_refuse_what_has_no_meaning():
    with pytest.raises(RangeError, match=r"^linspace: num must not be negative, -1"):
        ri.linspace(0, 1, -1)
    with pytest.raises(DtypeError, match=r"^linspace: complex ends"):
        ri.linspace(0, 1j, 3, dtype="float64")


@pytest.mark.parametrize("k", [-4, -1, 0, 2, 9])
@pytest.mark.parametrize("sizes", [(3,), (2, 4), (4, 2), (0, 3), (3, None)], ids=str)
def test_ones_on_a_diagonal_are_those_of_numpy(sizes, k):
    came = ri.eye(*sizes, k=k)

    assert came.dtype == ri.float32
    np.testing.assert_array_equal(came, np.eye(*sizes, k=k))


@pytest.mark.parametrize("dtype", SUPPORTED, ids=str)
def test_a_unit_matrix_has_the_dtype_that_was_asked_for(dtype):
    assert ri.eye(2, dtype=dtype).dtype == dtype


def test_a_matrix_of_negative_size_is_refused():
    with pytest.raises(ShapeError, match=r"^eye: sizes must not be negative, \(-1, 2"):
        ri.eye(-1, 2)


@pytest.mark.parametrize("indexing", ["xy", "ij"])
@pytest.mark.parametrize("sizes", [(), (3,), (3, 2), (3, 2, 4), (2, 0), (1, 1)])
def test_coordinates_are_those_of_numpy(sizes, indexing):
    lines = [np.arange(size) + 10.0 * i for i, size in enumerate(sizes)]

    came = ri.meshgrid(*map(ri.tensor, lines), indexing=indexing)

    expected = np.meshgrid(*lines, indexing=indexing)
    assert len(came) == len(expected)
    for mine, theirs in zip(came, expected, strict=True):
        np.testing.assert_array_equal(mine, theirs)


def test_coordinates_along_an_axis_may_be_one_number():
    came = ri.meshgrid(ri.tensor(1.0), ri.tensor([2.0, 3.0]))

    assert [x.shape for x in came] == [(2, 1), (2, 1)]


def test_the_derivative_of_coordinates_counts_their_repetitions():
    ones = ri.tensor([1.0, 2.0, 3.0])

    gradient = ri.grad(lambda x: ri.sum(ri.meshgrid(x, ri.tensor([0.0] * 5))[0]))(ones)

    assert gradient.tolist() == [5.0, 5.0, 5.0]


def test_coordinates_refuse_what_has_no_meaning():
    line = ri.tensor([1.0, 2.0])

    with pytest.raises(RangeError, match="indexing must be 'xy' or 'ij', 'yx' came"):
        ri.meshgrid(line, indexing="yx")
    with pytest.raises(ShapeError, match=r"one axis each is needed, \[\(2, 1\)\] came"):
        ri.meshgrid(line.reshape(2, 1))
    with pytest.raises(DtypeError, match="one dtype is needed"):
        ri.meshgrid(line, ri.tensor([1]))


@pytest.mark.parametrize("name", ["tril", "triu"])
@pytest.mark.parametrize("k", [-9, -1, 0, 1, 9])
@pytest.mark.parametrize("shape", [(3, 3), (2, 4), (4, 2), (2, 3, 4), (0, 2), (2, 0)])
def test_triangles_are_those_of_numpy(name, shape, k):
    x = np.random.default_rng(3).normal(size=shape)

    came = getattr(ri, name)(ri.tensor(x), k=k)

    np.testing.assert_array_equal(came, getattr(np, name)(x, k))


@pytest.mark.parametrize("name", ["tril", "triu"])
@pytest.mark.parametrize("dtype", SUPPORTED, ids=str)
def test_triangles_keep_the_dtype(name, dtype):
    assert getattr(ri, name)(ri.ones((2, 2), dtype=dtype)).dtype == dtype


@pytest.mark.parametrize("name", ["tril", "triu"])
def test_what_lies_outside_of_a_triangle_is_zero_even_if_it_was_no_number(name):
    outside = np.tri(3).T if name == "tril" else np.tri(3)
    x = np.where((outside > 0) & (np.eye(3) == 0), np.nan, 1)

    assert not np.isnan(getattr(ri, name)(ri.tensor(x))).any()


@pytest.mark.parametrize("name", ["tril", "triu"])
def test_the_derivative_of_a_triangle_is_a_triangle_of_ones(name):
    x = ri.ones((3, 4))

    gradient = ri.grad(lambda x: ri.sum(getattr(ri, name)(x, k=1)))(x)

    np.testing.assert_array_equal(gradient, getattr(np, name)(np.ones((3, 4)), 1))


def test_a_triangle_of_a_vector_is_refused():
    with pytest.raises(ShapeError, match=r"^triu: two axes are needed, the shape is"):
        ri.triu(ri.tensor([1.0]))


@pytest.mark.parametrize(
    ("who", "make"),
    [
        ("arange", lambda: ri.arange(1 << 55)),
        ("arange", lambda: ri.arange(1 << 62)),
        ("eye", lambda: ri.eye(1 << 30)),
        ("eye", lambda: ri.eye(1 << 40)),
        ("linspace", lambda: ri.linspace(0, 1, 1 << 55)),
        ("zeros", lambda: ri.zeros(1 << 80)),
        ("fftfreq", lambda: ri.fft.fftfreq(1 << 55)),
        ("tril", lambda: ri.tril(ri.broadcast_to(1.0, (1 << 30, 1 << 30)))),
    ],
)
def test_more_than_memory_holds_is_refused(who, make):
    with pytest.raises(ri.OutOfMemoryError, match=f"^{who}: "):
        make()


FAR = 10**30


@pytest.mark.parametrize("k", [FAR, -FAR])
def test_a_diagonal_beyond_the_corners_is_that_nearest_to_them(k):
    near = 3 if k > 0 else -3

    np.testing.assert_array_equal(ri.tril(ri.ones((3, 3)), k=k), np.tri(3, 3, near))
    np.testing.assert_array_equal(ri.triu(ri.ones((3, 3)), k=k), 1 - np.tri(3, 3, near))
    np.testing.assert_array_equal(ri.eye(3, k=k), np.eye(3, k=near))


NO_GRID = {
    "arange: a bound": lambda junk: ri.arange(junk),
    "arange: step": lambda junk: ri.arange(0, 3, junk),
    "linspace: an end": lambda junk: ri.linspace(junk, 1.0, 3),
    "linspace: num": lambda junk: ri.linspace(0.0, 1.0, junk),
    "eye: k": lambda junk: ri.eye(3, k=junk),
    "tril: k": lambda junk: ri.tril(ri.ones((2, 2)), k=junk),
    "triu: k": lambda junk: ri.triu(ri.ones((2, 2)), k=junk),
    "fftfreq: n": lambda junk: ri.fft.fftfreq(junk),
    "rfftfreq: d": lambda junk: ri.fft.rfftfreq(3, d=junk),
}


@pytest.mark.parametrize("junk", ["a", None, [1, 2], [[1], [2, 3]], {}], ids=str)
@pytest.mark.parametrize(("who", "make"), NO_GRID.items(), ids=NO_GRID)
def test_what_says_where_elements_stand_must_be_numbers(who, make, junk):
    with pytest.raises(DtypeError, match=rf"^{who} must be an? .*, .* came$"):
        make(junk)


def test_a_range_of_numpys_integers_is_one_of_integers():
    assert ri.arange(np.int64(3)).dtype == ri.int64
