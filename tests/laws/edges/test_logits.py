"""Exponentials of what is large: logsumexp, softmax and its logarithm."""

import math

import numpy as np
import pytest
from laws.edges.comparison import slope
from laws.sampling import eps

import reference_impl as ri

INF, NAN = np.inf, np.nan
HALF, THIRD = math.log(1 / 2), math.log(1 / 3)

# A few roundings of a result of the dtype.
TOLERANCE = {dtype: 4 * eps(dtype) for dtype in (ri.float32, ri.float64)}

# A row of logits, its logsumexp, its softmax and the logarithms of that.
LOGITS = {
    "equal": ([5, 5, 5], 5 - THIRD, [1 / 3] * 3, [THIRD] * 3),
    "one impossible": ([-INF, 0, 0], -HALF, [0, 0.5, 0.5], [-INF, HALF, HALF]),
    "one possible": ([-INF, 7, -INF], 7, [0, 1, 0], [-INF, 0, -INF]),
    "none possible": ([-INF, -INF, -INF], -INF, [NAN] * 3, [NAN] * 3),
    "one certain": ([INF, 0, 1], INF, [NAN, 0, 0], [NAN, -INF, -INF]),
    "not a number": ([NAN, 0, 0], NAN, [NAN] * 3, [NAN] * 3),
    "large": ([1e4, 1e4, -1e4], 1e4 - HALF, [0.5, 0.5, 0], [HALF, HALF, HALF - 2e4]),
    "very negative": ([-1e4] * 3, -1e4 - THIRD, [1 / 3] * 3, [THIRD] * 3),
}


@pytest.mark.parametrize(
    ("row", "total", "shares", "logarithms"), LOGITS.values(), ids=LOGITS
)
def test_exponentials_of_logits_are_those_of_exact_numbers(
    row, total, shares, logarithms, dtype
):
    x, rtol = ri.tensor(np.array(row, dtype)), TOLERANCE[dtype]

    np.testing.assert_allclose(ri.logsumexp(x).numpy(), total, rtol=rtol)
    np.testing.assert_allclose(ri.softmax(x).numpy(), shares, rtol=rtol)
    np.testing.assert_allclose(ri.log_softmax(x).numpy(), logarithms, rtol=rtol)


@pytest.mark.parametrize(
    ("row", "total", "shares"),
    [columns[:3] for columns in LOGITS.values() if np.isfinite(columns[1])],
    ids=str,
)
def test_the_gradient_of_a_logsumexp_is_the_softmax(row, total, shares, dtype):
    came = slope(ri.logsumexp, np.array(row, dtype))

    # exp(x - out): what rounding makes of the exponent becomes relative.
    rtol = TOLERANCE[dtype] * max(1, abs(total))
    np.testing.assert_allclose(came, shares, rtol=rtol)


def test_logits_near_the_end_of_double_precision_do_not_overflow():
    x = ri.tensor(np.array([1e300, 1e300, -1e300]))

    assert ri.logsumexp(x).item() == 1e300
    assert ri.softmax(x).tolist() == [0.5, 0.5, 0]
    assert ri.log_softmax(x).tolist() == [HALF, HALF, -2e300]
