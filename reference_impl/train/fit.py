"""The loop of training: batches, steps, evaluations, and whom to tell."""

from __future__ import annotations

import contextlib
import functools
import math
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..core.compile import compile
from ..core.dtype import float64
from ..core.elements import tensor
from ..core.errors import DtypeError, NonFiniteError, RangeError
from ..core.number import check_at_least
from ..core.random import Key
from ..io.checkpoint import load_checkpoint
from ..optim import Optimiser
from .arguments import check_arguments
from .batches import Batches, fingerprint, pair
from .callback import Callback, Moment
from .checkpoint import Checkpoint, checkpoints, words
from .non_finite import first_non_finite, in_tree
from .state import Loss, State, Step, stepper

TRAIN_LOSS = "train_loss"


def fit(
    model: Any,
    loss: Loss,
    optimiser: Optimiser,
    loader: Batches,
    *,
    epochs: int | None = None,
    steps: int | None = None,
    key: Key | None = None,
    evaluate: Callable[[Any], Mapping[str, Any]] | None = None,
    evaluate_every: int | None = None,
    callbacks: Sequence[Callback] = (),
    compiled: bool = False,
    resume: str | os.PathLike[str] | None = None,
) -> State:
    """Train a model; the result's `model` is the trained one.

    Parameters
    ----------
    model : layer
    loss : function (prediction, y) -> scalar
    loader : data.Loader
        Or anything with a length, the number of batches in an epoch, whose
        `epoch(e, start=k)` yields batches (x, y) from the k-th on, in an order that is
        a function of e.
    epochs, steps : int
        Where training ends, counted from its very beginning. One of them is needed.
    key : Key, optional
        What the random numbers of layers are functions of, such as masks of dropout.
    evaluate : function model -> dict of numbers, optional
        Called after every epoch, or every `evaluate_every` steps; its numbers are
        scores beside `train_loss`, the mean over the examples since the last time.
    callbacks : sequence of Callback
        Told in this order what happens; a `Checkpoint` comes last wherever it stands.
    compiled : bool
        Whether the step is captured once and replayed. The results are the same bits.
    resume : path, optional
        A checkpoint, or a folder whose newest one is taken; from a folder without one
        training starts at the beginning. All else must be as it was, of which the data,
        the loss and the options of the optimiser are not looked at.

    Raises
    ------
    DtypeError, RangeError
        If an argument is of another kind, not just one of `epochs` and `steps` is
        given, a number is no integer, or negative, the loader has no batch, or
        `evaluate` has a score `train_loss`; if the checkpoint is of another key, or its
        loader made other batches.
    ShapeError
        If a batch is no pair (x, y), or has no example.
    NonFiniteError
        If the loss is infinite or not a number, or the rest of the state is when a
        checkpoint or the end is reached; the message names the first such tensor.
    FileError, TreeError
        If the checkpoint is damaged, or of another model, optimiser or callbacks; if
        the model is none that `State.init` takes.
    """
    _check_numbers(epochs, steps, evaluate_every)
    check_arguments(
        loss=loss,
        optimiser=optimiser,
        loader=loader,
        key=key,
        evaluate=evaluate,
        callbacks=callbacks,
    )
    step = stepper(loss, optimiser)
    run = _Run(
        state=State.init(model, optimiser, key),
        loss=loss,
        optimiser=optimiser,
        loader=loader,
        end=(epochs, steps),
        evaluate=evaluate,
        every=evaluate_every,
        # A stable order: what a checkpoint holds of the others must be up to date.
        callbacks=sorted(callbacks, key=lambda each: isinstance(each, Checkpoint)),
        take=compile(step) if compiled else step,
    )
    with contextlib.ExitStack() as stack:  # one that cannot be closed hinders no other
        for each in run.callbacks:
            stack.callback(each.close)
        run.begin(resume)
        while not run.is_over():
            run.rest_of_epoch()
        run.check_finite()
    return functools.reduce(lambda s, each: each.result(s), run.callbacks, run.state)


@dataclass
class _Run:
    """One training: what it was given, and how far it is."""

    state: State
    loss: Loss
    optimiser: Optimiser
    loader: Batches
    end: tuple[int | None, int | None]
    evaluate: Callable[[Any], Mapping[str, Any]] | None
    every: int | None
    callbacks: Sequence[Callback]
    take: Step

    previous: tuple[State, Any, Any] | None = None
    total: float = 0.0  # of the losses since the last evaluation, of `examples`
    examples: int = 0

    def begin(self, resume: str | os.PathLike[str] | None) -> None:
        """Start, or continue; tell the callbacks."""
        for each in self.callbacks:
            each.reset(self.state)
        path = None if resume is None else _newest(resume)
        if path is not None:
            self._recall(load_checkpoint(path, self.resumable()), path)
        for each in self.callbacks:
            each.begin(self._moment(math.nan))

    def is_over(self) -> bool:
        """Whether the end is reached, or a callback wants it."""
        done = int(self.state.epoch), int(self.state.step)
        is_reached = any(
            last is not None and number >= last
            for number, last in zip(done, self.end, strict=True)
        )
        return is_reached or any(each.wants_end() for each in self.callbacks)

    def rest_of_epoch(self) -> None:
        """Take the steps up to the end of the epoch, or of training."""
        number, start = int(self.state.epoch), int(self.state.position)
        for batch in self.loader.epoch(number, start=start):
            if self.is_over():
                return
            self._step(*pair("fit: loader", batch))
        if int(self.state.position) == 0:
            raise RangeError("fit: loader: a batch is needed, an epoch has none")
        self.state = self.state.next_epoch()
        if self.every is None:
            self._evaluate()

    def _step(self, x: Any, y: Any) -> None:
        state = self.state
        self.state, value = self.take(state, x, y)
        if not math.isfinite(loss := float(value)):
            raise self._non_finite(loss, state, x, y)
        self.previous = state, x, y
        self.total += loss * len(x)
        self.examples += len(x)
        if self.every is not None and int(self.state.step) % self.every == 0:
            self._evaluate(loss)
        for each in self.callbacks:
            each.after_step(self._moment(loss))

    def _evaluate(self, loss: float = math.nan) -> None:
        given = {} if self.evaluate is None else self.evaluate(self.state.model)
        if not isinstance(given, Mapping):
            raise DtypeError(
                f"fit: evaluate must return a dict of scores by name, a "
                f"{type(given).__name__} came"
            )
        if TRAIN_LOSS in given:
            raise RangeError(
                f"fit: evaluate: the score {TRAIN_LOSS!r} is fit's own; another name "
                f"is needed"
            )
        scores = {TRAIN_LOSS: self.total / max(self.examples, 1), **given}
        self.total, self.examples = 0.0, 0
        for each in self.callbacks:
            each.after_evaluation(self._moment(loss, scores))

    def _moment(self, loss: float, scores: Mapping[str, Any] | None = None) -> Moment:
        epochs, steps = self.end
        last = steps if epochs is None else epochs * len(self.loader)
        return Moment(self.state, loss, scores or {}, last, self._to_save)

    def resumable(self) -> dict[str, Any]:
        """All that the rest of training is a function of."""
        memories: dict[str, list[Any]] = {}  # by class: others may stand in between
        for each in self.callbacks:
            if (memory := each.memory()) is not None:
                memories.setdefault(type(each).__name__, []).append(memory)
        return {
            "state": self.state,
            "total": tensor(self.total, dtype=float64),
            "examples": tensor(self.examples),
            "loader": {
                "batches": tensor(len(self.loader)),
                "fingerprint": fingerprint(self.loader, int(self.state.epoch)),
            },
            "callbacks": memories,
        }

    def _to_save(self) -> dict[str, Any]:
        self.check_finite()
        return self.resumable()

    def check_finite(self) -> None:
        """Raise an error if steps have made what their losses do not show."""
        parts = ("params", "statistics", "optimiser")
        name = in_tree({part: getattr(self.state, part) for part in parts})
        if name is None or self.previous is None:
            return
        first = first_non_finite(self.loss, self.optimiser, *self.previous)
        raise NonFiniteError(
            f"fit: after step {int(self.state.step)}, {name} is not finite; the first "
            f"tensor of this step that is not finite is {first or name}"
        )

    def _recall(self, saved: dict[str, Any], path: Path) -> None:
        given, self.state = self.state.key, saved["state"]
        if words(given) != words(self.state.key):
            raise RangeError(
                f"fit: key: {path} is of training with the key of the words "
                f"{words(self.state.key)}, one of {words(given)} came"
            )
        self._check_loader(saved["loader"], path)
        self.total, self.examples = float(saved["total"]), int(saved["examples"])
        for each in self.callbacks:
            if each.memory() is not None:
                each.recall(saved["callbacks"][type(each).__name__].pop(0))

    def _check_loader(self, saved: dict[str, Any], path: Path) -> None:
        if (batches := int(saved["batches"])) != len(self.loader):
            raise RangeError(
                f"fit: loader: {path} is of a loader with {batches} batches an epoch, "
                f"one with {len(self.loader)} came"
            )
        came = fingerprint(self.loader, int(self.state.epoch))
        if came is not None and came.tolist() != saved["fingerprint"].tolist():
            raise RangeError(
                f"fit: loader: {path} is of one with another seed, order or batch size"
            )

    def _non_finite(self, loss: float, state: State, x: Any, y: Any) -> NonFiniteError:
        """The error that says where it began: in this step, or in the one before."""
        name = first_non_finite(self.loss, self.optimiser, state, x, y)
        step, batch = int(state.step) + 1, int(state.position)
        if self.previous is not None and (name or "").startswith("params."):
            # The optimiser made these parameters: of what?
            before = first_non_finite(self.loss, self.optimiser, *self.previous)
            name = f"{before or name} of step {step - 1}"
        return NonFiniteError(
            f"fit: the loss of step {step} is {loss} (batch {batch} of epoch "
            f"{int(state.epoch)}); the first tensor that is not finite is {name}"
        )


def _check_numbers(
    epochs: int | None, steps: int | None, evaluate_every: int | None
) -> None:
    if (epochs is None) == (steps is None):
        raise RangeError(
            f"fit: just one of epochs and steps is needed, {epochs} and {steps} came"
        )
    last = {"steps": steps} if epochs is None else {"epochs": epochs}
    check_at_least("fit", 0, **last)
    if evaluate_every is not None:
        check_at_least("fit", 1, evaluate_every=evaluate_every)


def _newest(resume: str | os.PathLike[str]) -> Path | None:
    """The file to continue from; nothing if a folder has none yet."""
    path = Path(resume)
    if path.suffix == ".safetensors":
        return path
    found = checkpoints(path)
    return found[-1] if found else None
