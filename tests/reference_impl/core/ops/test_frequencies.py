import numpy as np
import pytest

import reference_impl as ri

X = np.random.default_rng(0).normal(size=(3, 4, 5))


@pytest.mark.parametrize("n", [1, 2, 5, 8])
@pytest.mark.parametrize("name", ["fftfreq", "rfftfreq"])
def test_frequencies_are_those_of_numpy(name, n):
    came = getattr(ri.fft, name)(n, d=0.1, dtype="float64")

    np.testing.assert_array_equal(came, getattr(np.fft, name)(n, 0.1))
    assert getattr(ri.fft, name)(n).dtype == ri.float32


def test_nothing_has_no_frequencies():
    with pytest.raises(ri.RangeError, match=r"^fftfreq: .*n is 0"):
        ri.fft.fftfreq(0)


@pytest.mark.parametrize("axes", [None, 0, (-1, 1)], ids=str)
@pytest.mark.parametrize("name", ["fftshift", "ifftshift"])
def test_a_shift_is_that_of_numpy(name, axes):
    came = getattr(ri.fft, name)(X, axes=axes)

    np.testing.assert_array_equal(came, getattr(np.fft, name)(X, axes))
