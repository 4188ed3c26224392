import numpy as np

from workbench import distances


def test_relative_error_is_largest_difference_over_largest_value():
    assert distances.relative(np.array([1.0, 2.0]), np.array([1.5, -4.0])) == 6 / 4
    assert distances.relative(np.array([0.5]), np.array([0.0])) == 0.5
