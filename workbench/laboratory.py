"""Where workers run: a folder for their arrays, cores, and patience with them."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Any, Self, TypeVar

from . import machine
from .process import Failed, Worker

Place = tuple[str, tuple[int, ...]]
"""A framework on some cores."""

Task = TypeVar("Task")
Result = TypeVar("Result")


class Laboratory:
    """Workers of all frameworks; those that are shared stay for the next question.

    Parameters
    ----------
    limit_seconds : float
        How long one answer of a worker may take.
    kind : function
        What makes a worker, such as a class derived from `Worker`.

    Attributes
    ----------
    folder : Path
        For the time being; it is gone with the laboratory.
    cores : list of int
        Those that workers may use.
    """

    def __init__(
        self, *, limit_seconds: float, kind: Callable[..., Worker] = Worker
    ) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="mapping-")
        self.folder = Path(self._folder.name)
        self.cores = machine.cores()
        self._limit_seconds, self._kind = limit_seconds, kind
        self._claimed: set[Place] = set()
        self._shared: dict[Place, Worker] = {}
        self._alive: list[Worker] = []
        self._is_open, self._lock = True, threading.Lock()

    def slots(self, threads: int) -> list[list[int]]:
        """The cores in groups of as many as there are threads."""
        starts = range(0, len(self.cores) - threads + 1, threads)
        return [self.cores[start : start + threads] for start in starts]

    def worker(self, framework: str, cores: list[int], **options: Any) -> Worker:
        """A new process for a framework, on some of the cores.

        Parameters
        ----------
        options
            Others of `Worker`, such as the `module` that runs in it.
        """
        return self._kind(
            framework,
            self.folder,
            cores=cores,
            limit_seconds=self._limit_seconds,
            begun=self._begun,
            **options,
        )

    def shared(self, framework: str, cores: list[int]) -> Worker:
        """The process of a framework on these cores that others have used before.

        It is a new one if that has failed.
        """
        place = (framework, tuple(cores))
        self._claimed.add(place)  # at once: to load a framework takes seconds
        if place not in self._shared or self._shared[place].is_stopped:
            self._shared[place] = self.worker(framework, cores)
        return self._shared[place]

    def places(self, framework: str) -> set[tuple[int, ...]]:
        """The cores on which there is, or will be, a shared worker of a framework."""
        return {cores for name, cores in list(self._claimed) if name == framework}

    def dismiss(self, framework: str, cores: list[int]) -> None:
        """End a shared worker that has failed: the next to ask gets a new one."""
        place = (framework, tuple(cores))
        self._claimed.discard(place)
        worker = self._shared.pop(place, None)
        if worker is not None:
            worker.stop()

    def _begun(self, worker: Worker) -> None:
        """Know a worker before its framework is there, which takes long."""
        with self._lock:
            if not self._is_open:
                raise Failed("the comparison has ended")
            self._alive.append(worker)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        with self._lock:
            self._is_open = False
        for worker in self._alive:
            worker.stop()
        self._folder.cleanup()


def share_out(
    tasks: Sequence[Task],
    places: Sequence[list[int]],
    work: Callable[[Task, list[int]], Result],
    done: Callable[[Task, Result], None],
    *,
    choose: Callable[[Sequence[Task], list[int]], Task] = lambda waiting, place: (
        waiting[0]
    ),
) -> None:
    """Work on tasks, as many at once as there are places.

    Parameters
    ----------
    places
        The cores of each.
    done : function (task, result)
        Called for one task at a time.
    choose : function (waiting, place)
        Which task a place takes next; by default the first.
    """
    waiting, lock, ended = list(tasks), threading.Lock(), threading.Event()

    def serve(place: list[int]) -> None:
        while True:
            with lock:
                if not waiting:
                    return
                task = choose(waiting, place)
                waiting.remove(task)
            result = work(task, place)
            with lock:
                if ended.is_set():  # it was interrupted: no answer counts any more
                    return
                done(task, result)

    pool = ThreadPoolExecutor(max_workers=len(places))
    try:
        for future in as_completed([pool.submit(serve, place) for place in places]):
            future.result()
    finally:
        with lock:
            waiting.clear()
            ended.set()
        pool.shutdown(wait=False)
