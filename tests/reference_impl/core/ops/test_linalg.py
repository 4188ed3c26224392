import math

import numpy as np
import pytest

import reference_impl as ri

RNG = np.random.default_rng(0)
X = RNG.normal(size=(2, 4, 4))

# A few products and inverses of well-conditioned matrices, in float64.
TOLERANCE = 1e-11


def assert_close(came, needed):
    np.testing.assert_allclose(came, needed, rtol=TOLERANCE, atol=TOLERANCE)


@pytest.mark.parametrize("offset", [0, 1, -2, 5])
@pytest.mark.parametrize("shape", [(4, 4), (2, 3, 5), (0, 0)], ids=str)
def test_a_trace_is_that_of_numpy(shape, offset):
    x = RNG.normal(size=shape)

    assert_close(ri.trace(x, offset=offset), np.trace(x, offset, axis1=-2, axis2=-1))


def test_a_trace_adds_no_element_beside_the_diagonal():
    assert ri.trace(ri.tensor([[1.0, np.inf], [np.nan, 2.0]])).item() == 3


def test_a_trace_of_small_integers_is_wide_enough():
    came = ri.trace(ri.tensor(np.full((2, 2), 100, np.int8)))

    assert (came.dtype, came.item()) == (ri.int64, 200)


@pytest.mark.parametrize(
    ("shapes", "axis"),
    [(((3,), (3,)), -1), (((2, 3), (3,)), -1), (((3, 4), (3, 1)), 0)],
    ids=str,
)
def test_a_cross_product_is_that_of_numpy(shapes, axis):
    x, y = (RNG.normal(size=shape) for shape in shapes)

    needed = np.cross(*np.broadcast_arrays(x, y), axis=axis)
    assert_close(ri.cross(x, y, axis=axis), needed)


def test_integers_have_a_cross_product():
    assert ri.cross(ri.tensor([1, 0, 0]), ri.tensor([0, 1, 0])).tolist() == [0, 0, 1]


@pytest.mark.parametrize("shapes", [((2,), (2,)), ((3,), (4,)), ((), (3,))], ids=str)
def test_only_three_elements_have_a_cross_product(shapes):
    with pytest.raises(ri.ShapeError, match=r"^cross: three elements along axis -1"):
        ri.cross(*map(ri.ones, shapes))


@pytest.mark.parametrize("n", range(-5, 9))
def test_a_matrix_power_is_that_of_numpy(n):
    x = X + 3 * np.eye(4)

    np.testing.assert_allclose(
        ri.matrix_power(x, n), np.linalg.matrix_power(x, n), rtol=1e-9, atol=1e-9
    )


def test_integers_have_powers_that_are_not_negative():
    x = ri.tensor([[1, 1], [1, 0]])

    assert ri.matrix_power(x, 10).tolist() == [[89, 55], [55, 34]]
    with pytest.raises(ri.DtypeError, match=r"^inv: .*int64"):
        ri.matrix_power(x, -1)


def test_only_square_matrices_have_powers():
    with pytest.raises(ri.ShapeError, match=r"^matrix_power: square matrices"):
        ri.matrix_power(ri.ones((2, 3)), 2)


@pytest.mark.parametrize("rank", range(4))
@pytest.mark.parametrize("dtype", ["float32", "float64", "complex64"])
def test_rounding_does_not_count_as_rank(rank, dtype):
    x = RNG.normal(size=(2, 5, rank)) @ RNG.normal(size=(2, rank, 4))

    came = ri.matrix_rank(x.astype(dtype))

    assert (came.dtype, came.tolist()) == (ri.int64, [rank, rank])


def test_a_rank_counts_values_above_a_share_of_the_largest():
    x = np.diag([1.0, 0.1, 0.01])

    assert [ri.matrix_rank(x, rtol=r).item() for r in (0.5, 0.05, 0.005)] == [1, 2, 3]
    assert ri.matrix_rank(ri.zeros((3, 0))).item() == 0


ORDERS = ["fro", "nuc", 1, -1, 2, -2, np.inf, -np.inf]


@pytest.mark.parametrize("kind", ["real", "complex"])
@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("order", ORDERS)
def test_a_matrix_norm_is_that_of_numpy(order, keepdims, kind):
    x = X[..., :3] if kind == "real" else X[..., :3] * (2 - 1j)

    came = ri.matrix_norm(x, ord=order, keepdims=keepdims)

    needed = np.linalg.matrix_norm(x, ord=order, keepdims=keepdims)
    assert came.dtype == ri.float64
    assert came.shape == needed.shape
    assert_close(came, needed)


@pytest.mark.parametrize("order", ORDERS)
def test_a_matrix_norm_grows_by_its_gradient(order):
    # A norm is homogeneous: the gradient times the matrix is the norm (Euler).
    x = ri.tensor(X[0])

    gradient = ri.grad(lambda x: ri.matrix_norm(x, ord=order))(x)

    assert_close(ri.sum(gradient * x), ri.matrix_norm(x, ord=order))


def test_a_zero_matrix_has_a_gradient_of_zeros():
    gradient = ri.grad(ri.matrix_norm)(ri.zeros((2, 3)))

    assert gradient.tolist() == np.zeros((2, 3)).tolist()


def test_what_has_no_matrix_norm_is_refused():
    with pytest.raises(ri.RangeError, match=r"^matrix_norm: ord .*'fro', .*; 3 came"):
        ri.matrix_norm(X, ord=3)
    with pytest.raises(ri.ShapeError, match=r"^matrix_norm: matrices are needed"):
        ri.matrix_norm(ri.ones(3))
    with pytest.raises(ri.DtypeError, match=r"^matrix_norm: .*int64"):
        ri.matrix_norm(ri.tensor([[1]]))


@pytest.mark.parametrize(
    ("ord", "shape", "axis"),
    [(1, (2, 0), -1), (-math.inf, (0, 2), -2), (2, (0, 2), -2), (-2, (2, 0), -1)],
)
def test_nothing_has_no_largest_row_column_or_singular_value(ord, shape, axis):
    message = rf"^matrix_norm: at least one element along axis {axis} is needed"
    with pytest.raises(ri.ShapeError, match=message):
        ri.matrix_norm(ri.ones(shape), ord=ord)
