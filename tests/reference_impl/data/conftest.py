"""Real files, which tests find in the folder that MAPPING_DATA names."""

import os

import pytest

from reference_impl.data.download import folder


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
