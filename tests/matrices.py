"""What the tests of matrix factorisations share."""

import numpy as np
import pytest

RNG = np.random.default_rng(0)

# A few roundings of matrices of size 1 to 10 and condition up to 10, in float64.
TOLERANCE = 1e-13

each_kind = pytest.mark.parametrize("kind", ["real", "complex"])


def assert_close(came, needed):
    np.testing.assert_allclose(came, needed, rtol=TOLERANCE, atol=TOLERANCE)


def adjoint(x):
    return np.conj(np.swapaxes(x, -1, -2))


def drawn(*shape, kind):
    x = RNG.normal(size=shape)
    return x if kind == "real" else x + 1j * RNG.normal(size=shape)
