"""A process with one framework in it, which trains one model in one mode.

    python -m benchmarks.worker FRAMEWORK CORE,CORE

`workbench.worker` says how it is asked; what can be asked are the methods of `Jobs`.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from workbench.arrays import under
from workbench.worker import serve

from .agreement import CHECKED_STEPS

# How often the loss is read: frameworks that compute later may do so in between.
STEPS_AT_ONCE = 8
WARM_UP = 1 / 6  # of the time that is measured


class Jobs:
    """A model in training, and how long its steps and its answers take."""

    def __init__(self, module: ModuleType, cores: int) -> None:
        self._module = module
        # There may be more cores than threads, for what compiles.
        self._module.configure(int(os.environ.get("OMP_NUM_THREADS", cores)))
        self._position = 0

    def versions(self) -> dict[str, str]:
        """The versions that results depend on."""
        return self._module.versions()

    def open(self, *, inputs: str, output: str, **options: str) -> dict[str, Any]:
        """Build the model that will be timed, and let it begin.

        Seconds are those from a built model to the end of its first step, and to that
        of its first answer; bytes are by how much the process grew meanwhile.
        """
        self._build(inputs, "float32", options)
        training = _Watch()
        losses = [self._step()]
        first_step_seconds = training.seconds()
        losses += [self._step() for _ in range(CHECKED_STEPS - 1)]
        peak_bytes = training.peak_bytes()
        after = self._run.parameters()
        answering = _Watch()
        answer = self._answer(0)
        seconds = {"training": first_step_seconds, "inference": answering.seconds()}
        peaks = {"training": peak_bytes, "inference": answering.peak_bytes()}
        _write(output, losses, after, answer)
        return {"first_step_seconds": seconds, "peak_bytes": peaks}

    def truth(self, *, inputs: str, output: str, **options: str) -> dict[str, Any]:
        """What training should give, computed in float64, apart from what is timed."""
        apart = type(self)(self._module, 1)
        apart._build(inputs, "float64", options)
        losses = [apart._step() for _ in range(CHECKED_STEPS)]
        _write(output, losses, apart._run.parameters(), apart._answer(0))
        return {}

    def time(self, *, phase: str, seconds: float) -> dict[str, float]:
        """Seconds for one of many training steps, or answers to one sample."""
        once = {"training": self._steps, "inference": self._answer}[phase]
        _seconds_each(once, WARM_UP * seconds)
        found = _seconds_each(once, seconds)
        return {"seconds": found / (STEPS_AT_ONCE if phase == "training" else 1)}

    def _build(self, inputs: str, dtype: str, options: dict[str, str]) -> None:
        with np.load(inputs, allow_pickle=False) as file:
            arrays = {n: _in_dtype(a, dtype) for n, a in file.items()}
        start = under("parameter", arrays)
        self._run = self._module.Run(options.pop("network"), start, **options)
        self._xs = [self._run.tensor(x) for x in arrays["x"]]
        self._ys = [self._run.tensor(y) for y in arrays["y"]]
        self._samples = [self._run.tensor(x[:1]) for x in arrays["x"]]

    def _step(self) -> float:
        """The loss of one step, once it is there."""
        x = self._xs[self._position % len(self._xs)]
        y = self._ys[self._position % len(self._ys)]
        self._position += 1
        return float(self._run.array(self._run.step(x, y)))

    def _steps(self, number: int) -> None:
        """Several steps, of which the last loss is read."""
        run, xs, ys = self._run, self._xs, self._ys
        loss = None
        for position in range(self._position, self._position + STEPS_AT_ONCE):
            loss = run.step(xs[position % len(xs)], ys[position % len(ys)])
        self._position += STEPS_AT_ONCE
        run.array(loss)

    def _answer(self, number: int) -> np.ndarray:
        """The output for one sample, as an array."""
        x = self._samples[number % len(self._samples)]
        return self._run.array(self._run.predict(x))


class _Watch:
    """Seconds, and the largest resident memory, since it was made."""

    def __init__(self) -> None:
        self._before: int | None = None
        status = Path("/proc/self/status")
        if status.exists():
            Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
            self._before = _resident_bytes("VmHWM")
        self._started = time.perf_counter()

    def seconds(self) -> float:
        return time.perf_counter() - self._started

    def peak_bytes(self) -> int | None:
        """Above what was there at the start; nothing where the system does not say."""
        if self._before is None:
            return None
        # Linux counts in batches for each thread, so the peak may seem to be below.
        return max(0, _resident_bytes("VmHWM") - self._before)


def _resident_bytes(name: str) -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    line = next(line for line in lines if line.startswith(f"{name}:"))
    return int(line.split()[1]) * 1024


def _seconds_each(once: Callable[[int], Any], seconds: float) -> float:
    """How long one call takes, of as many as there is time for."""
    count, started = 0, time.perf_counter()
    while (passed := time.perf_counter() - started) < seconds:
        once(count)
        count += 1
    return passed / count


def _in_dtype(array: np.ndarray, dtype: str) -> np.ndarray:
    return array.astype(dtype) if array.dtype.kind == "f" else array


def _write(
    path: str, losses: list[float], parameters: dict[str, Any], output: np.ndarray
) -> None:
    arrays = {f"parameter/{name}": p for name, p in parameters.items()}
    np.savez(path, losses=losses, output=output, **arrays)


if __name__ == "__main__":
    serve(f"benchmarks.models.{sys.argv[1]}", Jobs, sys.argv[2])
