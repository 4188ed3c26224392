"""What all tests share."""

import os
import sys
from pathlib import Path

import pytest

# Generated functions are compiled once for all tests, also for those that start other
# processes; `make clean` removes the folder.
os.environ["REFERENCE_IMPL_CACHE"] = str(
    Path(__file__).resolve().parent.parent / "build" / "kernels"
)


@pytest.fixture(autouse=True)
def stack_of_the_usual_height():
    """No test leaves a higher stack, which PyTorch's compiler allows for good."""
    limit = sys.getrecursionlimit()
    yield
    sys.setrecursionlimit(limit)
