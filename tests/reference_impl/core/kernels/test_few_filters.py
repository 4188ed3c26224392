import pytest

from reference_impl.core.kernels.few_filters import neighbours
from reference_impl.core.kernels.filter_axis import filter_axis


@pytest.mark.parametrize(
    ("outputs", "filters", "expected"), [(28, 6, 2), (29, 6, 1), (28, 16, 1)]
)
def test_outputs_are_joined_to_fill_vectors(outputs, filters, expected):
    sliding = filter_axis(outputs + 4, 5, stride=1, pads=(0, 0), dilation=1)

    assert neighbours(sliding, filters, lanes=16) == expected


def test_spread_out_taps_are_not_joined():
    sliding = filter_axis(28, 3, stride=1, pads=(2, 2), dilation=2)

    assert neighbours(sliding, 6, lanes=16) == 1
