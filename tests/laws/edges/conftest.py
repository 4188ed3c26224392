import numpy as np
import pytest


@pytest.fixture(autouse=True)
def quiet():
    """NumPy warns of the infinities and NaNs that these laws are about."""
    with np.errstate(all="ignore"):
        yield
