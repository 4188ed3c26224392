"""Ops that are declared linear or bilinear are."""

import numpy as np

# Of sums of a few products of size 1 to 10: each is rounded, and again in adding.
TOLERANCE_ULPS = 64

# Powers of two, so that scaling rounds nothing.
A, B = 2.0, -0.5


def assert_linear_in(position, samples):
    sample, other = samples
    x, y = sample.arrays[position], other.arrays[position]

    mixed = sample.moved(position, A * x + B * y).compute()
    needed = A * sample.compute() + B * sample.moved(position, y).compute()

    tolerance = TOLERANCE_ULPS * np.finfo(x.dtype).eps
    np.testing.assert_allclose(mixed, needed, rtol=tolerance, atol=tolerance)


def test_linear_ops_are_linear(linear_samples):
    assert_linear_in(0, linear_samples)


def test_bilinear_ops_are_linear_in_each_factor(bilinear_samples):
    assert_linear_in(0, bilinear_samples)
    assert_linear_in(1, bilinear_samples)
