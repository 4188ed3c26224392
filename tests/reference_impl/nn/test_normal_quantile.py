import math
from statistics import NormalDist

import numpy as np
import pytest

import reference_impl as ri
from reference_impl.nn.normal_quantile import normal_cdf, normal_quantile

# A few roundings of numbers up to 40.
TOLERANCE = 4e-15


def test_it_is_the_quantile_of_the_standard_library():
    p = np.concatenate(
        [np.linspace(1e-4, 1 - 1e-4, 999), 10.0 ** -np.arange(5, 300, 7)]
    )

    came = normal_quantile(ri.tensor(p))

    needed = [NormalDist().inv_cdf(each) for each in p]
    np.testing.assert_allclose(came, needed, rtol=TOLERANCE, atol=TOLERANCE)


def test_half_lies_below_zero_and_both_sides_are_alike():
    p = ri.tensor(np.array([0.5, 0.25, 0.75, 2.0**-53, 1 - 2.0**-53]))

    middle, *others = normal_quantile(p).tolist()

    assert abs(middle) < TOLERANCE
    assert others[0] == -others[1]
    assert others[2] == -others[3]


@pytest.mark.parametrize("x", [-37.0, -5.0, -0.1, 0.0, 1.0, 6.0])
def test_it_undoes_the_integral(x):
    p = normal_cdf(x)

    came = normal_quantile(ri.tensor(np.array(p))).item()

    # Near 1 the distance between probabilities limits what can be known.
    limit = 2**-53 / math.exp(-x * x / 2) * math.sqrt(2 * math.pi) if x > 0 else 0
    assert came == pytest.approx(x, abs=limit + 40 * TOLERANCE)
