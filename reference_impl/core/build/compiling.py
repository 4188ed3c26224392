"""Source text becomes machine code, in several processes at a time.

Processes, since Numba's compiler holds Python's lock throughout. They are started when
something is missing, serve later builds of this process, and end when it ends or when
they have been idle for a while: each holds about 150 MB.
"""

from __future__ import annotations

import atexit
import base64
import contextlib
import dataclasses
import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from ..errors import CompileError
from ..kernel import Source
from ..threads import usable_cpus
from .code import Code
from .target import Target

MAX_WORKERS = 4
IDLE_SECONDS = 30.0

_HERE = Path(__file__).resolve().parent
_ROOT = _HERE.parents[2]


class Worker:
    """A process that compiles one source after the other."""

    def __init__(self, target: Target) -> None:
        command = (sys.executable, "-P", "-m", f"{__package__}.worker")
        argument = json.dumps(dataclasses.asdict(target))
        self._process = subprocess.Popen(
            [*command, argument],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=_environment(target),
            cwd=_HERE,  # Numba reads a file of settings in the folder it works in
            encoding="utf-8",
        )

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._process.pid

    def is_alive(self) -> bool:
        """Whether it still takes requests."""
        return self._process.poll() is None

    def code(self, source: Source, path: Path) -> Code:
        """Compile the source that stands in a file.

        Raises
        ------
        CompileError
            If the compiler refuses it, or the process dies over it.
        """
        request = {
            "name": source.name,
            "path": str(path.absolute()),
            "language": source.language,
        }
        answer = json.loads(self._ask(json.dumps(request)) or "null")
        if answer is None:
            raise CompileError(
                f"{source.name}: the process that compiled {path} died "
                f"(exit status {self._process.wait()})"
            )
        if "error" in answer:
            raise CompileError(
                f"{source.name}: cannot compile {path}\n{answer['error']}"
            )
        return Code(base64.b64decode(answer["object_file"]), tuple(answer["needs"]))

    def _ask(self, line: str) -> str:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            print(line, file=self._process.stdin, flush=True)
        except BrokenPipeError:
            return ""
        return self._process.stdout.readline()

    def end(self) -> None:
        """End the process."""
        with contextlib.suppress(BrokenPipeError), self._process:
            self._process.terminate()


def _environment(target: Target) -> dict[str, str]:
    """The worker's environment: nothing in the user's changes what Numba makes."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("NUMBA_")}
    given = kept.get("PYTHONPATH")
    paths = given.split(os.pathsep) if given else []
    return kept | {
        "PYTHONPATH": os.pathsep.join([str(_ROOT), *map(os.path.abspath, paths)]),
        "NUMBA_CPU_NAME": target.cpu,
        "NUMBA_CPU_FEATURES": target.features,
    }


class _Idle:
    """The workers that wait for later builds."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._workers: list[tuple[Target, Worker]] = []
        self._timer: threading.Timer | None = None

    def taken(self, target: Target, count: int) -> list[Worker]:
        """So many workers for a target, of which some are new."""
        with self._lock:
            fit = [each for each in self._workers if each[0] == target][:count]
            self._workers = [each for each in self._workers if each not in fit]
        found = [worker for _, worker in fit if worker.is_alive()]
        return found + [Worker(target) for _ in range(count - len(found))]

    def keep(self, target: Target, workers: list[Worker]) -> None:
        """Keep the workers for a while."""
        with self._lock:
            self._workers += [(target, each) for each in workers if each.is_alive()]
            if self._timer is not None:
                self._timer.cancel()
            self._timer = threading.Timer(IDLE_SECONDS, self.end)
            self._timer.daemon = True
            self._timer.start()

    def end(self) -> None:
        """End all of them."""
        with self._lock:
            workers, self._workers = self._workers, []
        for _, worker in workers:
            worker.end()


_idle = _Idle()


def _forget() -> None:
    """Begin anew in a forked process: these workers are its parent's."""
    global _idle
    _idle = _Idle()


atexit.register(lambda: _idle.end())
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)


def codes(
    paths: Mapping[Source, Path], target: Target
) -> Iterator[tuple[Source, Code]]:
    """Compile sources, each from its file, in the order in which they are done.

    Raises
    ------
    CompileError
        For the first that fails; those that have been given out before are good.
    """
    count = min(len(paths), MAX_WORKERS, usable_cpus())
    workers = _idle.taken(target, count)
    free: queue.SimpleQueue[Worker] = queue.SimpleQueue()
    for worker in workers:
        free.put(worker)

    def compiled(source: Source) -> tuple[Source, Code]:
        worker = free.get()
        try:
            return source, worker.code(source, paths[source])
        finally:
            free.put(worker)

    pool = ThreadPoolExecutor(count)
    try:
        for each in as_completed([pool.submit(compiled, source) for source in paths]):
            yield each.result()
    finally:
        pool.shutdown(cancel_futures=True)
        _idle.keep(target, workers)
