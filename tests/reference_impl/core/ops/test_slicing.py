import numpy as np
import pytest

import reference_impl as ri
from reference_impl.core.errors import DtypeError, ShapeError

X = np.arange(24.0).reshape(2, 3, 4)


@pytest.mark.parametrize("axis", [None, 0, -1, (0, 2), ()])
def test_flip_reverses_axes(axis):
    np.testing.assert_array_equal(ri.flip(ri.tensor(X), axis), np.flip(X, axis))


def test_flip_of_an_axis_without_elements_is_itself():
    assert ri.flip(ri.ones((0, 3))).shape == (0, 3)


def test_a_flip_is_a_view():
    x = ri.tensor(X)

    assert np.shares_memory(ri.flip(x).numpy(), x.numpy())


@pytest.mark.parametrize("offset", range(-4, 6))
def test_diagonals_are_those_of_numpy(offset):
    came = ri.diagonal(ri.tensor(X), offset=offset)

    np.testing.assert_array_equal(came, np.diagonal(X, offset, -2, -1))


@pytest.mark.parametrize("shape", [(0, 0), (0, 3), (3, 0)])
def test_a_matrix_without_elements_has_a_diagonal_without_elements(shape):
    assert ri.diagonal(ri.ones(shape)).shape == (0,)


@pytest.mark.parametrize("offset", [-2, 0, 1])
@pytest.mark.parametrize("size", [0, 1, 3])
def test_a_vector_becomes_a_diagonal(size, offset):
    vector = np.arange(1.0, size + 1)

    came = ri.diag(ri.tensor(vector), offset=offset)

    np.testing.assert_array_equal(came, np.diag(vector, offset))


def test_diag_of_a_matrix_is_its_diagonal():
    np.testing.assert_array_equal(ri.diag(ri.tensor(X[0]), offset=1), np.diag(X[0], 1))


def test_the_gradient_of_a_diagonal_lies_on_the_diagonal():
    gradient = ri.grad(lambda x: ri.sum(ri.diagonal(x) * ri.diagonal(x)))

    came = gradient(ri.tensor(X[0]))

    needed = np.where(np.eye(3, 4), 2 * X[0], 0)
    np.testing.assert_array_equal(came, needed)


def test_diagonals_need_matrices():
    with pytest.raises(ShapeError, match=r"^diagonal: two axes are needed"):
        ri.diagonal(ri.ones(3))
    with pytest.raises(ShapeError, match=r"^diag: a vector or a matrix is needed"):
        ri.diag(ri.ones((2, 3, 4)))


def test_a_refused_fraction_spoils_no_later_slice():
    x = ri.tensor([1.0, 2.0, 3.0])

    with pytest.raises(DtypeError, match=r"roll: shifts must be integers, 1\.5 came"):
        ri.roll(x, 1.5)
    with pytest.raises(DtypeError, match=r"roll: shifts must be integers, 1\.0 came"):
        ri.roll(x, 1.0)

    assert ri.roll(x, 1).tolist() == [3.0, 1.0, 2.0]
    assert x[:-1].tolist() == [1.0, 2.0]
