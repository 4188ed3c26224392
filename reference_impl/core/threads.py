"""How many threads compiled functions use."""

from __future__ import annotations

import functools
import os

from .errors import RangeError

THREADS_VARIABLES = ("REFERENCE_IMPL_THREADS", "OMP_NUM_THREADS")


def usable_cpus() -> int:
    """How many processors this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@functools.cache
def _default_threads() -> int:
    """What the environment says, or one thread for every processor there is."""
    for variable in THREADS_VARIABLES:
        setting = os.environ.get(variable, "")
        if setting:
            return _checked(variable, int(setting) if setting.isdecimal() else 0)
    return usable_cpus()


def _checked(who: str, count: int) -> int:
    if count < 1:
        raise RangeError(f"{who} must be a positive number of threads")
    return count


_threads: int | None = None


def threads() -> int:
    """How many threads compiled functions use.

    What `set_threads` said; or else REFERENCE_IMPL_THREADS, or OMP_NUM_THREADS, when
    the process first asked; or else one for every processor that it may use, as other
    frameworks do.
    """
    return _default_threads() if _threads is None else _threads


def set_threads(count: int) -> None:
    """Use so many threads from now on."""
    global _threads
    _threads = _checked("set_threads", count)
