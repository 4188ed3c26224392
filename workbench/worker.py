"""A process with one framework in it, which answers one JSON line with another.

An answer repeats the `id` of its request, so that nobody takes it for another.

Started as `python -m workbench.worker FRAMEWORK CORE,CORE`. It imports nothing but the
standard library until the time that the framework takes to import has been measured.
What a framework prints goes to standard error, so that it cannot spoil the answers.
"""

from __future__ import annotations

import importlib
import json
import os
import select
import signal
import sys
import threading
import time
from collections.abc import Callable
from types import ModuleType
from typing import Any, TextIO

from .affinity import pin

OWN = {"adapters", "atlas", "benchmarks", "workbench", "reference_impl"}


def main(framework: str, cores: str) -> None:
    """Answer what `workbench.jobs.Jobs` can be asked."""

    def jobs(module: ModuleType, threads: int) -> Any:
        kind = importlib.import_module("workbench.jobs").Jobs
        return kind(framework, module.Trainer, threads=threads)

    serve(f"adapters.{framework}.train", jobs, cores)


def serve(name: str, make: Callable[[ModuleType, int], Any], cores: str) -> None:
    """Answer requests until there are no more.

    Parameters
    ----------
    name : str
        The module that imports the framework.
    make : function (module, threads)
        What is asked: an object with a method for every job, and `versions`.
    cores : str
        The numbers of those that may be used, with commas between.
    """
    threading.Thread(target=_end_with_the_asker, daemon=True).start()
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    numbers = {int(core) for core in cores.split(",")}
    pin(numbers)  # a framework sees as many cores as the experiment has threads
    started = time.perf_counter()
    try:
        module = importlib.import_module(name)
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] in OWN:
            raise  # a mistake of ours, and nothing that could be installed
        _answer(answers, {"missing": error.name})
        return
    import_seconds = time.perf_counter() - started
    jobs = make(module, len(numbers))
    ready = {"import_seconds": import_seconds, "versions": jobs.versions()}
    _answer(answers, ready)
    for line in sys.stdin:
        request = json.loads(line)
        number, job = request.pop("id"), request.pop("job")
        _answer(answers, {**getattr(jobs, job)(**request), "id": number})


def _end_with_the_asker() -> None:
    """End all processes of this group as soon as nobody can ask any more.

    Who asks may be killed, and what nobody waits for would take cores from others.
    """
    hung_up = select.poll()
    hung_up.register(sys.stdin, 0)  # the end of a pipe is told without being asked for
    hung_up.poll()
    os.killpg(0, signal.SIGKILL)


def _answer(answers: TextIO, message: dict[str, Any]) -> None:
    answers.write(json.dumps(message) + "\n")
    answers.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
