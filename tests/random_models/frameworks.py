"""All frameworks that are installed, each in a process that lives for many models."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from random_models.model import Model

from adapters.contract import FRAMEWORKS, Arrays
from workbench import machine
from workbench.environments import ROOT
from workbench.process import Missing, Worker

LIMIT_SECONDS = 300.0
# Compiling is nearly all that JAX does here: 16 s instead of 38 s for 30 models.
UNOPTIMISED = "--xla_backend_optimization_level=0"


@dataclass(frozen=True)
class Outcome:
    """What a framework made of a model: numbers, or a reason why there are none."""

    values: Arrays
    gradients: Arrays
    unsupported: str | None = None
    raised: str | None = None


class Frameworks:
    """Workers by framework, and why others are missing.

    `options` are sent with every model.
    """

    def __init__(
        self, workers: dict[str, Worker], missing: dict[str, str], **options: Any
    ) -> None:
        self._workers, self.missing, self._options = workers, missing, options
        self.versions = {name: worker.versions for name, worker in workers.items()}

    def __iter__(self) -> Iterator[str]:
        return iter(self._workers)

    def run(self, framework: str, model: Model, **options: Any) -> Outcome:
        """What one framework makes of a model; `worker.Jobs.run` has the options."""
        options = self._options | options
        return self._asked(framework, "run", model, **options)

    def adapted(self, model: Model) -> dict[str, Outcome]:
        """What each adapter's own layers make of a chain, `chains.py`."""
        return {name: self._asked(name, "adapted", model) for name in self._workers}

    def _asked(self, name: str, job: str, model: Model, **options: Any) -> Outcome:
        answer = self._workers[name].ask(job, model=model.as_json(), **options)
        return Outcome(
            _arrays(answer.get("values", {})),
            _arrays(answer.get("gradients", {})),
            answer.get("unsupported"),
            answer.get("raised"),
        )

    def witness(self, framework: str, name: str) -> float:
        """What a witness of the framework returns."""
        answer: Any = self._workers[framework].ask("witness", name=name)["apart"]
        return answer

    def printed(self, framework: str, program: Path) -> str:
        """What a program prints in the framework's process."""
        answer: Any = self._workers[framework].ask("program", path=str(program))
        return answer["printed"]

    def run_all(self, model: Model, **options: Any) -> dict[str, Outcome]:
        """What each makes of it, all at once."""
        with ThreadPoolExecutor(len(self._workers)) as pool:
            outcomes = pool.map(
                lambda name: self.run(name, model, **options), self._workers
            )
            return dict(zip(self._workers, outcomes, strict=True))

    def of(self, names: Iterable[str], **options: Any) -> Frameworks:
        """The same workers, without the others, asked with these options."""
        workers = {name: self._workers[name] for name in names}
        return Frameworks(workers, self.missing, **self._options | options)


@contextmanager
def started(
    names: tuple[str, ...] = FRAMEWORKS, *, is_quick: bool = False
) -> Iterator[Frameworks]:
    """The frameworks of these names, as far as they are installed.

    Parameters
    ----------
    is_quick : bool
        Whether JAX leaves out what LLVM would improve.
    """
    settings = {
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests")]),
    } | ({"XLA_FLAGS": UNOPTIMISED} if is_quick else {})
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))

        def start(framework: str) -> Worker | str:
            try:
                return stack.enter_context(_worker(framework, folder, settings))
            except Missing as missing:
                return str(missing)

        with ThreadPoolExecutor(len(names)) as pool:
            found = dict(zip(names, pool.map(start, names), strict=True))
        yield Frameworks(
            {name: one for name, one in found.items() if isinstance(one, Worker)},
            {name: one for name, one in found.items() if isinstance(one, str)},
        )


def _worker(framework: str, folder: Path, settings: dict[str, str]) -> Worker:
    # Of one core each: models are so small that threads would only wait for each other.
    cores = machine.cores()
    return Worker(
        framework,
        folder,
        cores=[cores[FRAMEWORKS.index(framework) % len(cores)]],
        limit_seconds=LIMIT_SECONDS,
        module="random_models.worker",
        settings=settings,
    )


def _arrays(answer: dict[str, Any]) -> Arrays:
    return {
        name: np.array(each["elements"], each["dtype"]).reshape(each["shape"])
        for name, each in answer.items()
    }
