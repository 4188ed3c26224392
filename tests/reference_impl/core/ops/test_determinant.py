import numpy as np
import pytest
from matrices import assert_close

import reference_impl as ri

RNG = np.random.default_rng(0)
X = RNG.normal(size=(2, 4, 3, 3))


def gradient_of_det(x):
    return ri.grad(lambda x: ri.sum(ri.det(x)))(ri.tensor(x))


def test_every_matrix_of_a_batch_has_a_determinant():
    assert_close(ri.det(X), np.linalg.det(X))


def test_the_determinant_of_nothing_is_one():
    assert ri.det(ri.zeros((0, 0))).item() == 1
    assert ri.det(ri.zeros((0, 2, 2))).shape == (0,)


@pytest.mark.parametrize("function", [ri.det, ri.slogdet])
@pytest.mark.parametrize("shape", [(3,), (2, 3), (4, 1, 2)], ids=str)
def test_only_square_matrices_have_a_determinant(function, shape):
    for run in (function, ri.compile(function)):
        with pytest.raises(
            ri.ShapeError, match=rf"^{function.__name__}: square matrices are needed"
        ):
            run(ri.ones(shape))


def test_integers_are_refused():
    with pytest.raises(ri.DtypeError, match=r"^det: .*int64"):
        ri.det(ri.tensor([[1, 2], [3, 4]]))


def test_the_gradient_of_a_singular_matrix_holds_its_cofactors():
    # Of rank 2: the rows are 1 2 3, 4 5 6, 7 8 9; the cofactors are worked out by hand.
    x = np.arange(1.0, 10).reshape(3, 3)

    assert_close(gradient_of_det(x), [[-3, 6, -3], [6, -12, 6], [-3, 6, -3]])


@pytest.mark.parametrize(
    ("x", "needed"),
    [(np.zeros((3, 3)), np.zeros((3, 3))), (np.zeros((1, 1)), [[1]])],
    ids=["two ranks too few", "one number"],
)
def test_the_gradient_at_zero_is_that_of_a_polynomial(x, needed):
    assert_close(gradient_of_det(x), needed)


def test_the_second_derivative_at_the_identity_is_known():
    # det(1 + t) = 1 + tr t + (tr(t)^2 - tr(t^2)) / 2 + ...
    t = RNG.normal(size=(3, 3))

    slope = ri.grad(lambda x: ri.sum(ri.grad(ri.det)(x) * t))
    along = slope(ri.eye(3, dtype="float64"))

    assert_close(along, np.trace(t) * np.eye(3) - t.T)


@pytest.mark.parametrize("kind", ["real", "complex"])
def test_sign_and_logarithm_make_up_the_determinant(kind):
    x = X if kind == "real" else X + 1j * RNG.normal(size=X.shape)

    came = ri.slogdet(x)

    assert came.logabsdet.dtype == ri.float64
    assert_close(came.sign.numpy() * np.exp(came.logabsdet.numpy()), np.linalg.det(x))


def test_a_logarithm_does_not_overflow_where_the_determinant_does():
    x = ri.eye(200, dtype="float64") * 1e10

    with np.errstate(over="ignore"):
        assert ri.det(x).item() == np.inf
    assert ri.slogdet(x).logabsdet.item() == pytest.approx(2000 * np.log(10))


def test_a_singular_matrix_has_sign_zero_and_no_derivative_of_the_logarithm():
    x = ri.zeros((2, 2))

    assert tuple(part.item() for part in ri.slogdet(x)) == (0, -np.inf)
    with pytest.raises(ri.RangeError, match="singular"):
        ri.grad(lambda x: ri.slogdet(x).logabsdet)(x)


def test_the_gradient_of_the_logarithm_is_the_transposed_inverse():
    gradient = ri.grad(lambda x: ri.sum(ri.slogdet(x).logabsdet))(ri.tensor(X))

    np.testing.assert_allclose(gradient, np.linalg.inv(X).swapaxes(-1, -2), rtol=1e-11)
