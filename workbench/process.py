"""A worker seen from outside: ask, wait a limited time, and never be brought down.

A worker that has failed once is ended: what it might still say would answer a question
that nobody asks any more, and what it might still compute takes a core from others.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import queue
import signal
import subprocess
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self
from zipfile import BadZipFile

import numpy as np

from adapters.contract import Arrays

from .environments import ENVIRONMENTS, how_to_get, interpreter, variables

STDERR_LINES = 5
OBITUARY_SECONDS = 2.0  # what a process that has closed its output is given to end


class Missing(Exception):
    """A framework is not installed."""


class Failed(Exception):
    """A worker crashed, was too slow, or said something that is no answer."""


class Worker:
    """A process that runs one framework.

    Parameters
    ----------
    framework : str
    folder : Path
        Where its standard error goes, and what its framework would leave behind.
    cores : sequence of int
        Those it may run on.
    limit_seconds : float
        How long an answer may take.
    module : str
        What runs in it: a module that answers as `workbench.worker` does.
    settings : dict, optional
        Environment variables besides those of the framework.
    begun : function
        Called with the worker while its framework is still being loaded.

    Raises
    ------
    Missing, Failed
    """

    def __init__(
        self,
        framework: str,
        folder: Path,
        *,
        cores: list[int],
        limit_seconds: float,
        module: str = "workbench.worker",
        settings: dict[str, str] | None = None,
        begun: Callable[[Worker], None] = lambda worker: None,
    ) -> None:
        self.framework = framework
        self._limit_seconds, self._is_stopped = limit_seconds, False
        self._ending = threading.Lock()
        self._end, self._numbers = "nobody needed it any more", itertools.count(1)
        self._lines: queue.Queue[str | None] = queue.Queue()
        places = ",".join(map(str, cores))
        command = [_python(framework), "-m", module, framework, places]
        environment = variables(framework, threads=len(cores)) | (settings or {})
        if ENVIRONMENTS[framework].leaves_files:
            environment["TMPDIR"] = str(folder)
        # A file of its own: two modes of one framework may run at once.
        self._stderr = tempfile.NamedTemporaryFile(  # noqa: SIM115 (closed by `stop`)
            "w", dir=folder, prefix=framework, delete=False
        )
        self._process = self._started(command, environment)
        threading.Thread(target=self._listen, daemon=True).start()
        try:
            begun(self)
            greeting = self._greeting()
        except BaseException:
            self.stop()
            raise
        self.import_seconds: float = greeting["import_seconds"]
        self.versions: dict[str, str] = greeting["versions"]

    def ask(self, job: str, **arguments: Any) -> dict[str, Any]:
        """The answer to a request; see `workbench.jobs.Jobs` for what can be asked.

        Raises
        ------
        Failed
            Now, and whatever is asked from now on.
        """
        if self._is_stopped:
            raise Failed(f"{job}: the process has been ended ({self._end})")
        number = next(self._numbers)
        try:
            self._send({"id": number, "job": job, **arguments}, job)
            return self._answer(job, number)
        except Failed as failed:
            self._end = str(failed).splitlines()[0]
            self.stop()
            raise

    @property
    def is_stopped(self) -> bool:
        """Whether its process has been ended, so that nothing can be asked."""
        return self._is_stopped

    def stop(self) -> None:
        """End the process and all that it started, whatever they are doing."""
        with self._ending:  # who comes second waits for the first
            if self._is_stopped:
                return  # another process may have its number by now
            self._is_stopped = True
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            for stream in (self._process.stdin, self._process.stdout, self._stderr):
                # What the worker did not read, it will not need.
                with contextlib.suppress(BrokenPipeError):
                    if stream is not None:
                        stream.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop()

    def _started(
        self, command: list[str], environment: dict[str, str]
    ) -> subprocess.Popen[str]:
        """The process, which may not have loaded its framework yet."""
        try:
            return subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._stderr,
                text=True,
                errors="replace",
                env=environment,
                # An interrupt is for the one who asks; it ends its workers itself.
                start_new_session=True,
            )
        except OSError as error:
            self._stderr.close()
            if isinstance(error, FileNotFoundError):
                advice = how_to_get(self.framework)
                complaint = f"not installed, there is no {command[0]}; {advice}"
                raise Missing(complaint) from None
            raise Failed(f"cannot start {command[0]}: {error.strerror}") from None

    def _greeting(self) -> dict[str, Any]:
        """What it says once its framework is loaded, with its versions."""
        said = self._answer("starting")
        if "missing" in said:
            module, advice = said["missing"], how_to_get(self.framework)
            raise Missing(f"module {module} is not installed; {advice}")
        if not {"import_seconds", "versions"} <= set(said):
            raise Failed(f"starting: no versions came, but {str(said)[:80]}")
        return said

    def _listen(self) -> None:
        assert self._process.stdout is not None
        try:
            for line in self._process.stdout:
                self._lines.put(line)
        except ValueError:
            pass  # closed by `stop`
        self._lines.put(None)

    def _send(self, request: dict[str, Any], job: str) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
        except OSError:
            raise Failed(self._obituary(job)) from None

    def _answer(self, job: str, number: int | None = None) -> dict[str, Any]:
        """The next line as an answer to the request of this number."""
        try:
            line = self._lines.get(timeout=self._limit_seconds)
        except queue.Empty:
            raise Failed(
                f"{job}: no answer within {self._limit_seconds:g} seconds{self._said()}"
            ) from None
        if line is None:
            raise Failed(self._obituary(job))
        try:
            answer = json.loads(line)
        except json.JSONDecodeError:
            raise Failed(f"{job}: the answer is no JSON: {line.strip()[:80]}") from None
        if not isinstance(answer, dict):
            raise Failed(f"{job}: the answer is no JSON object: {line.strip()[:80]}")
        if (came := answer.pop("id", None)) != number:
            raise Failed(
                f"{job}: an answer to request {number} was needed, {came} came"
            )
        return answer

    def _obituary(self, job: str) -> str:
        """The last words on a process that is silent; one that lives on will end."""
        try:
            code = self._process.wait(timeout=OBITUARY_SECONDS)
        except subprocess.TimeoutExpired:
            return f"{job}: the process closed its output, and was ended{self._said()}"
        return f"{job}: the process ended with exit code {code}{self._said()}"

    def _said(self) -> str:
        """The last lines of standard error, ready to be appended."""
        try:
            text = Path(self._stderr.name).read_text(errors="replace")
        except FileNotFoundError:  # removed by `stop`, which nobody has to explain
            return ""
        lines = text.strip().splitlines()
        return "".join(f"\n{line}" for line in lines[-STDERR_LINES:])


def _python(framework: str) -> str:
    path = interpreter(framework)
    if path is None:
        raise Missing(f"not installed; {how_to_get(framework)}")
    return str(path)


def written(output: Path, job: str) -> Arrays:
    """The arrays that a worker has left in a file, as it was asked to by a job.

    Raises
    ------
    Failed
        If there is no such file, or not the whole of it.
    """
    try:
        with np.load(output, allow_pickle=False) as file:
            return dict(file)
    # An empty file is an EOFError; one with a single array, a TypeError.
    except (OSError, EOFError, TypeError, ValueError, BadZipFile) as error:
        raise Failed(f"{job}: the answer cannot be read ({error!r})") from None
