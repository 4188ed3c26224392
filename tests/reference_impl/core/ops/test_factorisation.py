import numpy as np
import pytest
from matrices import adjoint, assert_close, drawn, each_kind

import reference_impl as ri


@each_kind
@pytest.mark.parametrize("upper", [False, True])
def test_a_cholesky_factor_times_its_adjoint_is_the_matrix(kind, upper):
    x = drawn(2, 3, 3, kind=kind)
    x = x @ adjoint(x) + np.eye(3)

    came = ri.cholesky(x, upper=upper).numpy()

    assert_close(came, np.triu(came) if upper else np.tril(came))
    assert_close(adjoint(came) @ came if upper else came @ adjoint(came), x)


def test_both_triangles_of_a_matrix_count():
    x = np.array([[4.0, 1.0], [3.0, 5.0]])

    assert_close(ri.cholesky(x), np.linalg.cholesky([[4, 2], [2, 5]]))


def test_the_gradient_of_a_cholesky_factor_is_symmetric():
    gradient = ri.grad(lambda x: ri.cholesky(x)[1, 0])(ri.tensor([[4.0, 2], [2, 5]]))

    # The factor's element is the mean of x[1, 0] and x[0, 1], over the root of x[0, 0].
    assert gradient.tolist() == [[-0.125, 0.25], [0.25, 0.0]]


def test_the_first_matrix_that_is_not_positive_definite_is_named():
    x = np.stack([np.eye(2), np.diag([1.0, -1.0]), -np.eye(2)])

    with pytest.raises(
        ri.RangeError, match=r"^cholesky: matrix x\[1\] is not positive definite$"
    ):
        ri.cholesky(x)


@pytest.mark.parametrize("shape", [(3,), (1, 3), (2, 3)], ids=str)
def test_only_square_matrices_have_a_cholesky_factor(shape):
    for run in (ri.cholesky, ri.compile(ri.cholesky)):
        with pytest.raises(ri.ShapeError, match=r"^cholesky: square matrices"):
            run(ri.ones(shape))


@pytest.mark.parametrize("function", [ri.cholesky, ri.qr])
def test_integers_are_refused(function):
    with pytest.raises(ri.DtypeError, match=rf"^{function.__name__}: .*int64"):
        function(ri.tensor([[1, 0], [0, 1]]))


@each_kind
@pytest.mark.parametrize("mode", ["reduced", "complete"])
@pytest.mark.parametrize("shape", [(3, 3), (4, 2), (2, 4), (2, 3, 2), (2, 0)], ids=str)
def test_q_is_orthonormal_and_r_triangular(kind, mode, shape):
    x = drawn(*shape, kind=kind)

    q, r = (part.numpy() for part in ri.qr(x, mode=mode))

    needed = np.linalg.qr(x, mode=mode)
    assert (q.shape, r.shape) == (needed.Q.shape, needed.R.shape)
    assert_close(adjoint(q) @ q - np.eye(q.shape[-1]), 0)
    assert_close(r, np.triu(r))
    assert_close(q @ r, x)


@each_kind
def test_the_gradient_of_a_wide_r_is_that_of_its_meaning(kind):
    # R's Gram matrix is that of x, so a function of it has a gradient without factors.
    x, weight = drawn(2, 4, kind=kind), drawn(4, 4, kind="real")

    def through(factor):
        def measured(x):
            y = factor(x)
            return ri.sum(ri.real(ri.conj(y).T @ y) * weight)

        return ri.grad(measured)(ri.tensor(x))

    assert_close(through(lambda x: ri.qr(x).R), through(lambda x: x))


def test_a_complete_basis_has_no_derivative():
    with pytest.raises(ri.GradientError, match=r"^qr: .*mode='reduced'"):
        ri.grad(lambda x: ri.sum(ri.qr(x, mode="complete").Q))(ri.ones((3, 2)))


def test_a_square_basis_is_complete_and_has_a_derivative():
    x = ri.tensor(drawn(3, 3, kind="real"))

    of_complete, of_reduced = (
        ri.grad(lambda x, mode=mode: ri.sum(ri.qr(x, mode=mode).Q))(x)
        for mode in ("complete", "reduced")
    )

    assert of_complete.tolist() == of_reduced.tolist()


def test_an_unknown_mode_is_refused():
    with pytest.raises(ri.RangeError, match=r"^qr: mode must be .*'raw' came"):
        ri.qr(ri.ones((2, 2)), mode="raw")


def test_vectors_have_no_qr_factors():
    with pytest.raises(ri.ShapeError, match=r"^qr: matrices are needed"):
        ri.qr(ri.ones(3))
