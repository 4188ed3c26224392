"""What `broadcast_shapes` must do; run it with pytest as often as you like."""

import pytest
from broadcasting import broadcast_shapes

from reference_impl.core.errors import ShapeError


def test_equal_shapes_stay_as_they_are():
    assert broadcast_shapes((2, 3), (2, 3)) == (2, 3)


def test_a_size_of_one_stretches():
    assert broadcast_shapes((2, 1), (1, 3)) == (2, 3)


def test_a_missing_axis_stretches():
    assert broadcast_shapes((3,), (2, 3)) == (2, 3)


def test_three_shapes_broadcast_together():
    assert broadcast_shapes((4, 1, 1), (3, 1), (2,)) == (4, 3, 2)


def test_no_shape_at_all_gives_the_shape_of_a_number():
    assert broadcast_shapes() == ()


def test_the_result_is_a_tuple():
    assert type(broadcast_shapes((2, 3), (3,))) is tuple


def test_sizes_that_differ_raise_a_shape_error():
    with pytest.raises(ShapeError):
        broadcast_shapes((2, 3), (2, 4))


def test_the_error_names_both_sizes():
    with pytest.raises(ShapeError, match=r"(?s)17.*31|31.*17"):
        broadcast_shapes((2, 17), (2, 31))
