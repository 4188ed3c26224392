import numpy as np
import pytest
from matrices import RNG, adjoint, assert_close, drawn, each_kind

import reference_impl as ri


def hermitian(kind):
    x = drawn(2, 4, 4, kind=kind)
    return x + adjoint(x)


each_function = pytest.mark.parametrize("function", [ri.eigh, ri.eigvalsh])


@each_kind
def test_eigenvectors_are_orthonormal_and_diagonalise(kind):
    x = hermitian(kind)

    w, v = (part.numpy() for part in ri.eigh(x))

    assert w.dtype == np.float64
    assert np.all(np.diff(w) > 0)
    assert_close(adjoint(v) @ v, np.broadcast_to(np.eye(4), x.shape))
    assert_close(v * w[..., None, :] @ adjoint(v), x)
    assert_close(ri.eigvalsh(x), w)


@each_kind
def test_the_largest_element_of_every_eigenvector_is_real_and_positive(kind):
    v = ri.eigh(hermitian(kind)).eigenvectors.numpy()

    largest = np.take_along_axis(v, np.abs(v).argmax(-2, keepdims=True), -2)
    assert_close(largest, np.abs(largest))


def test_both_triangles_of_a_matrix_count():
    assert_close(ri.eigvalsh(np.array([[0.0, 0.0], [2.0, 0.0]])), [-1, 1])


@each_kind
def test_the_gradient_of_a_function_of_a_matrix_needs_no_phase(kind):
    # The square of a matrix by its eigenvectors, and as the product.
    x, weight = hermitian(kind), RNG.normal(size=(4, 4))

    def by_vectors(x):
        w, v = ri.eigh(x)
        return (v * ri.expand_dims(w * w, axis=-2)) @ ri.conj(v).T

    came, needed = (
        ri.grad(lambda x, f=f: ri.sum(ri.real(f(x)) * weight))(ri.tensor(x))
        for f in (by_vectors, lambda x: x @ x)
    )
    assert_close(came, (needed.numpy() + adjoint(needed.numpy())) / 2)


def test_symmetric_functions_of_equal_eigenvalues_have_a_derivative():
    basis, _ = np.linalg.qr(drawn(3, 3, kind="real"))
    x = ri.tensor(basis * [2.0, 2.0, 5.0] @ basis.T)

    of_sum = ri.grad(lambda x: ri.sum(ri.eigvalsh(x)))(x)
    of_cubes = ri.grad(lambda x: ri.sum(ri.eigvalsh(x) ** 3))(x)

    assert_close(of_sum, np.eye(3))  # the trace
    assert_close(of_cubes, 3 * x.numpy() @ x.numpy())


def test_vectors_of_equal_eigenvalues_have_no_derivative():
    x = ri.eye(3, dtype="float64")

    with np.errstate(divide="ignore", invalid="ignore"):
        of_vectors = ri.grad(lambda x: ri.sum(ri.eigh(x).eigenvectors))(x)

    assert not np.isfinite(of_vectors.numpy()).any()


def test_a_matrix_without_rows_has_no_eigenvalues():
    assert [part.shape for part in ri.eigh(ri.zeros((2, 0, 0)))] == [(2, 0), (2, 0, 0)]


@each_function
@pytest.mark.parametrize("shape", [(3,), (1, 3), (2, 3)], ids=str)
def test_only_square_matrices_have_eigenvalues(function, shape):
    for run in (function, ri.compile(function)):
        with pytest.raises(ri.ShapeError, match=rf"^{function.__name__}: square"):
            run(ri.ones(shape))


@each_function
def test_integers_are_refused(function):
    with pytest.raises(ri.DtypeError, match=rf"^{function.__name__}: .*int64"):
        function(ri.tensor([[1, 0], [0, 1]]))


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("place", [(0, 0), (0, 1)], ids=str)
@pytest.mark.parametrize("name", ["eigh", "eigvalsh"])
def test_a_matrix_with_an_element_that_is_not_finite_has_no_eigenvalues(
    name, place, bad
):
    x = np.stack([np.eye(3), np.eye(3)])
    x[(1, *place)] = bad

    with pytest.raises(ri.RangeError, match=rf"^{name}: matrix x\[1\] has no .*finite"):
        getattr(ri, name)(x)
