"""Ops that are declared linear or bilinear are."""

import numpy as np
from laws.sampling import eps

# Of sums of a few products of size 1 to 10: each is rounded, and again in adding.
TOLERANCE_ULPS = 64

# Powers of two, so that scaling rounds nothing.
A, B = 2.0, -0.5


def mixed(x, y):
    return (A * x + B * y).astype(x.dtype)


def assert_linear_in(positions, samples):
    sample, other = samples
    swapped = both = sample
    for i in positions:
        both = both.moved(i, mixed(sample.arrays[i], other.arrays[i]))
        swapped = swapped.moved(i, other.arrays[i])

    (came,) = both.compute()
    needed = mixed(sample.compute()[0], swapped.compute()[0])

    tolerance = TOLERANCE_ULPS * eps(sample.dtype)
    came, needed = came.astype(np.complex128), needed.astype(np.complex128)
    np.testing.assert_allclose(came, needed, rtol=tolerance, atol=tolerance)


def test_linear_ops_are_linear(linear_samples):
    sample = linear_samples[0]
    about = len(sample.arrays) if sample.op.about is None else sample.op.about

    assert_linear_in(range(about), linear_samples)


def test_bilinear_ops_are_linear_in_each_factor(bilinear_samples):
    assert_linear_in([0], bilinear_samples)
    assert_linear_in([1], bilinear_samples)
