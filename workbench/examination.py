"""What a trainer is made to show: forward, backward, slopes, and whole trainings.

Results are arrays by name; `Experiment.shapes` lists them.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np

from adapters.contract import Arrays, Model

from .arrays import named
from .inputs import Inputs

STEPS_OF_SLOPE = (1e-6, 1e-8)  # in units of a direction of length 1

Losses = dict[str, list[float]]


def before_training(trainer: Any, inputs: Inputs) -> Arrays:
    """What layers make of the first batch, and its gradients; and two predictions."""
    batch = inputs.first_batch()
    results = named("activation", trainer.activations(batch))
    # Layers are asked one by one; what is timed and used is the model as a whole. It is
    # asked now, as of what float32 has trained no prediction can be asked.
    results["whole"] = inputs.predicted(trainer, inputs.test_batch())
    # A prediction for one sample is what is timed, and may be compiled by itself.
    results["one"] = inputs.predicted(trainer, inputs.test_batch(1))
    losses, gradients = trainer.gradients(batch)
    return results | _arrays("loss", losses) | named("gradient", gradients)


def slopes(trainer: Any, inputs: Inputs, model: Model) -> Arrays:
    """Each objective's derivative along a direction, by differences of itself.

    The direction is that of the parameters which the objective trains. There are two,
    over a long way and a short one: over a kink, as a relu has, the long one is off.
    """
    batch = inputs.first_batch()

    def loss(objective: str, h: float) -> float:
        trainer.restart(inputs.along(model.trained(objective), h))
        return trainer.gradients(batch)[0][objective]

    found = {
        name: [(loss(name, h) - loss(name, -h)) / (2 * h) for h in STEPS_OF_SLOPE]
        for name in model.objectives
    }
    return _arrays("slope", found)


def training(
    trainer: Any, inputs: Inputs, snapshots: list[int], patience: float
) -> tuple[Arrays, int]:
    """Losses of a training, parameters on the way and at its end; and its steps.

    It ends early, after a snapshot, if the way to the next would take longer than
    `patience` seconds; only at its end is anything predicted.
    """
    results: Arrays = {}
    losses: Losses = {}
    made = 0
    stops = [1, *snapshots, inputs.steps]
    trainer.restart(inputs.start)
    for made, found in _stops(trainer, inputs, stops, patience=patience):
        _extend(losses, found)
        if made in snapshots:
            results |= named(f"after {made}", trainer.parameters())
    results |= _arrays("losses", losses)
    if made == inputs.steps:
        results |= named("trained", trainer.parameters())
        results["prediction"] = inputs.predicted(trainer, inputs.test_batch())
    return results, made


def with_noise(
    trainer: Any, inputs: Inputs, run: int, *, snapshots: list[int]
) -> Arrays:
    """Parameters on the way of a training that starts one rounding off.

    And its losses up to the first snapshot.
    """
    results: Arrays = {}
    trainer.restart(inputs.near(run))
    for step, losses in _stops(trainer, inputs, snapshots):
        if not results:
            results |= _arrays(f"first losses, run {run}", losses)
        results |= named(f"after {step}, run {run}", trainer.parameters())
    return results


def learned(trainer: Any, inputs: Inputs, start: Arrays) -> Arrays:
    """The losses of a training, and predictions after it."""
    trainer.restart(start)
    results = _arrays("losses", trainer.train(inputs.batches()))
    return {"prediction": inputs.predicted(trainer, inputs.test_batch()), **results}


def _stops(
    trainer: Any, inputs: Inputs, stops: list[int], *, patience: float = math.inf
) -> Iterator[tuple[int, Losses]]:
    """Train from one number of steps to the next; the losses between them.

    The pace so far tells whether the next are worth waiting for. It is that of the
    fastest half of a way between stops, as a busy machine may slow the other; that up
    to the first stop does not count, because it may have compiled.
    """
    fastest = 0.0
    for start, stop in pairwise([0, *stops]):
        if (stop - start) * fastest > patience:
            return
        losses: Losses = {}
        for first, last in pairwise([start, (start + stop) // 2, stop]):
            if last > first:
                started = time.perf_counter()
                _extend(losses, trainer.train(inputs.batches(first, last)))
                pace = (time.perf_counter() - started) / (last - first)
                fastest = min(fastest or pace, pace) if start else 0.0
        if stop > start:
            yield stop, losses


def _extend(losses: Losses, found: Losses) -> None:
    for name, values in found.items():
        losses.setdefault(name, []).extend(values)


def _arrays(prefix: str, values: Any) -> Arrays:
    return named(prefix, {name: np.asarray(value) for name, value in values.items()})
