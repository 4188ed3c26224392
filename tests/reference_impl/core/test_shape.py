import itertools

import numpy as np
import pytest

import reference_impl as ri
from reference_impl.core.errors import (
    AxisError,
    DtypeError,
    NoValueError,
    OutOfMemoryError,
    ShapeError,
)
from reference_impl.core.shape import (
    axis_number,
    broadcast_shapes,
    checked_sizes,
    named_axes,
    normalise_axes,
    stretched_axes,
)

# All shapes of up to three axes with these sizes; 2 and 3 do not fit each other.
SHAPES = [s for ndim in range(4) for s in itertools.product((0, 1, 2, 3), repeat=ndim)]


def numpys(function, *args):
    """What NumPy answers, or `ShapeError` where it refuses."""
    try:
        return function(*args)
    except ValueError:
        return ShapeError


def ours(function, *args, **options):
    try:
        return function(*args, **options)
    except ShapeError:
        return ShapeError


def test_broadcasting_two_shapes_agrees_with_numpy():
    for pair in itertools.product(SHAPES, repeat=2):
        assert ours(broadcast_shapes, *pair) == numpys(np.broadcast_shapes, *pair)


def test_broadcasting_many_shapes_agrees_with_numpy():
    rng = np.random.default_rng(0)
    for _ in range(500):
        shapes = [SHAPES[i] for i in rng.integers(len(SHAPES), size=rng.integers(5))]

        assert ours(broadcast_shapes, *shapes) == numpys(np.broadcast_shapes, *shapes)


def test_a_misfit_names_the_axis_and_both_sizes():
    with pytest.raises(ShapeError, match=r"axis -2 has sizes 2 and 3"):
        broadcast_shapes((2, 1), (5, 3, 4))


@pytest.mark.parametrize(
    "axis", [0, -1, (0, 2), (2, 0), (-1, -3), (), (0, 0), (1, -2), 3]
)
def test_axes_are_counted_as_numpy_counts_them_and_sorted(axis):
    needed = numpys(np.lib.array_utils.normalize_axis_tuple, axis, 3)

    came = ours(normalise_axes, axis, 3, who="test")

    assert came == (needed if needed is ShapeError else tuple(sorted(needed)))


def test_no_axis_means_all_axes():
    assert normalise_axes(None, 3, who="test") == (0, 1, 2)
    assert normalise_axes(None, 0, who="test") == ()


def test_an_axis_may_be_a_numpy_integer():
    assert normalise_axes(np.int64(-1), 3, who="test") == (2,)


def test_an_axis_out_of_range_is_an_error_of_both_kinds_as_in_numpy():
    for axis in (3, -4, (0, 3), np.int64(3)):
        with pytest.raises(AxisError, match=r"^test: axis -?\d is out of range"):
            normalise_axes(axis, 3, who="test")


def test_what_holds_one_integer_is_one_axis_or_size():
    for one in (2, np.int8(2), np.array(2), ri.tensor(2)):
        assert normalise_axes(one, 3, who="test") == (2,)
        assert checked_sizes(one, who="test") == (2,)
    for several in ([2, 1], np.array([2, 1]), ri.tensor([2, 1])):
        assert normalise_axes(several, 3, who="test") == (1, 2)
        assert checked_sizes(several, who="test") == (2, 1)
        assert named_axes(several, 3, who="test") == (2, 1)


def test_axes_are_counted_from_either_end():
    assert named_axes((-1, 0), 3, who="test") == (2, 0)
    assert normalise_axes((-1, 0), 3, who="test") == (0, 2)
    assert axis_number(-3, 3, who="test") == 0


def test_a_size_is_not_negative():
    with pytest.raises(ShapeError, match=r"^test: sizes must not be .* \(2, -1\) came"):
        checked_sizes((2, -1), who="test")


@pytest.mark.parametrize("axis", [0.0, "a", [0.5], np.array(1.0)])
def test_what_is_no_integer_is_no_axis(axis):
    with pytest.raises(DtypeError, match=r"^test: axes must be integers, .* came"):
        normalise_axes(axis, 3, who="test")


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda x: ri.sum(x, axis=0.5), r"sum: axes must be integers, 0\.5 came"),
        (lambda x: ri.sort(x, axis=0.5), "sort: axes must be integers"),
        (lambda x: ri.permute_dims(x, (0.5, 1)), "permute_dims: axes must be integers"),
        (lambda x: ri.moveaxis(x, 0, "a"), "moveaxis: axes must be integers, 'a' came"),
        (lambda x: ri.expand_dims(x, 0.5), "expand_dims: axes must be integers"),
        (lambda x: ri.tensordot(x, x, axes=0.5), "tensordot: axes must be an integer"),
        (lambda x: ri.vecdot(x, x, axis=0.5), "vecdot: axis must be an integer"),
        (lambda x: ri.fft.fftn(x, axes=[0.5]), "fftn: axes must be integers"),
        (lambda x: ri.fft.fftn(x, s=[0.5]), "fftn: sizes must be integers"),
        (lambda x: ri.reshape(x, 1.5), r"reshape: sizes must be integers, 1\.5 came"),
        (lambda x: ri.zeros(1.5), "zeros: sizes must be integers"),
        (lambda x: ri.tile(x, 1.5), "tile: repetitions must be integers"),
        (lambda x: ri.split(x, [0.5]), "split: sections must be integers"),
        (lambda x: ri.pad(x, 0.5), "pad: widths must be integers"),
        (lambda x: ri.one_hot(0, 1.5), "one_hot: classes must be an integer"),
        (lambda x: ri.one_hot(0, [1, 2]), "one_hot: classes must be an integer"),
        (lambda x: ri.grad(ri.sum, 0.5)(x), "grad: argnums must be integers"),
    ],
)
def test_what_must_be_integers_is_called_by_its_name(function, message):
    with pytest.raises(DtypeError, match=f"^{message}"):
        function(ri.ones((2, 2)))


def test_an_axis_or_size_that_is_not_known_yet_is_named_as_such():
    for function in (
        lambda x, n: ri.sum(x, axis=n),
        lambda x, n: ri.reshape(x, (n,)),
    ):
        with pytest.raises(NoValueError):
            ri.capture(function, ri.tensor([1.0]), ri.tensor(1))


def test_stretched_axes_are_those_that_numpy_walks_with_stride_zero():
    for shape, target in itertools.product(SHAPES, repeat=2):
        if 1 in target or ours(broadcast_shapes, shape, target) != target:
            continue  # an axis of one element is walked with any stride
        view = np.broadcast_to(np.empty(shape), target)
        if view.size == 0:
            continue  # as is an empty one

        still = tuple(axis for axis, stride in enumerate(view.strides) if stride == 0)

        assert stretched_axes(shape, target) == still


def test_summing_over_stretched_axes_gives_back_the_shape():
    for shape, target in itertools.product(SHAPES, repeat=2):
        if ours(broadcast_shapes, shape, target) == target:
            axes = stretched_axes(shape, target)
            summed = np.ones(target).sum(axis=axes, keepdims=True)

            assert summed.reshape(shape).shape == shape


TOO_MANY_AXES = {
    "broadcast_to": lambda x: ri.broadcast_to(x, (1,) * 65),
    "reshape": lambda x: ri.reshape(x, (1,) * 65),
    "zeros": lambda x: ri.zeros((1,) * 65),
    "empty": lambda x: ri.empty((1,) * 65),
    "bits": lambda x: ri.random.bits(ri.random.key(0), (1,) * 65),
    "one_hot": lambda x: ri.one_hot(ri.zeros((1,) * 64, dtype="int64"), 1),
}


@pytest.mark.parametrize(("who", "make"), TOO_MANY_AXES.items(), ids=TOO_MANY_AXES)
def test_no_tensor_has_more_axes_than_an_array(who, make):
    message = f"^{who}: at most 64 axes are possible, 65 came$"
    with pytest.raises(ShapeError, match=message):
        make(ri.tensor(1.0))


@pytest.mark.parametrize(
    "make",
    [
        lambda x: ri.expand_dims(x, 0),
        lambda x: ri.stack([x, x]),
        lambda x: ri.take(x, ri.tensor([[0]]), axis=0),
        lambda x: ri.tile(x, (1,) * 65),
    ],
)
def test_axes_are_counted_where_they_are_added(make):
    with pytest.raises(ShapeError, match="at most 64 axes are possible"):
        make(ri.ones((1,) * 64))


FAR = 2**62
TOO_LARGE = {
    "broadcast_to": lambda x: ri.broadcast_to(1.0, (FAR,)),
    "pad": lambda x: ri.pad(x, FAR),
    "diag": lambda x: ri.diag(x, offset=2**40),
    "one_hot": lambda x: ri.one_hot(0, FAR),
    "zeros": lambda x: ri.zeros((FAR, FAR)),
    "empty": lambda x: ri.empty((FAR, FAR)),
    "bits": lambda x: ri.random.bits(ri.random.key(0), 10**30),
    "normal": lambda x: ri.random.normal(ri.random.key(0), (FAR,)),
    "permutation": lambda x: ri.random.permutation(ri.random.key(0), 10**30),
    "fft": lambda x: ri.fft.fft(x, n=FAR),
    "conv_transpose": lambda x: ri.conv_transpose(
        ri.ones((1, 1, 2)), ri.ones((1, 1, 1)), stride=FAR
    ),
}


@pytest.mark.parametrize("make", TOO_LARGE.values(), ids=TOO_LARGE)
def test_more_bytes_than_an_address_can_count_are_refused(make):
    with pytest.raises(OutOfMemoryError, match="too large"):
        make(ri.tensor([1.0, 2.0]))


def test_a_shape_that_is_refused_eagerly_is_refused_in_a_capture():
    with pytest.raises(OutOfMemoryError, match=r"^broadcast_to: .* large"):
        ri.capture(lambda x: ri.broadcast_to(x, (FAR,)), ri.tensor(1.0))
