"""Threads that run programs together.

They are threads of Python inside of a compiled function, which holds no lock of
Python's: it waits for a run by looking at memory, which takes less than a microsecond
to notice one. A thread that has waited for 0.2 ms takes naps between its looks; one
that has waited for 40 ms sleeps on an event, where it costs nothing.
"""

from __future__ import annotations

import atexit
import ctypes
import functools
import os
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np

from ..build import built
from ..kernel import Source
from .words import ASLEEP, AWAKE, CALLED, HAS_RUN, LINE, STATES, TAKEN, THREADS

_LOOP = Path(__file__).with_name("loop.py")
_FUNCTIONS = ("walk", "lead", "follow")
_SIGNATURE = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int64, ctypes.c_int64)

_ALIGNMENT_BYTES = 64

# How often a team that closes looks for threads that still wait for a run.
_LOOK_SECONDS = 0.01


@functools.cache
def _compiled() -> tuple[Callable[[int | None, int, int], None], ...]:
    text = _LOOP.read_text(encoding="utf-8")
    addresses = built([Source(name, text) for name in _FUNCTIONS])
    return tuple(_SIGNATURE(addresses[name]) for name in _FUNCTIONS)


class Team:
    """As many threads as it says, one of which is whoever calls `run`."""

    def __init__(self, threads: int) -> None:
        self._walk, self._lead, self._follow = _compiled()
        self._memory, self._shared = _shared_words(STATES + LINE * threads)
        self._shared[THREADS] = threads
        self._states = self._shared[STATES + LINE :: LINE]
        self._states[:] = ASLEEP
        self._address = self._shared.ctypes.data
        self._has_run = ctypes.c_int64.from_address(self._address + 8 * HAS_RUN)
        self._lock = threading.Lock()
        self._is_closing = False
        self._woken = [threading.Event() for _ in range(1, threads)]
        self._threads = [
            threading.Thread(target=self._serve, args=(i,), daemon=True)
            for i in range(1, threads)
        ]
        for each in self._threads:
            each.start()

    def run(self, program: int) -> None:
        """Run the program at an address, and return when all of it is done."""
        if not self._woken:
            self._walk(program, 0, self._address)
            return
        # An interrupt may end this at any place: whoever was called stays called.
        with self._lock:
            self._lead(program, 0, self._address)
            if not self._has_run.value:
                for state, woken in zip(self._states, self._woken, strict=True):
                    if state == CALLED:
                        woken.set()
                self._lead(program, 1, self._address)

    def _serve(self, thread: int) -> None:
        woken = self._woken[thread - 1]
        while True:
            woken.wait()
            woken.clear()
            if self._is_closing:
                return
            self._follow(None, thread, self._address)

    def close(self) -> None:
        """End the threads."""
        with self._lock:
            self._is_closing = True
            for woken in self._woken:
                woken.set()
            for each in self._threads:
                while each.is_alive():
                    # After an interrupt, threads wait for a run that does not come.
                    self._states[self._states == TAKEN] = AWAKE
                    each.join(_LOOK_SECONDS)


def _shared_words(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Zeros that begin with a cache line, and the memory in which they are."""
    memory = np.zeros(8 * count + _ALIGNMENT_BYTES, np.uint8)
    skipped = -memory.ctypes.data % _ALIGNMENT_BYTES
    return memory, memory[skipped : skipped + 8 * count].view(np.int64)


teams: dict[int, Team] = {}
_lock = threading.Lock()


def team(threads: int) -> Team:
    """The team of so many threads; there is one of each size."""
    with _lock:
        if threads not in teams:
            teams[threads] = Team(threads)
        return teams[threads]


def _close_all() -> None:
    for each in teams.values():
        each.close()


def _forget() -> None:
    """Begin anew in a forked process, which has no thread but the one that forked."""
    global _lock
    _lock = threading.Lock()
    teams.clear()


atexit.register(_close_all)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
