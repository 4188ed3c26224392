"""What a worker can be asked to do with its framework.

Imports nothing but NumPy and the contract. Every public method is a job: keyword
arguments from JSON, a dict for JSON back, arrays through npz files.
"""

from __future__ import annotations

import importlib
import resource
import sys
import time
from typing import Any

import numpy as np

from adapters.contract import Arrays

from .arrays import under, unit

STEP_OF_SLOPE = 1e-6  # in units of a direction of length 1
WARM_UP_STEPS = 20
# Timed steps must not train: a model that has converged computes with denormal numbers,
# which some processors multiply a hundred times slower.
LR_WHILE_TIMED = 1e-6


class Jobs:
    """A framework, and the model that it is timing."""

    def __init__(self, framework: str, trainer: Any, *, threads: int) -> None:
        self._framework, self._trainer = framework, trainer
        self._tensor = importlib.import_module(f"adapters.{framework}.tensor")
        self._data = importlib.import_module(f"adapters.{framework}.data")
        self._tensor.configure(threads)

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
        **options: Any,
    ) -> dict[str, Any]:
        """Compute forward, backward and a whole training; write what came out."""
        arrays = _read(inputs)
        start = under("parameter", arrays)
        trainer = self._trainer(parameters=start, **options)
        x, y = next(iter(self._batches(arrays, arrays["order"][:1])))
        results = {f"activation/{n}": a for n, a in trainer.activations(x).items()}
        results["whole"] = self._tensor.to_numpy(trainer.predict(x))
        loss, gradients = trainer.loss_and_gradients(x, y)
        results["loss"] = np.asarray(loss)
        results |= {f"gradient/{n}": g for n, g in gradients.items()}
        if with_slope:
            results["slope"] = np.asarray(self._slope(arrays, start, x, y, options))
        losses = []
        for step, (x, y) in enumerate(self._batches(arrays, arrays["order"]), start=1):
            losses.append(float(self._tensor.to_numpy(trainer.step(x, y)).reshape(())))
            if step in snapshots:
                now = trainer.parameters()
                results |= {f"after {step}/{n}": p for n, p in now.items()}
        results |= {f"trained/{n}": p for n, p in trainer.parameters().items()}
        for run in range(noise_runs):
            near = one_ulp_off(start, np.random.default_rng(run))
            again = self._trainer(parameters=near, **options)
            steps = arrays["order"][: max(snapshots, default=0)]
            for step, (x, y) in enumerate(self._batches(arrays, steps), start=1):
                again.step(x, y)
                if step in snapshots:
                    now = again.parameters()
                    moment = f"after {step}, run {run}"
                    results |= {f"{moment}/{n}": p for n, p in now.items()}
        test_x = self._tensor.from_numpy(arrays["test_x"])
        results["prediction"] = self._tensor.to_numpy(trainer.predict(test_x))
        np.savez(output, losses=losses, **results)
        return {}

    def open(self, *, inputs: str, **options: Any) -> dict[str, Any]:
        """Build the model that will be timed; how long its first step takes."""
        arrays = _read(inputs)
        self._timed_batches = list(self._batches(arrays, arrays["order"]))
        self._position = 0
        self._sample = self._tensor.from_numpy(arrays["test_x"][:1])
        options["lr"] = LR_WHILE_TIMED
        self._timed = self._trainer(parameters=under("parameter", arrays), **options)
        started = time.perf_counter()
        self._steps(1)
        first_step_seconds = time.perf_counter() - started
        self._steps(WARM_UP_STEPS)
        self._predictions(WARM_UP_STEPS)
        return {"first_step_seconds": first_step_seconds}

    def time_steps(self, *, seconds: float) -> dict[str, Any]:
        """Seconds that one training step takes, measured over a given time."""
        return {"seconds": _seconds_each(self._steps, seconds)}

    def time_predictions(self, *, seconds: float) -> dict[str, Any]:
        """Seconds from one sample to its prediction, measured over a given time."""
        return {"seconds": _seconds_each(self._predictions, seconds)}

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
            trainer = self._trainer(parameters=under("parameter", arrays), **options)
            first, second = self._batches(arrays, arrays["order"][:2])
            trainer.step(*first)
            return trainer, second

        def step(prepared: Any) -> None:
            trainer, batch = prepared
            trainer.step(*batch)

        start, events = recorder.recorded(prepare, step)
        return {"start": start, "events": events}

    def _batches(self, arrays: Arrays, order: np.ndarray) -> Any:
        return self._data.batches(arrays["train_x"], arrays["train_y"], order)

    def _slope(
        self, arrays: Arrays, start: Arrays, x: Any, y: Any, options: dict[str, Any]
    ) -> float:
        """The derivative along the direction, by differences of its own loss."""
        direction = unit(under("direction", arrays))
        losses = []
        for sign in (1, -1):
            h = sign * STEP_OF_SLOPE
            moved = {n: p + h * direction[n] for n, p in start.items()}
            losses.append(
                self._trainer(parameters=moved, **options).loss_and_gradients(x, y)[0]
            )
        return (losses[0] - losses[1]) / (2 * STEP_OF_SLOPE)

    def _steps(self, count: int) -> None:
        loss = None
        for _ in range(count):
            x, y = self._timed_batches[self._position % len(self._timed_batches)]
            self._position += 1
            loss = self._timed.step(x, y)
        self._tensor.to_numpy(loss)  # waits for frameworks that compute later

    def _predictions(self, count: int) -> None:
        for _ in range(count):
            self._tensor.to_numpy(self._timed.predict(self._sample))


def one_ulp_off(arrays: Arrays, rng: np.random.Generator) -> Arrays:
    """Arrays whose every number is its neighbour above or below, as chance has it."""
    ends = np.array([-np.inf, np.inf])
    return {
        # Towards an infinity of the array's own dtype: its neighbours are meant.
        n: np.nextafter(a, ends.astype(a.dtype)[rng.integers(0, 2, a.shape)])
        for n, a in arrays.items()
    }


def _seconds_each(repeat: Any, seconds: float) -> float:
    """The time that one of many repetitions takes, asking the clock once a batch."""
    count, batch = 0, 1
    started = time.perf_counter()
    while (passed := time.perf_counter() - started) < seconds:
        repeat(batch)
        count += batch
        batch = min(2 * batch, 64)
    return passed / count


def _read(path: str) -> Arrays:
    with np.load(path, allow_pickle=False) as file:
        return dict(file)
