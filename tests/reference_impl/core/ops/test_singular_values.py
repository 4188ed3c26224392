import numpy as np
import pytest
from matrices import RNG, adjoint, assert_close, drawn, each_kind

import reference_impl as ri

SHAPES = [(3, 3), (4, 2), (2, 4), (2, 3, 2), (3, 0), (0, 3)]

each_shape = pytest.mark.parametrize("shape", SHAPES, ids=str)


@each_kind
@each_shape
@pytest.mark.parametrize("full", [True, False])
def test_singular_vectors_and_values_make_up_the_matrix(kind, shape, full):
    x = drawn(*shape, kind=kind)

    u, s, vh = (part.numpy() for part in ri.svd(x, full_matrices=full))

    needed = np.linalg.svd(x, full_matrices=full)
    assert [u.shape, s.shape, vh.shape] == [part.shape for part in needed]
    assert_close(s, needed.S)
    paired = s.shape[-1]
    assert_close(u[..., :paired] * s[..., None, :] @ vh[..., :paired, :], x)
    for basis in (u, adjoint(vh)):
        assert_close(adjoint(basis) @ basis - np.eye(basis.shape[-1]), 0)


@each_kind
@each_shape
def test_values_alone_are_those_of_the_decomposition(kind, shape):
    x = drawn(*shape, kind=kind)

    assert_close(ri.svdvals(x), ri.svd(x).S)


@each_kind
def test_the_largest_element_of_every_left_vector_is_real_and_positive(kind):
    u = ri.svd(drawn(2, 4, 3, kind=kind)).U.numpy()

    largest = np.take_along_axis(u, np.abs(u).argmax(-2, keepdims=True), -2)
    assert_close(largest, np.abs(largest))


@each_kind
@pytest.mark.parametrize("shape", [(3, 3), (4, 2), (2, 4)], ids=str)
def test_the_gradient_of_a_function_of_a_matrix_needs_no_phase(kind, shape):
    # The matrix times its adjoint times itself, by its vectors and as the product.
    x, weight = drawn(*shape, kind=kind), RNG.normal(size=shape)

    def by_vectors(x):
        u, s, vh = ri.svd(x, full_matrices=False)
        return (u * (s * s * s)) @ vh

    came, needed = (
        ri.grad(lambda x, f=f: ri.sum(ri.real(f(x)) * weight))(ri.tensor(x))
        for f in (by_vectors, lambda x: x @ ri.conj(x).T @ x)
    )
    np.testing.assert_allclose(came, needed, rtol=1e-11, atol=1e-11)


def test_symmetric_functions_of_equal_singular_values_have_a_derivative():
    u, v = (np.linalg.qr(drawn(3, 3, kind="real")).Q for _ in range(2))
    x = ri.tensor(u * [5.0, 2.0, 2.0] @ v.T)

    of_nuclear_norm = ri.grad(lambda x: ri.sum(ri.svdvals(x)))(x)
    of_squares = ri.grad(lambda x: ri.sum(ri.svdvals(x) ** 2))(x)

    assert_close(of_nuclear_norm, u @ v.T)  # the orthogonal factor
    assert_close(of_squares, 2 * x.numpy())


def test_vectors_of_equal_singular_values_have_no_derivative():
    x = ri.eye(3, dtype="float64")

    with np.errstate(divide="ignore", invalid="ignore"):
        of_vectors = ri.grad(lambda x: ri.sum(ri.svd(x).U))(x)

    assert not np.isfinite(of_vectors.numpy()).any()


def test_completed_bases_have_no_derivative():
    with pytest.raises(ri.GradientError, match=r"^svd: .*full_matrices=False"):
        ri.grad(lambda x: ri.sum(ri.svd(x).S))(ri.ones((3, 2)))


@pytest.mark.parametrize("function", [ri.svd, ri.svdvals])
def test_what_has_no_singular_values_is_refused(function):
    name = function.__name__

    with pytest.raises(ri.ShapeError, match=rf"^{name}: matrices are needed"):
        function(ri.ones(3))
    with pytest.raises(ri.DtypeError, match=rf"^{name}: .*int64"):
        function(ri.tensor([[1, 0], [0, 1]]))
    with pytest.raises(ri.RangeError, match=rf"^{name}: the matrix .*finite"):
        function(np.full((2, 2), np.nan))


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("place", [(0, 0), (0, 1)], ids=str)
@pytest.mark.parametrize("name", ["svd", "svdvals", "pinv"])
def test_a_matrix_with_an_element_that_is_not_finite_has_no_singular_values(
    name, place, bad
):
    x = np.stack([np.eye(3), np.eye(3)])
    x[(1, *place)] = bad

    with pytest.raises(ri.RangeError, match=rf"^{name}: matrix x\[1\] has no .*finite"):
        getattr(ri, name)(x)
