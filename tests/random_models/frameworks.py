"""All frameworks that are installed, each in a process that lives for many models."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from random_models.model import Model
from random_models.worker import LAYERS

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
    """Workers by framework, and why others are missing."""

    def __init__(self, workers: dict[str, Worker], missing: dict[str, str]) -> None:
        self._workers, self.missing = workers, missing
        self.versions = {name: worker.versions for name, worker in workers.items()}

    def __iter__(self) -> Iterator[str]:
        return iter(self._workers)

    def run(self, framework: str, model: Model, **options: Any) -> Outcome:
        """What one framework makes of a model; `worker.Jobs.run` has the options."""
        answer = self._workers[framework].ask("run", model=model.as_json(), **options)
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

    def run_all(self, model: Model) -> dict[str, Outcome]:
        """What each makes of it, all at once."""
        with ThreadPoolExecutor(len(self._workers)) as pool:
            outcomes = pool.map(lambda name: self.run(name, model), self._workers)
            return dict(zip(self._workers, outcomes, strict=True))


@contextmanager
def started(
    names: tuple[str, ...] = FRAMEWORKS,
    layers: Path = LAYERS,
    *,
    is_quick: bool = False,
) -> Iterator[Frameworks]:
    """The frameworks of these names, as far as they are installed.

    Parameters
    ----------
    layers : Path
        The folder with the tables of layers.
    is_quick : bool
        Whether JAX leaves out what LLVM would improve.
    """
    settings = {
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests")]),
        "RANDOM_MODELS_LAYERS": str(layers),
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
    return Worker(
        framework,
        folder,
        cores=machine.cores(),
        limit_seconds=LIMIT_SECONDS,
        module="random_models.worker",
        settings=settings,
    )


def _arrays(answer: dict[str, Any]) -> Arrays:
    return {
        name: np.array(each["elements"], each["dtype"]).reshape(each["shape"])
        for name, each in answer.items()
    }
