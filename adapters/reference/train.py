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

from ..contract import Arrays, Batch, check, check_built
from ..zoo import MODELS
from . import io, optim
from .autodiff import value_and_grad
from .compile import compiled
from .recording import activations, layer_seconds
from .tensor import to_numpy


class _Objective(NamedTuple):
    """A loss, what it trains, and what updates that.

    Of each of the model's tensors stands whether it is trained.
    """

    loss: Callable
    is_trained: Sequence[bool]
    rule: Any

    def params(self, model: Any) -> Any:
        return _partition(model, self.is_trained)[0]

    def value_and_grad(self, model: Any, batch: Batch) -> Any:
        return value_and_grad(self.loss, *_partition(model, self.is_trained), batch)

    def step(self, model: Any, state: Any, batch: Batch) -> Any:
        params, rest = _partition(model, self.is_trained)
        (value, after), grads = value_and_grad(self.loss, params, rest, batch)
        params, state = self.rule.update(grads, state, params)
        _, statistics = _partition(after, self.is_trained)
        return nn.combine(params, statistics), state, value


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
        check("reference", model, arrays, mode=mode, optimiser=optimiser)
        file = importlib.import_module(f"{__package__}.models.{model}")
        dtype = next(iter(arrays.values())).dtype
        self.zoo = zoo = MODELS[model]
        built = file.build(dtype)
        shapes = io.shapes(built)
        check_built("reference", model, shapes)
        rule = optim.native(**optimiser) if is_native else optim.formula(**optimiser)
        objectives = {
            name: _Objective(
                getattr(file, name), [n in zoo.trained(name) for n in shapes], rule
            )
            for name in zoo.objectives
        }

        # What is compiled are functions of all that changes.
        def observed(observe: Callable, model: Any, batch: Batch) -> Any:
            return observe(model, zoo.layers, partial(_run, objectives, batch))

        step = partial(_in_order, objectives)
        self._objectives = objectives
        self._load = partial(io.load, built)
        self._predict = compiled(file.predict, mode)
        self._activations = compiled(partial(observed, activations), mode)
        self._layer_seconds = partial(observed, layer_seconds)
        self._gradients = compiled(partial(_gradients, objectives), mode)
        self._step = compiled(step, mode, donate=(0, 1))
        self.restart(arrays)

    def restart(self, arrays: Arrays) -> None:
        """Start over from these parameters and statistics."""
        self.zoo.check(arrays)
        self.model = self._load(arrays)
        self._states = {
            name: each.rule.init(each.params(self.model))
            for name, each in self._objectives.items()
        }

    def predict(self, batch: Batch) -> ri.Tensor:
        """The output of the model after training."""
        return self._predict(self.model, batch)

    def activations(self, batch: Batch) -> Arrays:
        """The result of every named layer, in order."""
        seen = self._activations(self.model, batch)
        return {name: to_numpy(x) for name, x in seen.items()}

    def layer_seconds(self, batch: Batch) -> dict[str, float]:
        """How long every named layer takes, in order; op by op in every mode."""
        return self._layer_seconds(self.model, batch)

    def gradients(self, batch: Batch) -> tuple[dict[str, float], Arrays]:
        """Each objective's loss, and the gradients of what it trains."""
        losses: dict[str, float] = {}
        arrays: Arrays = {}
        for name, ((value, _), grads) in self._gradients(self.model, batch).items():
            losses[name] = value.item()
            arrays |= io.named(grads)
        return losses, arrays

    def train(self, batches: Iterable[Batch]) -> dict[str, list[float]]:
        """Update once for each batch and objective; the losses before each."""
        losses: dict[str, list] = {name: [] for name in self._states}
        for batch in batches:
            self.model, self._states, values = self._step(
                self.model, self._states, batch
            )
            for name, value in values.items():
                losses[name].append(value)
        return {name: [x.item() for x in values] for name, values in losses.items()}

    def parameters(self) -> Arrays:
        """Parameters and statistics under canonical names."""
        return io.parameters(self.model)


def _run(objectives: dict[str, _Objective], batch: Batch, model: Any) -> None:
    """Compute all losses, in training, with a model that may be observed."""
    for each in objectives.values():
        each.loss(model, batch)


def _gradients(
    objectives: dict[str, _Objective], model: Any, batch: Batch
) -> dict[str, Any]:
    return {n: each.value_and_grad(model, batch) for n, each in objectives.items()}


def _in_order(
    objectives: dict[str, _Objective],
    model: Any,
    states: dict[str, Any],
    batch: Batch,
) -> Any:
    """All updates of a step: the next model and states, and the losses before."""
    states, losses = dict(states), {}
    for name, each in objectives.items():
        model, states[name], losses[name] = each.step(model, states[name], batch)
    return model, states, losses


def _partition(model: Any, is_trained: Sequence[bool]) -> tuple[Any, Any]:
    """What is trained and what is not, as `nn.partition` makes two trees of one."""
    leaves, structure = ri.tree.flatten(model)
    rows = list(zip(leaves, is_trained, strict=True))
    params = [leaf if trained else None for leaf, trained in rows]
    rest = [None if trained else leaf for leaf, trained in rows]
    return ri.tree.unflatten(structure, params), ri.tree.unflatten(structure, rest)
