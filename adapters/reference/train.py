"""Training in the reference framework.

The model is a value, a step returns the next one. A step is one function of trees. The
model, its statistics and the optimiser's state are given up to it: compiled, the arrays
of what is replaced hold the replacement.
"""

import importlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import reference_impl as ri
from reference_impl import nn

from ..contract import Arrays
from ..zoo import MODELS
from . import io, optim
from .autodiff import value_and_grad
from .compile import compiled
from .recording import activations, layer_seconds
from .tensor import to_numpy

_Batch = dict[str, ri.Tensor]


class _Objective(NamedTuple):
    """A loss, and whether it trains each of the model's tensors."""

    loss: Callable
    is_trained: Sequence[bool]


class Trainer:
    """See `adapters.contract.Trainer`."""

    def __init__(
        self,
        model: str,
        arrays: Arrays,
        *,
        mode: str,
        optimiser: Mapping[str, Any],
        is_native: bool = False,
    ) -> None:
        file = importlib.import_module(f"{__package__}.models.{model}")
        zoo = MODELS[model]
        dtype = next(iter(arrays.values())).dtype
        self.model = io.load(file.build(dtype), arrays)
        objectives = {
            name: _Objective(
                getattr(file, name),
                [tensor in zoo.trained(name) for tensor in io.parameters(self.model)],
            )
            for name in zoo.objectives
        }
        init, update = optim.native(**optimiser) if is_native else _formula(**optimiser)
        self.states = {
            name: init(_partition(self.model, is_trained)[0])
            for name, (_, is_trained) in objectives.items()
        }

        def run(batch: _Batch, model: Any) -> None:
            for loss, _ in objectives.values():
                loss(model, batch)

        def recorded(model: Any, batch: _Batch) -> dict[str, ri.Tensor]:
            return activations(model, zoo.layers, partial(run, batch))

        def timed(model: Any, batch: _Batch) -> dict[str, float]:
            return layer_seconds(model, zoo.layers, partial(run, batch))

        def gradients(model: Any, batch: _Batch) -> dict[str, Any]:
            return {
                name: value_and_grad(loss, *_partition(model, is_trained), batch)
                for name, (loss, is_trained) in objectives.items()
            }

        def step(model: Any, states: dict[str, Any], batch: _Batch) -> Any:
            states, losses = dict(states), {}
            for name, (loss, is_trained) in objectives.items():
                params, rest = _partition(model, is_trained)
                (losses[name], after), grads = value_and_grad(loss, params, rest, batch)
                params, states[name] = update(grads, states[name], params)
                model = nn.combine(params, _partition(after, is_trained)[1])
            return model, states, losses

        self._predict = compiled(file.predict, mode)
        self._activations = compiled(recorded, mode)
        self._layer_seconds = timed
        self._gradients = compiled(gradients, mode)
        self._step = compiled(step, mode, donate=(0, 1))

    def predict(self, batch: _Batch) -> ri.Tensor:
        """The output of the model after training."""
        return self._predict(self.model, batch)

    def activations(self, batch: _Batch) -> Arrays:
        """The result of every named layer, in order."""
        seen = self._activations(self.model, batch)
        return {name: to_numpy(x) for name, x in seen.items()}

    def layer_seconds(self, batch: _Batch) -> dict[str, float]:
        """How long every named layer takes, in order; op by op in every mode."""
        return self._layer_seconds(self.model, batch)

    def gradients(self, batch: _Batch) -> tuple[dict[str, float], Arrays]:
        """Each objective's loss, and the gradients of what it trains."""
        losses: dict[str, float] = {}
        arrays: Arrays = {}
        for name, ((value, _), grads) in self._gradients(self.model, batch).items():
            losses[name] = value.item()
            arrays |= io.named(grads)
        return losses, arrays

    def train(self, batches: Iterable[_Batch]) -> dict[str, list[float]]:
        """Update once for each batch and objective; the losses before each."""
        losses: dict[str, list] = {name: [] for name in self.states}
        for batch in batches:
            self.model, self.states, values = self._step(self.model, self.states, batch)
            for name, value in values.items():
                losses[name].append(value)
        return {name: [x.item() for x in values] for name, values in losses.items()}

    def parameters(self) -> Arrays:
        """Parameters and statistics under canonical names."""
        return io.parameters(self.model)


def _formula(name: str, **settings: float) -> Any:
    return optim.FORMULAS[name](**settings)


def _partition(model: Any, is_trained: Sequence[bool]) -> tuple[Any, Any]:
    """What is trained and what is not, as `nn.partition` makes two trees of one."""
    leaves, structure = ri.tree.flatten(model)
    rows = list(zip(leaves, is_trained, strict=True))
    params = [leaf if trained else None for leaf, trained in rows]
    rest = [None if trained else leaf for leaf, trained in rows]
    return ri.tree.unflatten(structure, params), ri.tree.unflatten(structure, rest)
