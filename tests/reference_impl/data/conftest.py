"""Real files, which tests find in the folder that MAPPING_DATA names."""

import os
import struct

import numpy as np
import pytest

from reference_impl.data.download import folder
from reference_impl.data.idx import DTYPES

CODES = {np.dtype(name): code for code, name in DTYPES.items()}


@pytest.fixture(scope="session")
def idx():
    """An array as a file in the format IDX has it."""

    def contents(array):
        sizes = struct.pack(f">{array.ndim}I", *array.shape)
        return bytes([0, 0, CODES[array.dtype], array.ndim]) + sizes + array.tobytes()

    return contents


@pytest.fixture
def published():
    """A function from a file's name to its path."""

    def path(name):
        if "MAPPING_DATA" not in os.environ:
            pytest.skip("MAPPING_DATA does not name a folder with published data")
        found = folder() / name
        if not found.exists():
            pytest.skip(f"{name} is not in the folder that MAPPING_DATA names")
        return found

    return path
