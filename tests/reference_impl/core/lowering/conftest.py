"""What the tests of lowering share."""

import numpy as np
import pytest
from played_kernels import played

import reference_impl as ri
from reference_impl.core.lowering.lowered import lowered
from reference_impl.core.passes.fusion import fuse

# A few operations on float64 that are rounded in another way.
TOLERANCE = 1e-12


@pytest.fixture
def steps_of():
    """A function for the steps of a function, which compute what its ops compute."""
    return _steps_of


def _steps_of(function, *arrays, shared=None):
    """The steps of a function whose results are those of its ops."""
    tensors = [ri.tensor(x) for x in arrays]
    needed = ri.tree.flatten(function(*tensors))[0]
    found = lowered(fuse(ri.capture(function, *tensors)), shared)
    came = played(found, [x.numpy() for x in tensors])
    for x, y in zip(came, needed, strict=True):
        np.testing.assert_allclose(x, y, rtol=TOLERANCE, atol=TOLERANCE)
    for x, y in zip(
        ri.tree.flatten(ri.compile(function)(*tensors))[0], needed, strict=True
    ):
        np.testing.assert_allclose(x, y, rtol=TOLERANCE, atol=TOLERANCE)
    return found.steps
