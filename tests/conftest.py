"""What all tests share."""

import os
from pathlib import Path

# Generated functions are compiled once for all tests, also for those that start other
# processes; `make clean` removes the folder.
os.environ["REFERENCE_IMPL_CACHE"] = str(
    Path(__file__).resolve().parent.parent / "build" / "kernels"
)
