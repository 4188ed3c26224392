"""What a worker can be asked to do with its framework.

Imports nothing but NumPy, the zoo, and what is declared of adapters. Every public
method is a job: keyword arguments from JSON, a dict for JSON back, arrays through npz
files. `options` are those of the contract's `Trainer`.
"""

from __future__ import annotations

import importlib
import math
import resource
import sys
import time
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np

from adapters.contract import Unsupported
from adapters.zoo import MODELS
from adapters.zoo.model import Arrays, Model

from . import updates
from .arrays import named, under, unit
from .stopwatch import WARM_UP_SECONDS, WARM_UP_STEPS, Stopwatch

STEP_OF_SLOPE = 1e-6  # in units of a direction of length 1
TIMED_BATCHES = 64


class Jobs:
    """A framework, and the models that it is timing, by their modes."""

    def __init__(self, framework: str, trainer: Any, *, threads: int) -> None:
        self._framework, self._trainer = framework, trainer
        self._tensor = importlib.import_module(f"adapters.{framework}.tensor")
        self._data = importlib.import_module(f"adapters.{framework}.data")
        self._tensor.configure(threads)
        self._timed: dict[str, Stopwatch] = {}
        # The last trainer that was checked in each mode, and what it was made of.
        self._checked: dict[str, tuple[tuple[str, dict[str, Any]], Any]] = {}

    def versions(self) -> dict[str, str]:
        """The versions that results depend on."""
        return self._tensor.versions()

    def check(
        self,
        *,
        inputs: str,
        output: str,
        snapshots: list[int],
        with_slope: bool,
        noise_runs: int,
        patience_seconds: float,
        **options: Any,
    ) -> dict[str, Any]:
        """Compute forward, backward and a whole training; write what came out.

        A training ends early, after one of the snapshots, if the way to the next would
        take longer than `patience_seconds`. The answer has the `steps` that were made,
        or says why the model is `unsupported`.
        """
        arrays = _read(inputs)
        steps = len(arrays["order"])
        try:
            trainer = self._made(_start(arrays), options)
            results = self._before_training(trainer, arrays)
        except Unsupported as error:
            return {"unsupported": str(error)}
        if with_slope:
            results |= self._slopes(trainer, arrays, MODELS[options["model"]])
        if options.get("is_native"):
            found = self._declared(trainer, arrays, options, steps=snapshots[0])
            results |= named("declared", found)
        trainer.restart(_start(arrays))
        trained, made = self._training(trainer, arrays, snapshots, patience_seconds)
        results |= trained
        if made == steps:
            results["prediction"] = self._tested(trainer, arrays)
        for run in range(noise_runs):
            trainer.restart(_near(arrays, np.random.default_rng(run)))
            within = [step for step in snapshots if step <= made]
            for step, _ in self._stops(trainer, arrays, within):
                results |= named(f"after {step}, run {run}", trainer.parameters())
        _write(output, results)
        self._checked[options["mode"]] = (inputs, options), trainer
        return {"steps": made}

    def learn(
        self, *, inputs: str, output: str, noise_runs: int = 0, **options: Any
    ) -> dict[str, Any]:
        """Train, and write the losses and what is then predicted for the test data.

        Then as often again from parameters one rounding off: the same under `run 0`.
        """
        arrays = _read(inputs)
        trainer = self._made(_start(arrays), options)
        results = self._learned(trainer, arrays)
        for run in range(noise_runs):
            trainer.restart(_near(arrays, np.random.default_rng(run)))
            results |= named(f"run {run}", self._learned(trainer, arrays))
        _write(output, results)
        return {}

    def open(self, *, inputs: str, **options: Any) -> dict[str, Any]:
        """Get a trainer ready to be timed; how long its first step takes.

        It is new, unless the same has been checked here.
        """
        arrays = _read(inputs)
        made_of, trainer = self._checked.get(options["mode"], (None, None))
        if made_of != (inputs, options):
            trainer = self._made(_start(arrays), options)
        timed = Stopwatch(
            trainer=trainer,
            batches=list(self._batches(arrays, 0, TIMED_BATCHES)),
            sample=self._test_batch(arrays, 1),
            to_numpy=self._tensor.to_numpy,
            start=_start(arrays),
        )
        first_step_seconds = timed.first_step()
        if made_of != (inputs, options):
            timed.warm_up()
        self._timed[options["mode"]] = timed
        return {"first_step_seconds": first_step_seconds}

    def time_steps(self, *, mode: str, seconds: float) -> dict[str, Any]:
        """Seconds that one training step takes, measured over about a given time."""
        return {"seconds": self._timed[mode].step(seconds)}

    def time_predictions(self, *, mode: str, seconds: float) -> dict[str, Any]:
        """Seconds from one sample to its prediction, measured over a given time."""
        return {"seconds": self._timed[mode].prediction(seconds)}

    def has_trained(self, *, mode: str) -> dict[str, Any]:
        """Whether the steps that were timed have changed any parameter."""
        return {"has_trained": self._timed[mode].has_trained()}

    def layers(self, *, inputs: str, rounds: int, **options: Any) -> dict[str, Any]:
        """Seconds that every layer takes in each of some rounds, run op by op.

        See `Trainer.layer_seconds`; all rounds are on the first batch.
        """
        arrays = _read(inputs)
        trainer = self._made(_start(arrays), options)
        (batch,) = self._batches(arrays, 0, 1)
        until = time.perf_counter() + WARM_UP_SECONDS
        for _ in range(WARM_UP_STEPS):
            trainer.layer_seconds(batch)
            if time.perf_counter() > until:
                break
        found = [trainer.layer_seconds(batch) for _ in range(rounds)]
        names = MODELS[options["model"]].layers
        return {"layers": {name: [one[name] for one in found] for name in names}}

    def peak(self) -> dict[str, Any]:
        """The largest resident memory in bytes that this process has had."""
        if sys.platform == "darwin":
            return {"peak_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}
        # Linux starts `ru_maxrss` of a new process at its parent's.
        with open("/proc/self/status") as status:
            line = next(line for line in status if line.startswith("VmHWM:"))
        return {"peak_bytes": int(line.split()[1]) * 1024}

    def timeline(self, *, inputs: str, **options: Any) -> dict[str, Any]:
        """What is allocated and freed in a training step: the second of a training.

        The first step also makes what later ones find, such as velocities.
        """
        recorder = importlib.import_module(f"adapters.{self._framework}.memory")
        arrays = _read(inputs)

        def prepare() -> Any:
            trainer = self._made(_start(arrays), options)
            first, second = self._batches(arrays, 0, 2)
            trainer.train([first])
            return trainer, second

        def step(prepared: Any) -> None:
            trainer, batch = prepared
            trainer.train([batch])

        start, events = recorder.recorded(prepare, step)
        return {"start": start, "events": events}

    def _made(self, arrays: Arrays, options: dict[str, Any]) -> Any:
        """A trainer that starts from these parameters and statistics."""
        return self._trainer(arrays=arrays, **options)

    def _learned(self, trainer: Any, arrays: Arrays) -> Arrays:
        """The losses of a training, and predictions after it."""
        losses = trainer.train(self._batches(arrays))
        results = {f"losses/{n}": np.asarray(values) for n, values in losses.items()}
        return {"prediction": self._tested(trainer, arrays), **results}

    def _before_training(self, trainer: Any, arrays: Arrays) -> Arrays:
        """What the model makes of the first batch, and its gradients."""
        (batch,) = self._batches(arrays, 0, 1)
        results = named("activation", trainer.activations(batch))
        results["whole"] = self._tensor.to_numpy(trainer.predict(batch))
        # A prediction for one sample is what is timed, and may be compiled by itself.
        results["one"] = self._tensor.to_numpy(
            trainer.predict(self._test_batch(arrays, 1))
        )
        losses, gradients = trainer.gradients(batch)
        results |= {f"loss/{n}": np.asarray(loss) for n, loss in losses.items()}
        return results | named("gradient", gradients)

    def _training(
        self, trainer: Any, arrays: Arrays, snapshots: list[int], patience: float
    ) -> tuple[Arrays, int]:
        """Losses of a training, parameters on the way and at its end; and its steps."""
        results: Arrays = {}
        losses: dict[str, list[float]] = {}
        made, steps = 0, len(arrays["order"])
        for made, found in self._stops(
            trainer, arrays, [1, *snapshots, steps], patience=patience
        ):
            for name, values in found.items():
                losses.setdefault(name, []).extend(values)
            if made in snapshots:
                results |= named(f"after {made}", trainer.parameters())
            if made == steps:
                results |= named("trained", trainer.parameters())
        results |= {f"losses/{n}": np.asarray(v) for n, v in losses.items()}
        return results, made

    def _declared(
        self, trainer: Any, arrays: Arrays, options: dict[str, Any], *, steps: int
    ) -> Arrays:
        """The parameters after some steps, by what is declared of native updates."""
        model, start = MODELS[options["model"]], _start(arrays)
        trainer.restart(start)
        return updates.declared(
            trainer,
            self._batches(arrays, 0, steps),
            model,
            updates.formula(self._framework, options["mode"], **options["optimiser"]),
            probe=self._made(start, options) if len(model.objectives) > 1 else None,
        )

    def _stops(
        self,
        trainer: Any,
        arrays: Arrays,
        stops: list[int],
        *,
        patience: float = math.inf,
    ) -> Iterator[tuple[int, dict[str, list[float]]]]:
        """Train from one number of steps to the next; the losses between them.

        The pace of the last steps tells whether the next are worth waiting for; that of
        the first stop does not, because it may have compiled.
        """
        seconds_each = 0.0
        for start, stop in pairwise([0, *stops]):
            if (stop - start) * seconds_each > patience:
                return
            if stop > start:
                started = time.perf_counter()
                losses = trainer.train(self._batches(arrays, start, stop))
                passed = time.perf_counter() - started
                seconds_each = passed / (stop - start) if start else 0.0
                yield stop, losses

    def _slopes(self, trainer: Any, arrays: Arrays, model: Model) -> Arrays:
        """Each objective's derivative along a direction, by differences of itself.

        The direction is that of the parameters which the objective trains.
        """
        (batch,) = self._batches(arrays, 0, 1)
        start, everything = _start(arrays), under("direction", arrays)
        slopes: Arrays = {}
        for objective in model.objectives:
            names = model.trained(objective)
            direction = unit({n: everything[n] for n in names})
            losses = []
            for h in (STEP_OF_SLOPE, -STEP_OF_SLOPE):
                moved = start | {n: start[n] + h * direction[n] for n in names}
                trainer.restart(moved)
                losses.append(trainer.gradients(batch)[0][objective])
            slope = (losses[0] - losses[1]) / (2 * STEP_OF_SLOPE)
            slopes[f"slope/{objective}"] = np.asarray(slope)
        return slopes

    def _batches(
        self, arrays: Arrays, start: int = 0, stop: int | None = None
    ) -> Iterator[dict[str, Any]]:
        """The framework's batches, of all steps or of those between two numbers."""
        steps = slice(start, stop)
        noise = {n: a[steps] for n, a in under("noise", arrays).items()}
        yield from self._data.batches(
            under("train", arrays), noise, arrays["order"][steps]
        )

    def _test_batch(self, arrays: Arrays, count: int | None = None) -> dict[str, Any]:
        return {
            name: self._tensor.from_numpy(array[:count])
            for name, array in under("test", arrays).items()
        }

    def _tested(self, trainer: Any, arrays: Arrays) -> np.ndarray:
        return self._tensor.to_numpy(trainer.predict(self._test_batch(arrays)))


def _start(arrays: Arrays) -> Arrays:
    """What a training starts from: parameters and statistics."""
    return under("parameter", arrays) | under("statistic", arrays)


def _near(arrays: Arrays, rng: np.random.Generator) -> Arrays:
    """The same with every parameter one rounding off."""
    return _start(arrays) | one_ulp_off(under("parameter", arrays), rng)


def one_ulp_off(arrays: Arrays, rng: np.random.Generator) -> Arrays:
    """Arrays whose every number is its neighbour above or below, as chance has it."""
    ends = np.array([-np.inf, np.inf])
    return {
        # Towards an infinity of the array's own dtype: its neighbours are meant.
        n: np.nextafter(a, ends.astype(a.dtype)[rng.integers(0, 2, a.shape)])
        for n, a in arrays.items()
    }


def _read(path: str) -> Arrays:
    with np.load(path, allow_pickle=False) as file:
        return dict(file)


def _write(path: str, arrays: dict[str, Any]) -> None:
    np.savez(path, **arrays)
