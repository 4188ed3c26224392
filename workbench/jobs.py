"""What a worker can be asked to do with its framework.

Imports nothing but NumPy, the zoo, and what is declared of adapters. Every public
method is a job: keyword arguments from JSON, a dict for JSON back, arrays through npz
files. `options` are those of the contract's `Trainer`.
"""

from __future__ import annotations

import importlib
import resource
import sys
import time
from typing import Any

import numpy as np

from adapters.contract import Unsupported
from adapters.zoo import MODELS
from adapters.zoo.model import Arrays

from . import examination, updates
from .affinity import pin
from .arrays import named
from .inputs import Inputs
from .stopwatch import WARM_UP_SECONDS, WARM_UP_STEPS, Stopwatch

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
        read, model = self._read(inputs), MODELS[options["model"]]
        try:
            trainer = self._trainer(arrays=read.start, **options)
            results = examination.before_training(trainer, read)
        except Unsupported as error:
            return {"unsupported": str(error)}
        if with_slope:
            results |= examination.slopes(trainer, read, model)
        if options.get("is_native"):
            found = self._declared(trainer, read, options, steps=snapshots[0])
            results |= named("declared", found)
        trained, made = examination.training(trainer, read, snapshots, patience_seconds)
        results |= trained
        within = [step for step in snapshots if step <= made]
        for run in range(noise_runs):
            results |= examination.with_noise(trainer, read, run, snapshots=within)
        _write(output, results)
        self._checked[options["mode"]] = (inputs, options), trainer
        return {"steps": made}

    def learn(
        self, *, inputs: str, output: str, noise_runs: int = 0, **options: Any
    ) -> dict[str, Any]:
        """Train, and write the losses and what is then predicted for the test data.

        Then as often again from parameters one rounding off: the same under `run 0`.
        """
        read = self._read(inputs)
        trainer = self._trainer(arrays=read.start, **options)
        results = examination.learned(trainer, read, read.start)
        for run in range(noise_runs):
            again = examination.learned(trainer, read, read.near(run))
            results |= named(f"run {run}", again)
        _write(output, results)
        return {}

    def open(self, *, inputs: str, seconds: float, **options: Any) -> dict[str, Any]:
        """Get a trainer ready to be timed; how long its first step takes.

        It is new, unless the same has been checked here. Rounds of its steps will take
        about the given time.
        """
        read = self._read(inputs)
        made_of, trainer = self._checked.get(options["mode"], (None, None))
        is_new = made_of != (inputs, options)
        if is_new:
            trainer = self._trainer(arrays=read.start, **options)
        timed = Stopwatch(
            model=MODELS[options["model"]],
            trainer=trainer,
            batches=list(read.batches(0, TIMED_BATCHES)),
            sample=read.test_batch(1),
            to_numpy=self._tensor.to_numpy,
            start=read.start,
        )
        first_step_seconds = timed.first_step()
        if is_new:
            timed.warm_up()
        timed.settle(seconds)
        self._timed[options["mode"]] = timed
        return {"first_step_seconds": first_step_seconds}

    def move(self, *, cores: list[int]) -> dict[str, Any]:
        """Go on on other cores."""
        pin(cores)
        return {}

    def time_steps(self, *, mode: str) -> dict[str, Any]:
        """Seconds that one training step takes, measured over a round."""
        return {"seconds": self._timed[mode].step()}

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
        read = self._read(inputs)
        trainer = self._trainer(arrays=read.start, **options)
        batch = read.first_batch()
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
        read = self._read(inputs)

        def prepare() -> Any:
            trainer = self._trainer(arrays=read.start, **options)
            first, second = read.batches(0, 2)
            trainer.train([first])
            return trainer, second

        def step(prepared: Any) -> None:
            trainer, batch = prepared
            trainer.train([batch])

        start, events = recorder.recorded(prepare, step)
        return {"start": start, "events": events}

    def _read(self, path: str) -> Inputs:
        return Inputs(path, self._tensor, self._data)

    def _declared(
        self, trainer: Any, read: Inputs, options: dict[str, Any], *, steps: int
    ) -> Arrays:
        """The parameters after some steps, by what is declared of native updates."""
        model, probe = MODELS[options["model"]], None
        if len(model.objectives) > 1:
            probe = self._trainer(arrays=read.start, **options)
        known = updates.formula(
            self._framework, options["mode"], **options["optimiser"]
        )
        trainer.restart(read.start)
        return updates.declared(
            trainer, read.batches(0, steps), model, known, probe=probe
        )


def _write(path: str, arrays: dict[str, Any]) -> None:
    np.savez(path, **arrays)
