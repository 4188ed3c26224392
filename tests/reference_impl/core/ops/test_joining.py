import numpy as np
import pytest

import reference_impl as ri
from reference_impl.core.errors import DtypeError, ShapeError

X = np.arange(24.0).reshape(2, 3, 4)
Y = -np.arange(8.0).reshape(2, 1, 4)


@pytest.mark.parametrize("axis", [1, -2, None])
def test_tensors_are_joined_as_in_numpy(axis):
    came = ri.concat([ri.tensor(X), Y, X[:, :0]], axis=axis)

    np.testing.assert_array_equal(came, np.concatenate([X, Y, X[:, :0]], axis))


def test_joined_tensors_take_the_dtype_that_holds_all():
    assert ri.concat([ri.ones(2), np.ones(1)]).dtype == ri.float64
    with pytest.raises(DtypeError, match=r"^concat: float32 and int64"):
        ri.concat([ri.ones(2), np.arange(2)])


@pytest.mark.parametrize("join", [ri.concat, ri.stack], ids=["concat", "stack"])
def test_shapes_that_differ_elsewhere_are_refused(join, run):
    with pytest.raises(ShapeError, match=r"\(2, 3, 4\) and \(2, 1, 4\) came"):
        run(lambda x, y: join([x, y]))(ri.tensor(X), ri.tensor(Y))


@pytest.mark.parametrize("join", [ri.concat, ri.stack], ids=["concat", "stack"])
def test_nothing_cannot_be_joined(join):
    with pytest.raises(ShapeError, match=": at least one tensor is needed"):
        join([])


def test_tensors_without_axes_can_be_stacked_and_not_joined():
    numbers = [ri.tensor(1.0), ri.tensor(2.0)]

    np.testing.assert_array_equal(ri.stack(numbers), [1, 2])
    with pytest.raises(ShapeError, match=r"^concat: axis 0 is out of range"):
        ri.concat(numbers)


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_stack_and_unstack_are_inverse(axis):
    layers = ri.unstack(ri.tensor(X), axis=axis)

    for i, layer in enumerate(layers):
        np.testing.assert_array_equal(layer, X.take(i, axis))
    np.testing.assert_array_equal(ri.stack(layers, axis=axis), X)


@pytest.mark.parametrize("sections", [1, 2, 4, [1, 3], [2, 2], [-1], [2, 9], []])
def test_parts_are_those_of_numpy(sections):
    parts = ri.split(ri.tensor(X), sections, axis=2)

    for part, needed in zip(parts, np.split(X, sections, axis=2), strict=True):
        np.testing.assert_array_equal(part, needed)


def test_parts_of_given_sizes_are_joined_to_the_whole():
    parts = ri.split(ri.tensor(X), sizes=(1, 0, 3), axis=-1)

    assert [part.shape[-1] for part in parts] == [1, 0, 3]
    np.testing.assert_array_equal(ri.concat(parts, axis=-1), X)


@pytest.mark.parametrize(
    "options",
    [
        {"sections": 3},
        {"sections": 0},
        {"sections": [3, 1]},
        {"sizes": (1, 2)},
        {"sizes": (5, -1)},
    ],
)
def test_an_axis_that_cannot_be_split_so_is_refused(options):
    with pytest.raises(ShapeError, match=r"^split: "):
        ri.split(ri.tensor(X), **options, axis=2)


def test_split_needs_to_be_told_how():
    with pytest.raises(ShapeError, match="either `sections` or `sizes`"):
        ri.split(ri.tensor(X))


@pytest.mark.parametrize(
    ("shift", "axis"),
    [
        (1, 0),
        (-5, 2),
        (0, 1),
        (7, None),
        ((1, 2), (0, 2)),
        (1, (1, 2)),
        ((1, 1), (0, 0)),
    ],
)
def test_elements_roll_as_in_numpy(shift, axis):
    came = ri.roll(ri.tensor(X), shift, axis=axis)

    np.testing.assert_array_equal(came, np.roll(X, shift, axis))


def test_an_axis_without_elements_can_be_rolled():
    assert ri.roll(ri.ones((0, 2)), 3, axis=0).shape == (0, 2)


def test_roll_needs_a_shift_for_each_axis():
    with pytest.raises(ShapeError, match=r"^roll: one shift for each axis"):
        ri.roll(ri.tensor(X), (1, 2, 3), axis=(0, 1))


@pytest.mark.parametrize("join", [ri.concat, ri.stack])
@pytest.mark.parametrize("junk", [None, 1.5, ri.tensor(1.0), 1j], ids=str)
def test_what_is_joined_must_be_a_sequence(join, junk):
    message = rf"^{join.__name__}: a sequence of tensors is needed, .* came$"
    with pytest.raises(DtypeError, match=message):
        join(junk)


def test_a_number_of_sections_may_be_one_of_numpys():
    parts = ri.split(ri.tensor(np.arange(6)), np.int64(3))

    assert [part.tolist() for part in parts] == [[0, 1], [2, 3], [4, 5]]


def test_no_axes_are_rolled_by_no_shifts():
    assert ri.fft.fftshift(ri.tensor(1.0)).item() == 1
