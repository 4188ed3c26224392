"""On which cores a process runs, where the system lets it choose."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable


def pin(cores: Iterable[int]) -> None:
    """Let all threads of this process, and those to come, run on these cores only."""
    if not hasattr(os, "sched_setaffinity"):
        return
    wanted = set(cores)
    for thread in os.listdir("/proc/self/task"):
        with contextlib.suppress(ProcessLookupError):  # it has just ended
            os.sched_setaffinity(int(thread), wanted)
