"""Train by whole recipes, each framework in its first mode, on all cores at once."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from adapters.contract import Arrays
from adapters.zoo import MODELS

from .. import machine, sanity
from ..arrays import named, under
from ..comparison import Progress
from ..distances import relative
from ..experiment import Experiment
from ..laboratory import Laboratory, share_out
from ..process import Failed, Missing, written
from .plan import Task
from .store import Store, Training

NOISE_RUN = "run 0"


@dataclass(frozen=True)
class Troubles:
    """Why there are not all trainings.

    Attributes
    ----------
    missing : dict
        By framework: how to get what is not installed, which is nobody's mistake.
    failed : dict
        By framework or training.
    """

    missing: dict[str, str] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)


def train_all(
    tasks: Sequence[Task],
    store: Store,
    laboratory: Laboratory,
    progress: Progress = lambda what, done, total: None,
) -> tuple[list[Training], Troubles]:
    """Train what the store has not got yet, and keep each training at once.

    Returns
    -------
    The trainings of the tasks by today's versions, old and new; and why others are not
    there. What failed is no longer in the store, whatever was there before.
    """
    versions, troubles = _versions(tasks, laboratory)
    waiting = [
        task
        for task in tasks
        if task.framework in versions and _done(task, store, versions) is None
    ]
    numbers, total = itertools.count(1), len(waiting)

    def work(task: Task, cores: list[int]) -> tuple[Training | None, str]:
        return _trained(task, laboratory, cores)

    def done(task: Task, result: tuple[Training | None, str]) -> None:
        training, trouble = result
        if training is not None:
            store.keep(training)
        else:
            store.forget(task.place)
            troubles.failed[str(task)] = trouble
        progress(f"{task}: {_said(training, trouble)}", next(numbers), total)

    share_out(waiting, [[core] for core in laboratory.cores], work, done)
    found = (_done(task, store, versions) for task in tasks)
    return [training for training in found if training is not None], troubles


def _done(
    task: Task, store: Store, versions: dict[str, dict[str, str]]
) -> Training | None:
    """The training of a task by today's versions, if the store has it."""
    known = store.training(task.place)
    own = versions.get(task.framework)
    if known is None or own is None or not task.is_done(known, own):
        return None
    return known


def _versions(
    tasks: Sequence[Task], laboratory: Laboratory
) -> tuple[dict[str, dict[str, str]], Troubles]:
    """The versions of all frameworks that there are, and why others are not there."""
    found, troubles = {}, Troubles()
    for i, name in enumerate(dict.fromkeys(task.framework for task in tasks)):
        core = laboratory.cores[i % len(laboratory.cores)]
        try:
            found[name] = laboratory.shared(name, [core]).versions
        except Missing as missing:
            troubles.missing[name] = str(missing)
        except Failed as failed:
            troubles.failed[name] = str(failed)
    return found, troubles


def _trained(
    task: Task, laboratory: Laboratory, cores: list[int]
) -> tuple[Training | None, str]:
    """A training, or why there is none."""
    one = task.experiment
    try:
        worker = laboratory.shared(task.framework, cores)
        results = _results(task, worker, laboratory.folder)
    except (Missing, Failed) as error:
        laboratory.dismiss(task.framework, cores)
        return None, str(error)
    if trouble := sanity.not_finite(results, in_training=True):
        return None, trouble
    metric = one.metric(results["prediction"])
    training = Training(
        experiment=one.id,
        model=one.model,
        framework=task.framework,
        mode=task.mode,
        seed=one.seed,
        versions=worker.versions,
        metric=metric["name"],
        value=metric["value"],
        noise=_noise(one, results) if task.with_noise else None,
        source=task.source,
        machine=machine.description(),
    )
    return training, ""


def _results(task: Task, worker: Any, folder: Path) -> Arrays:
    """What a framework writes after training."""
    # An interrupted one may have a worker that still writes to it.
    with tempfile.TemporaryDirectory(dir=folder, ignore_cleanup_errors=True) as place:
        inputs, output = Path(place, "inputs.npz"), Path(place, "output.npz")
        arrays = task.experiment.inputs("float32")
        np.savez(inputs, allow_pickle=False, **arrays)
        worker.ask(
            "learn",
            inputs=str(inputs),
            output=str(output),
            noise_runs=int(task.with_noise),
            **task.experiment.options(task.mode),
        )
        results = written(output, "learn")
    _demand(results, task.experiment, "learn")
    if task.with_noise:
        _demand(under(NOISE_RUN, results), task.experiment, f"learn, {NOISE_RUN}")
    return results


def _demand(results: Arrays, one: Experiment, which: str) -> None:
    """Refuse what lacks a loss or the predictions, of whatever shape these are."""
    losses = dict.fromkeys(MODELS[one.model].objectives, (one.steps,))
    shapes = {"prediction": None} | named("losses", losses)
    if trouble := sanity.misshapen(results, shapes, "float32"):
        raise Failed(f"{which}: {trouble}")


def _noise(one: Experiment, results: Arrays) -> dict[str, Any]:
    """What one rounding of the first values has done to the metric and the losses."""
    again = under(NOISE_RUN, results)
    near = under("losses", again)
    return {
        "value": one.metric(again["prediction"])["value"],
        "losses": {
            str(step): max(
                relative(near[name][:step], losses[:step])
                for name, losses in under("losses", results).items()
            )
            for step in moments(one.steps)
        },
    }


def moments(steps: int) -> list[int]:
    """The steps 1, 2, 5, 10, 20, ... of a training, and its last."""
    rounds = (
        digit * 10**power for power in range(len(str(steps))) for digit in (1, 2, 5)
    )
    return [*(step for step in rounds if step < steps), steps]


def _said(training: Training | None, trouble: str) -> str:
    if training is None:
        return trouble
    return f"{training.metric} {training.value:.4g}"
