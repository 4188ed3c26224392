"""Where workers run: a folder for their arrays, cores, and patience with them."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Self

from . import machine
from .process import Failed, Worker


class Laboratory:
    """Workers of all frameworks; those that are shared stay for the next question.

    Parameters
    ----------
    limit_seconds : float
        How long one answer of a worker may take.

    Attributes
    ----------
    folder : Path
        For the time being; it is gone with the laboratory.
    cores : list of int
        Those that workers may use.
    """

    def __init__(self, *, limit_seconds: float) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="mapping-")
        self.folder = Path(self._folder.name)
        self.cores = machine.cores()
        self._limit_seconds = limit_seconds
        self._shared: dict[tuple[str, tuple[int, ...]], Worker] = {}
        self._is_open = True

    def worker(self, framework: str, cores: list[int]) -> Worker:
        """A new process for a framework, on some of the cores."""
        if not self._is_open:
            raise Failed("the comparison has ended")
        return Worker(
            framework, self.folder, cores=cores, limit_seconds=self._limit_seconds
        )

    def shared(self, framework: str, cores: list[int]) -> Worker:
        """The process of a framework on these cores that others have used before."""
        place = (framework, tuple(cores))
        if place not in self._shared:
            self._shared[place] = self.worker(framework, cores)
        return self._shared[place]

    def places(self, framework: str) -> set[tuple[int, ...]]:
        """The cores on which there is a shared worker of a framework."""
        return {cores for name, cores in list(self._shared) if name == framework}

    def dismiss(self, framework: str, cores: list[int]) -> None:
        """End a shared worker that has failed: the next to ask gets a new one."""
        worker = self._shared.pop((framework, tuple(cores)), None)
        if worker is not None:
            worker.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self._is_open = False
        for worker in list(self._shared.values()):
            worker.stop()
        self._shared.clear()
        self._folder.cleanup()
