import numpy as np
import pytest
from matrices import assert_close

import reference_impl as ri

RNG = np.random.default_rng(0)
X = RNG.normal(size=(2, 4, 3, 3)) + 3 * np.eye(3)
Y = RNG.normal(size=(4, 3, 2))


def test_batches_of_equations_broadcast():
    assert_close(ri.matmul(X, ri.solve(X, Y)), np.broadcast_to(Y, (2, 4, 3, 2)))


def test_one_column_may_be_a_vector():
    came = ri.solve(X, Y[0, :, 0])

    assert came.shape == (2, 4, 3)
    assert_close(came, np.linalg.solve(X, Y[0, :, :1])[..., 0])


def test_numbers_of_two_precisions_meet_in_the_wider():
    assert ri.solve(ri.eye(3), ri.tensor(Y[0])).dtype == ri.float64


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_16_bit_floats_are_computed_in_float32_and_rounded_once(dtype):
    x, y = ri.tensor(X, dtype=dtype), ri.tensor(Y, dtype=dtype)

    came = ri.solve(x, y)

    needed = ri.solve(x.astype("float32"), y.astype("float32")).astype(dtype)
    assert came.dtype == dtype
    assert came.tolist() == needed.tolist()


@pytest.mark.parametrize("function", [ri.inv, ri.pinv])
def test_an_inverse_undoes_a_matrix_from_both_sides(function):
    came = function(ri.tensor(X)).numpy()

    assert_close(came @ X, np.broadcast_to(np.eye(3), X.shape))
    assert_close(X @ came, np.broadcast_to(np.eye(3), X.shape))


def test_a_matrix_without_rows_has_an_inverse_without_rows():
    assert ri.inv(ri.zeros((2, 0, 0))).shape == (2, 0, 0)
    assert ri.solve(ri.zeros((0, 3, 3)), ri.zeros((3, 2))).shape == (0, 3, 2)
    assert ri.pinv(ri.zeros((0, 3))).shape == (3, 0)


@pytest.mark.parametrize(
    ("shapes", "message"),
    [
        (((2, 3), (2, 1)), "square matrices are needed"),
        (((3,), (3,)), "square matrices are needed"),
        (((3, 3), (2, 1)), r"needs rows in the number of 3; y is \(2, 1\)"),
        (((3, 3), ()), "needs rows"),
        (((2, 3, 3), (4, 3, 1)), "batches differ"),
    ],
    ids=str,
)
def test_equations_that_do_not_fit_are_refused(run, shapes, message):
    with pytest.raises(ri.ShapeError, match=f"^solve: .*{message}"):
        run(ri.solve)(*map(ri.ones, shapes))


def test_integers_have_no_inverse():
    with pytest.raises(ri.DtypeError, match=r"^inv: .*int64"):
        ri.inv(ri.tensor([[1, 0], [0, 1]]))


def test_the_first_singular_matrix_of_a_batch_is_named():
    x = X.copy()
    x[1, 2] = 1.0

    with pytest.raises(ri.RangeError, match=r"^solve: matrix x\[1, 2\] is singular$"):
        ri.solve(x, Y)
    with pytest.raises(ri.RangeError, match=r"^inv: the matrix is singular$"):
        ri.inv(ri.zeros((2, 2)))


def test_small_singular_values_count_as_zero():
    x = np.diag([1.0, 1e-3, 1e-20])

    assert_close(ri.pinv(x), np.diag([1, 1e3, 0]))
    assert_close(ri.pinv(x, rtol=1e-2), np.diag([1, 0, 0]))


def test_the_derivative_of_a_pseudo_inverse_keeps_the_rank():
    # Of rank 1: a column times a row, whose inverse is known.
    a, b = RNG.normal(size=(4, 1)), RNG.normal(size=(1, 3))
    weight = RNG.normal(size=(3, 4))

    def by_factors(a, b):
        return ri.sum(b.T @ a.T / (ri.sum(a * a) * ri.sum(b * b)) * weight)

    def by_pinv(a, b):
        return ri.sum(ri.pinv(a @ b) * weight)

    for argument in (0, 1):
        came, needed = (
            ri.grad(function, argument)(ri.tensor(a), ri.tensor(b))
            for function in (by_pinv, by_factors)
        )
        assert_close(came, needed)


def test_equal_singular_values_do_not_harm_the_derivative_of_a_pseudo_inverse():
    gradient = ri.grad(lambda x: ri.sum(ri.pinv(x)))(ri.eye(3, dtype="float64"))

    assert_close(gradient, -np.ones((3, 3)))


def for_each_matrix(function, x):
    return function(x) if x.ndim == 2 else np.stack([function(each) for each in x])


@pytest.mark.parametrize("shape", [(5, 3), (3, 5), (2, 5, 3)], ids=str)
def test_least_squares_is_that_of_numpy(shape):
    x, y = RNG.normal(size=shape), RNG.normal(size=(shape[-2], 2))

    came = ri.lstsq(x, y).numpy()

    assert_close(came, for_each_matrix(lambda x: np.linalg.lstsq(x, y)[0], x))
    assert_close(ri.lstsq(x, y[:, 0]), came[..., 0])


def test_least_squares_of_unequal_numbers_of_rows_are_refused():
    with pytest.raises(ri.ShapeError, match=r"^lstsq: .*number of 3; y is \(2, 4\)"):
        ri.lstsq(ri.ones((3, 2)), ri.ones((2, 4)))
