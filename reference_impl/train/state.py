"""The state of training, and the function from one state to the next.

All that a step reads and all that it makes is one tree: two steps are a composition,
a checkpoint is this tree in a file, and going on from it repeats what would have been,
bit for bit.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

from ..core import tree
from ..core.autodiff import value_and_grad
from ..core.elements import tensor
from ..core.errors import DtypeError
from ..core.random import Key, fold_in
from ..core.tensor import Tensor
from ..nn import combine, partition
from ..optim import Optimiser
from .trainable import check_trainable

Loss = Callable[[Any, Any], Tensor]
Step = Callable[["State", Any, Any], tuple["State", Tensor]]


@dataclass(frozen=True)
class State:
    """What a step of training reads and makes.

    Attributes
    ----------
    params, statistics : trees like the model
        What the optimiser updates, and what the layers update themselves.
    optimiser : tree
        The state of the optimiser.
    key : Key or None
        What the random numbers of every step are functions of, with the step's number.
    step : Tensor
        The number of steps that were taken, int64.
    epoch, position : Tensor
        The epoch, and the number of its batches that were used, int64.
    """

    params: Any
    statistics: Any
    optimiser: Any
    key: Key | None
    step: Tensor
    epoch: Tensor
    position: Tensor

    @classmethod
    def init(cls, model: Any, optimiser: Optimiser, key: Key | None = None) -> Self:
        """The state before the first step; without a key, no layer may draw numbers.

        Raises
        ------
        DtypeError
            If the model is no layer, or its `training` does not take (x, key).
        TreeError
            If it has no parameters, or a leaf that is no tensor, or one layer stands in
            two places: they would be two layers after a step.
        """
        check_trainable(model)
        params, statistics = partition(model)
        zero = tensor(0)
        return cls(params, statistics, optimiser.init(params), key, zero, zero, zero)

    @property
    def model(self) -> Any:
        """The model as it is now."""
        return combine(self.params, self.statistics)

    def next_epoch(self) -> Self:
        """The same state before the first batch of the next epoch."""
        zero = tensor(0)
        return dataclasses.replace(self, epoch=self.epoch + 1, position=zero)


def objective(loss: Loss) -> Callable[..., tuple[Tensor, Any]]:
    """The function whose gradient a step follows, and the statistics that it makes."""

    def value(
        params: Any, statistics: Any, x: Any, y: Any, key: Key | None
    ) -> tuple[Tensor, Any]:
        prediction, after = _trained(combine(params, statistics), x, key)
        return loss(prediction, y), partition(after)[1]

    return value


def _trained(model: Any, x: Any, key: Key | None) -> tuple[Any, Any]:
    """The prediction of a step, and the model of the next."""
    made = model.training(x, key)
    if not (isinstance(made, tuple) and list(map(type, made))[1:] == [type(model)]):
        kind = type(model).__name__
        came = type(made).__name__
        if isinstance(made, tuple):
            came = f"({', '.join(type(each).__name__ for each in made)})"
        raise DtypeError(
            f"{kind}.training must return (result, {kind}), where the second is the "
            f"layer of the next step; {came} came"
        )
    return made


def stepper(loss: Loss, optimiser: Optimiser) -> Step:
    """The function (state, x, y) -> (next state, loss) that takes one step.

    It is pure, so `ri.compile` makes a faster one of it with the same results.

    Parameters
    ----------
    loss : function (prediction, y) -> scalar
        The prediction is the result of `model.training(x, key)`.
    """
    derivative = value_and_grad(objective(loss), has_aux=True)

    def step(state: State, x: Any, y: Any) -> tuple[State, Tensor]:
        x, y = tree.map(tensor, (x, y))
        (value, statistics), grads = derivative(
            state.params, state.statistics, x, y, step_key(state)
        )
        params, after = optimiser.update(grads, state.optimiser, state.params)
        return State(
            params=params,
            statistics=statistics,
            optimiser=after,
            key=state.key,
            step=state.step + 1,
            epoch=state.epoch,
            position=state.position + 1,
        ), value

    return step


def step_key(state: State) -> Key | None:
    """The key of the next step, a function of the run's key and the step's number."""
    return None if state.key is None else fold_in(state.key, state.step)
