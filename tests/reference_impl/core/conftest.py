"""What the tests of memory share."""

import gc

import pytest


@pytest.fixture
def gc_disabled():
    """Only reference counts free memory: whatever a cycle holds stays."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()
