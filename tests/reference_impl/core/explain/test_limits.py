import pytest

from reference_impl.core.dtype import float32
from reference_impl.core.explain.limits import CACHE_BYTES, IMAGINED, Limits, limits
from reference_impl.core.explain.work import Work

LIMITS = Limits(peak=100.0, bandwidth=1.0, cache_bandwidth=10.0)


@pytest.mark.parametrize(
    ("intensity", "nbytes", "speed"),
    [
        (2, CACHE_BYTES, 20.0),
        (2, CACHE_BYTES + 1, 2.0),
        (1000, CACHE_BYTES, 100.0),
        (1000, CACHE_BYTES + 1, 100.0),
        (0, 1, 0.0),
    ],
)
def test_a_bandwidth_or_the_peak_sets_the_pace(intensity, nbytes, speed):
    assert LIMITS.attainable(Work(intensity * nbytes, nbytes, 0)) == speed


def test_the_machine_is_measured_once():
    found = limits(1, float32)

    assert found.is_measured
    assert found is limits(1, float32)
    assert not IMAGINED.is_measured
