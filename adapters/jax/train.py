"""Training in JAX.

Parameters are values, a step returns the next ones.
"""

import importlib
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, NamedTuple

import jax

from ..contract import Arrays, Batch, check, check_built
from ..zoo import MODELS
from . import io, optim
from .autodiff import value_and_grad
from .binding import bind
from .compile import compiled
from .recording import activations, layer_seconds
from .tensor import to_numpy

_Params = dict[str, jax.Array]


class _Objective(NamedTuple):
    """A loss, what it trains, and what updates that.

    Parameters stand by name.
    """

    loss: Callable
    layers: Mapping
    names: tuple[str, ...]
    rule: Any

    def params(self, params: _Params) -> _Params:
        return {name: params[name] for name in self.names}

    def value_and_grad(self, params: _Params, batch: Batch) -> Any:
        return value_and_grad(
            self.loss, self.layers, self.params(params), params, batch
        )

    def step(self, params: _Params, state: Any, batch: Batch) -> Any:
        (value, statistics), grads = self.value_and_grad(params, batch)
        after, state = self.rule.update(grads, state, self.params(params))
        return params | after | statistics, state, value


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
        check("jax", model, arrays, mode=mode, optimiser=optimiser)
        file = importlib.import_module(f"{__package__}.models.{model}")
        dtype = next(iter(arrays.values())).dtype
        self.zoo = zoo = MODELS[model]
        layers = file.build(dtype)
        check_built("jax", model, io.shapes(layers))
        rule = optim.native(**optimiser) if is_native else optim.formula(**optimiser)
        objectives = {
            name: _Objective(getattr(file, name), layers, zoo.trained(name), rule)
            for name in zoo.objectives
        }

        # What is compiled are functions of all that changes.
        def predict(params: _Params, batch: Batch) -> jax.Array:
            return file.predict(bind(layers, params, is_training=False), batch)

        def observed(observe: Callable, params: _Params, batch: Batch) -> Any:
            return observe(layers, zoo.layers, partial(_run, objectives, params, batch))

        step = partial(_in_order, objectives)
        self._objectives = objectives
        self._load = partial(io.load, layers)
        self._predict = compiled(predict, mode)
        self._activations = compiled(partial(observed, activations), mode)
        self._layer_seconds = partial(observed, layer_seconds)
        self._gradients = compiled(partial(_gradients, objectives), mode)
        # Native states hold the parameters, and nothing can be donated twice.
        self._step = compiled(step, mode, donate=() if is_native else (0, 1))
        self.restart(arrays)

    def restart(self, arrays: Arrays) -> None:
        """Start over from these parameters and statistics."""
        self.zoo.check(arrays)
        self._params = self._load(arrays)
        self._states = {
            name: each.rule.init(each.params(self._params))
            for name, each in self._objectives.items()
        }

    def predict(self, batch: Batch) -> jax.Array:
        """The output of the model after training."""
        return self._predict(self._params, batch)

    def activations(self, batch: Batch) -> Arrays:
        """The result of every named layer, in order."""
        results = self._activations(self._params, batch)
        return {name: to_numpy(results[name]) for name in self.zoo.layers}

    def layer_seconds(self, batch: Batch) -> dict[str, float]:
        """How long every named layer takes, in order; op by op in every mode."""
        return self._layer_seconds(self._params, batch)

    def gradients(self, batch: Batch) -> tuple[dict[str, float], Arrays]:
        """Each objective's loss, and the gradients of what it trains."""
        losses: dict[str, float] = {}
        arrays: Arrays = {}
        for name, ((value, _), grads) in self._gradients(self._params, batch).items():
            losses[name] = value.item()
            arrays |= io.named(grads)
        return losses, arrays

    def train(self, batches: Iterable[Batch]) -> dict[str, list[float]]:
        """Update once for each batch and objective; the losses before each."""
        losses: dict[str, list] = {name: [] for name in self._states}
        for batch in batches:
            self._params, self._states, values = self._step(
                self._params, self._states, batch
            )
            for name, value in values.items():
                losses[name].append(value)
        # Losses are there before updates: the last one may still be computed.
        jax.block_until_ready(self._params)
        return {name: [x.item() for x in values] for name, values in losses.items()}

    def parameters(self) -> Arrays:
        """Parameters and statistics under canonical names."""
        return io.parameters(self._params)


def _run(
    objectives: dict[str, _Objective], params: _Params, batch: Batch, model: Mapping
) -> None:
    """Compute all losses, in training, with a model that may be observed."""
    bound = bind(model, params, is_training=True)
    for each in objectives.values():
        each.loss(bound, batch)


def _gradients(
    objectives: dict[str, _Objective], params: _Params, batch: Batch
) -> dict[str, Any]:
    return {n: each.value_and_grad(params, batch) for n, each in objectives.items()}


def _in_order(
    objectives: dict[str, _Objective],
    params: _Params,
    states: dict[str, Any],
    batch: Batch,
) -> Any:
    """All updates of a step: the next parameters and states, and the losses before."""
    states, losses = dict(states), {}
    for name, each in objectives.items():
        params, states[name], losses[name] = each.step(params, states[name], batch)
    return params, states, losses
