import numpy as np
import pytest

import reference_impl as ri
from reference_impl.core.errors import ShapeError

X = np.arange(24.0).reshape(2, 3, 4)


@pytest.mark.parametrize("shape", [(6, 4), (24,), -1, (-1, 8), [4, -1, 2], (1, 24, 1)])
def test_reshape_counts_off_in_row_major_order(x, shape):
    np.testing.assert_array_equal(ri.reshape(x, shape), X.reshape(shape))


def test_reshape_of_a_transposed_tensor_counts_its_own_order(x):
    came = ri.reshape(ri.permute_dims(x, (2, 0, 1)), (8, 3))

    np.testing.assert_array_equal(came, X.transpose(2, 0, 1).reshape(8, 3))


def test_one_element_needs_no_axis():
    assert ri.reshape(ri.ones((1, 1)), ()).shape == ()


def test_no_elements_may_have_any_shape_without_elements():
    assert ri.reshape(ri.ones((0, 3)), (5, 0)).shape == (5, 0)


@pytest.mark.parametrize("shape", [(5, 5), (-1, 5), (-1, -1), (-2, -12), (0, -1), ()])
def test_a_shape_with_another_number_of_elements_is_refused(refuses, x, shape):
    assert refuses(lambda x: ri.reshape(x, shape), x)


@pytest.mark.parametrize("shape", [(2, 3, 4), (5, 2, 3, 4)], ids=str)
def test_broadcast_to_repeats_as_numpy_does(shape):
    column = X[:, :1, :]

    came = ri.broadcast_to(ri.tensor(column), shape)

    np.testing.assert_array_equal(came, np.broadcast_to(column, shape))


@pytest.mark.parametrize(
    "shape", [(4,), (3, 4), (2, 3, 5), (2, 1, 4), (0, 3, 4)], ids=str
)
def test_a_shape_that_cannot_be_reached_by_stretching_is_refused(refuses, x, shape):
    assert refuses(lambda x: ri.broadcast_to(x, shape), x)


def test_a_gradient_moves_back_to_where_its_element_came_from(x):
    weights = ri.tensor(np.arange(24.0))

    def moved(x):
        return ri.sum(ri.reshape(ri.permute_dims(x, (1, 2, 0)), (24,)) * weights)

    needed = np.arange(24.0).reshape(3, 4, 2).transpose(2, 0, 1)
    np.testing.assert_array_equal(ri.grad(moved)(x), needed)


def test_the_gradient_of_a_broadcast_counts_the_copies(x):
    gradient = ri.grad(lambda x: ri.sum(ri.broadcast_to(x, (5, 2, 3, 4))))

    np.testing.assert_array_equal(gradient(x), np.full((2, 3, 4), 5.0))


def test_arrays_are_stretched_to_their_common_shape():
    arrays = np.ones((3, 1)), np.arange(4.0), np.float64(2)

    came = ri.broadcast_arrays(*arrays)

    for x, needed in zip(came, np.broadcast_arrays(*arrays), strict=True):
        np.testing.assert_array_equal(x, needed)


def test_arrays_without_a_common_shape_are_refused():
    with pytest.raises(ShapeError, match=r"^broadcast_arrays: .*\(2,\), \(3,\)"):
        ri.broadcast_arrays(ri.ones(2), ri.ones(3))


@pytest.mark.parametrize("axis", [0, -1, 3, (0, -1), (1, 2), ()])
def test_new_axes_stand_where_they_are_asked_for(x, axis):
    np.testing.assert_array_equal(ri.expand_dims(x, axis), np.expand_dims(X, axis))


@pytest.mark.parametrize("axis", [4, -5, (0, 0), (0, 5)])
def test_a_new_axis_has_its_place_in_the_result(refuses, x, axis):
    assert refuses(lambda x: ri.expand_dims(x, axis), x)


@pytest.mark.parametrize("axis", [None, 0, -1, (0, 2), ()])
def test_axes_of_size_one_are_dropped(axis):
    array = X[:1, :, :1]

    np.testing.assert_array_equal(ri.tensor(array).squeeze(axis), array.squeeze(axis))


def test_only_axes_of_size_one_can_be_dropped(x):
    with pytest.raises(ShapeError, match=r"^squeeze: .* axis 1 of \(2, 3, 4\) is not"):
        ri.squeeze(x, 1)


@pytest.mark.parametrize(
    ("bounds", "shape"),
    [((), (24,)), ((1,), (2, 12)), ((0, 1), (6, 4)), ((1, 1), (2, 3, 4))],
)
def test_neighbouring_axes_become_one(x, bounds, shape):
    np.testing.assert_array_equal(x.flatten(*bounds), X.reshape(shape))


def test_flatten_makes_an_axis_of_none():
    assert ri.flatten(ri.tensor(2.0)).shape == (1,)


def test_flatten_needs_its_end_after_its_start(x):
    with pytest.raises(ShapeError, match=r"^flatten: axis 0 comes before axis 2"):
        ri.flatten(x, 2, 0)
