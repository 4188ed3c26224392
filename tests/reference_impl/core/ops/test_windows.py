import ml_dtypes
import numpy as np
import pytest

import reference_impl as ri
from reference_impl.core.errors import ShapeError
from reference_impl.core.ops.windows import Window, _unwindows, _windows, paddings

ONCE = {"strides": (1, 1), "dilations": (1, 1)}


def test_windows_are_a_view_that_cannot_be_written_to():
    x = np.zeros((2, 4, 5))

    boxes = _windows.compute(x, sizes=(2, 3), **ONCE)

    assert np.shares_memory(boxes, x)
    assert not boxes.flags.writeable


def test_windows_of_a_transposed_image_follow_its_strides():
    x = np.arange(20.0).reshape(4, 5)

    boxes = _windows.compute(x.T, sizes=(2, 3), **ONCE)

    np.testing.assert_array_equal(boxes[1, 0], x.T[1:3, 0:3])


def test_what_is_added_up_lies_in_memory_in_the_order_of_its_windows():
    boxes = np.ones((3, 3, 2, 2, 7)).transpose(4, 0, 1, 2, 3)

    image = _unwindows.compute(boxes, shape=(4, 4), **ONCE)

    assert image.shape == (7, 4, 4)
    assert image.transpose(1, 2, 0).flags.c_contiguous


@pytest.mark.parametrize("dtype", [np.float16, ml_dtypes.bfloat16], ids=str)
def test_sixteen_bit_numbers_are_added_up_in_float32(dtype):
    # Added one by one, ones would stop at 2048 in float16 and at 256 in bfloat16.
    boxes = np.broadcast_to(np.ones((), dtype), (4096, 4096))

    image = _unwindows.compute(boxes, shape=(8191,), strides=(1,), dilations=(1,))

    assert image.dtype == dtype
    assert image[4095] == 4096


def test_windows_that_do_not_belong_to_an_image_are_refused():
    boxes = ri.ones((3, 2))

    with pytest.raises(ShapeError, match=r"^unwindows: \(4,\) windows fit on \(5,\)"):
        ri.capture(
            lambda x: _unwindows(x, shape=(5,), strides=(1,), dilations=(1,)), boxes
        )


@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("size", [1, 2, 5])
def test_the_covered_image_is_the_smallest_with_that_many_positions(size, stride):
    window = Window((size,), (stride,), (2,))

    (covered,) = window.covered((4,))

    assert window.positions((covered,)) == (4,)
    assert window.positions((covered - 1,)) == (3,)


@pytest.mark.parametrize("image", range(1, 9))
@pytest.mark.parametrize("stride", [1, 2, 3])
def test_same_padding_gives_a_position_for_every_stride(image, stride):
    window = Window((4,), (stride,), (1,))

    ((low, high),) = window.same((image,))

    assert window.positions((image + low + high,)) == (-(-image // stride),)
    assert high - low in (0, 1)


@pytest.mark.parametrize(
    ("given", "needed"),
    [
        (1, ((1, 1), (1, 1))),
        ((1, 2), ((1, 1), (2, 2))),
        ([[1, 2], 0], ((1, 2), (0, 0))),
        ("valid", ((0, 0), (0, 0))),
        ("same", ((1, 1), (0, 1))),
    ],
    ids=str,
)
def test_padding_is_a_number_one_for_each_axis_a_pair_for_each_or_a_word(given, needed):
    window = Window((3, 2), (1, 1), (1, 1))

    assert paddings("conv", given, window, (5, 5)) == needed


@pytest.mark.parametrize("pool", [ri.avg_pool, ri.max_pool])
def test_a_stride_beyond_the_image_has_one_position(pool):
    x = np.arange(25.0).reshape(1, 1, 5, 5)

    far = pool(x, size=2, stride=2**62)

    np.testing.assert_array_equal(far, pool(x, size=2, stride=5))
