"""What the tests of the benchmarks share."""

import sys
from pathlib import Path

# `benchmarks` is no part of what is installed.
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
