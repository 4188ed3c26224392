"""How many threads compiled functions use."""

from __future__ import annotations

import functools
import os

from .errors import RangeError
from .number import integer

# More than the largest machines have: a slip of the pen.
MOST_THREADS = 1024

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
        if setting := os.environ.get(variable, ""):
            if not setting.isdecimal():
                raise RangeError(f"{variable}: a number is needed, {setting!r} came")
            return _checked(variable, int(setting))
    return usable_cpus()


def _checked(who: str, count: int) -> int:
    if not 1 <= count <= MOST_THREADS:
        raise RangeError(
            f"{who}: a number of threads from 1 to {MOST_THREADS} is needed, "
            f"{count} came"
        )
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
    """Use so many threads from now on.

    Raises
    ------
    DtypeError, RangeError
        If that is no integer, or fewer than one, or more than a machine has.
    """
    global _threads
    _threads = _checked("set_threads", integer("set_threads", count))
