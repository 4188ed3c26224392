"""Callbacks: what `fit` tells others while it trains.

A callback inherits from `Callback` and defines the methods that it needs. It sees the
state and cannot change it; what it can do is to end training, and to choose the state
that `fit` returns.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..core.errors import RangeError
from ..core.number import real_number
from .state import State


@dataclass(frozen=True)
class Moment:
    """What is known at one moment of training.

    Attributes
    ----------
    state : State
    loss : float
        Of the last step.
    scores : mapping of str to number
        At an evaluation, what the function `evaluate` returned, and as `train_loss` the
        mean loss of the examples since the evaluation before; empty after a step.
    steps : int, optional
        How many there will be at the end, where that is known.
    resumable : function () -> tree of tensors
        All that a checkpoint must hold.
    """

    state: State
    loss: float = float("nan")
    scores: Mapping[str, Any] = field(default_factory=dict)
    steps: int | None = None
    resumable: Callable[[], Any] = dict

    @property
    def step(self) -> int:
        """The number of steps that were taken."""
        return int(self.state.step)

    @property
    def epoch(self) -> int:
        """The number of epochs that are complete."""
        return int(self.state.epoch)


class Callback:
    """Something that `fit` tells what happens; every method may be left as it is."""

    def reset(self, state: State) -> None:
        """Forget what an earlier training has left; a new one has this first state."""

    def recall(self, memory: Any) -> None:
        """Take back what `memory` was when a checkpoint was written."""

    def begin(self, moment: Moment) -> None:
        """Training begins, or continues from a checkpoint."""

    def after_step(self, moment: Moment) -> None:
        """A step was taken."""

    def after_evaluation(self, moment: Moment) -> None:
        """The model was evaluated: after an epoch, or every so many steps."""

    def wants_end(self) -> bool:
        """Whether training should end now; asked before every step."""
        return False

    def memory(self) -> Any:
        """What a checkpoint must hold of this callback, a tree of tensors.

        Its structure, shapes and dtypes must be the same whenever it is asked for.
        """
        return None

    def result(self, state: State) -> State:
        """The state that `fit` returns, given the last one."""
        return state

    def close(self) -> None:
        """Training is over, by an error perhaps: let go of files and screens."""


def named_score(who: str, moment: Moment, name: str) -> float:
    """A score by its name, as a number.

    Raises
    ------
    DtypeError, RangeError
        If it is no single number, or there is none; the message lists those there are.
    """
    if name not in moment.scores:
        known = ", ".join(map(str, moment.scores))
        raise RangeError(f"{who}: there is no score {name!r}; there are {known}")
    return real_number(f"{who}: the score {name!r}", moment.scores[name])


def is_better(came: float, best: float, *, larger: bool, change: float = 0.0) -> bool:
    """Whether a score beats the best by more than a change; NaN beats nothing."""
    return came - best > change if larger else best - came > change


def line(scores: Mapping[str, Any]) -> str:
    """The scores that are single numbers, for a person's eyes."""
    return "  ".join(f"{name} {x:.4g}" for name, x in numbers(scores).items())


def numbers(scores: Mapping[str, Any]) -> dict[str, float]:
    """The scores that are single numbers; a confusion matrix is none."""
    return {name: float(x) for name, x in scores.items() if np.ndim(x) == 0}
