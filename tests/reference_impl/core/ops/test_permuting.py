import itertools

import numpy as np
import pytest

import reference_impl as ri

X = np.arange(24.0).reshape(2, 3, 4)


@pytest.mark.parametrize("axes", list(itertools.permutations(range(3))), ids=str)
def test_axes_come_in_the_order_asked_for(x, axes):
    negative = tuple(axis - 3 for axis in axes)

    np.testing.assert_array_equal(ri.permute_dims(x, axes), X.transpose(axes))
    np.testing.assert_array_equal(ri.permute_dims(x, negative), X.transpose(axes))


@pytest.mark.parametrize("axes", [(0, 1), (0, 1, 1), (0, 1, 3), ()], ids=str)
def test_an_order_that_does_not_name_every_axis_once_is_refused(refuses, x, axes):
    assert refuses(lambda x: ri.permute_dims(x, axes), x)


def test_matrix_transpose_exchanges_the_last_two_axes(x):
    np.testing.assert_array_equal(ri.matrix_transpose(x), X.swapaxes(1, 2))


def test_matrix_transpose_of_a_vector_is_refused(refuses):
    assert refuses(ri.matrix_transpose, ri.ones(3))


@pytest.mark.parametrize(
    ("source", "destination"), [(0, 2), (-1, 0), ((0, 1), (-1, 0)), ((), ()), (1, 1)]
)
def test_axes_move_as_in_numpy(x, source, destination):
    came = ri.moveaxis(x, source, destination)

    np.testing.assert_array_equal(came, np.moveaxis(X, source, destination))


@pytest.mark.parametrize(
    ("source", "destination"), [(3, 0), (0, -4), ((0, 1), 0), ((0, 0), (1, 2))]
)
def test_a_move_that_is_none_is_refused(refuses, x, source, destination):
    assert refuses(lambda x: ri.moveaxis(x, source, destination), x)


@pytest.mark.parametrize("axes", list(itertools.product((0, 1, -1), repeat=2)))
def test_two_axes_change_places(x, axes):
    np.testing.assert_array_equal(ri.swapaxes(x, *axes), X.swapaxes(*axes))
