import itertools

import pytest

from reference_impl.core.kernels.filter_axis import filter_axis, phases

AXES = [
    (pixels, taps, stride, pads, dilation)
    for pixels, taps, (stride, dilation), pads in itertools.product(
        (1, 5, 8), (1, 2, 3, 5), ((1, 1), (2, 1), (3, 1), (1, 2)), ((0, 0), (2, 1))
    )
    if pixels + sum(pads) > (taps - 1) * dilation
]


def taps_inside(sliding, output):
    places = (
        output * sliding.stride - sliding.pad + tap * sliding.dilation
        for tap in range(sliding.taps)
    )
    return [0 <= place < sliding.pixels for place in places]


@pytest.mark.parametrize("axis", AXES)
def test_inner_outputs_have_all_taps(axis):
    sliding = filter_axis(*axis)
    begin, end = sliding.inner

    for output in range(sliding.outputs):
        assert all(taps_inside(sliding, output)) == (begin <= output < end)


@pytest.mark.parametrize("axis", AXES)
def test_phases_pair_pixels_with_the_outputs_and_taps_over_them(axis):
    sliding, pairs = filter_axis(*axis), set()
    for phase in phases(sliding):
        back = phase.axis
        for number, turned in itertools.product(range(back.outputs), range(back.taps)):
            output = number * back.stride - back.pad + turned * back.dilation
            tap = sliding.taps - 1 - phase.first_tap - turned * phase.tap_step
            if 0 <= output < sliding.outputs:
                pairs.add((phase.first + number * phase.step, output, tap))

    outputs, taps = range(sliding.outputs), range(sliding.taps)
    assert pairs == {
        (pixel, output, tap)
        for output, tap in itertools.product(outputs, taps)
        for pixel in [output * sliding.stride - sliding.pad + tap * sliding.dilation]
        if 0 <= pixel < sliding.pixels
    }
