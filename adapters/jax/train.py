"""Training in JAX.

Parameters are values, a step returns the next ones.
"""

import importlib
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

import jax

from ..contract import Arrays, Batch
from ..zoo import MODELS
from . import io, optim
from .autodiff import value_and_grad
from .binding import bind
from .compile import compiled
from .recording import activations, layer_seconds
from .tensor import to_numpy


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
        zoo.check(arrays)
        losses = {name: getattr(file, name) for name in zoo.objectives}
        layers = file.build(next(iter(arrays.values())).dtype)
        make = optim.native if is_native else _formula
        init, update = make(**optimiser)

        def trained(params, objective):
            return {name: params[name] for name in zoo.trained(objective)}

        def predict(params, batch):
            return file.predict(bind(layers, params, is_training=False), batch)

        def observed(observe, params, batch):
            def run(model):
                bound = bind(model, params, is_training=True)
                for loss in losses.values():
                    loss(bound, batch)

            return observe(layers, zoo.layers, run)

        def gradients(params, batch):
            values: dict[str, jax.Array] = {}
            grads: dict[str, jax.Array] = {}
            for name, loss in losses.items():
                (values[name], _), found = value_and_grad(
                    loss, layers, trained(params, name), params, batch
                )
                grads |= found
            return values, grads

        def step(params, states, batch):
            values, states = {}, dict(states)
            for name, loss in losses.items():
                before = trained(params, name)
                (values[name], statistics), grads = value_and_grad(
                    loss, layers, before, params, batch
                )
                after, states[name] = update(grads, states[name], before)
                params = params | after | statistics
            return params, states, values

        self._layers = zoo.layers
        self._params = io.load(layers, arrays)
        self._states = {name: init(trained(self._params, name)) for name in losses}
        self._predict = compiled(predict, mode)
        self._activations = compiled(partial(observed, activations), mode)
        self._layer_seconds = partial(observed, layer_seconds)
        self._gradients = compiled(gradients, mode)
        # Native states hold the parameters, and nothing can be donated twice.
        donate = () if is_native else (0, 1)
        self._step = compiled(step, mode, donate=donate)

    def predict(self, batch: Batch) -> jax.Array:
        """The output of the model after training."""
        return self._predict(self._params, batch)

    def activations(self, batch: Batch) -> Arrays:
        """The result of every named layer, in order."""
        results = self._activations(self._params, batch)
        return {name: to_numpy(results[name]) for name in self._layers}

    def layer_seconds(self, batch: Batch) -> dict[str, float]:
        """How long every named layer takes, in order; op by op in every mode."""
        return self._layer_seconds(self._params, batch)

    def gradients(self, batch: Batch) -> tuple[dict[str, float], Arrays]:
        """Each objective's loss, and the gradients of what it trains."""
        values, grads = self._gradients(self._params, batch)
        return {name: value.item() for name, value in values.items()}, io.named(grads)

    def train(self, batches: Iterable[Batch]) -> dict[str, list[float]]:
        """Update once for each batch and objective; the losses before each."""
        losses = []
        for batch in batches:
            self._params, self._states, values = self._step(
                self._params, self._states, batch
            )
            losses.append(values)
        return {
            name: [values[name].item() for values in losses] for name in self._states
        }

    def parameters(self) -> Arrays:
        """Parameters and statistics under canonical names."""
        return io.parameters(self._params)


def _formula(name: str, **settings: float) -> Any:
    return optim.FORMULAS[name](**settings)
