"""Training in TensorFlow.

The model holds variables, a step assigns to them.
"""

import importlib
from collections.abc import Callable, Iterable, Mapping
from contextlib import nullcontext
from functools import cached_property, partial
from typing import Any

import keras
import tensorflow as tf

from ..contract import Arrays, Batch, check, check_built
from ..zoo import MODELS
from . import io, optim
from .autodiff import value_and_grad
from .compile import compiled
from .fit import Fit
from .recording import activations, layer_seconds
from .session import Session
from .tensor import to_numpy


class _Objective:
    """A loss, what it trains, and what updates that."""

    def __init__(
        self, model: keras.Model, loss: Callable, prefix: str, rule: Any
    ) -> None:
        self.model, self.loss, self._rule = model, loss, rule
        # The path of a variable of a model within a model begins with the model.
        self.params = [
            p for p in model.trainable_variables if f"/{prefix}" in f"/{p.path}"
        ]
        self._state = rule.init(self.params)
        self._first: list[tuple[Any, Any]] = []
        if tf.executing_eagerly():  # a session has initialisers
            self._first = [(v, v.numpy()) for v in _variables(self._state)]

    def restart(self) -> None:
        """Give the optimiser's state its first values."""
        for variable, first in self._first:
            variable.assign(first)

    def value_and_grad(self, batch: Batch) -> tuple[tf.Tensor, dict[str, tf.Tensor]]:
        """The loss, and gradients under canonical names."""
        value, grads = value_and_grad(self.loss, self.model, self.params, batch)
        return value, io.named(self.model, self.params, grads)

    def step(self, batch: Batch) -> tf.Tensor:
        """Update once; the loss from before."""
        value, grads = value_and_grad(self.loss, self.model, self.params, batch)
        self._rule.update(grads, self._state, self.params)
        return value


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
        check("tensorflow", model, arrays, mode=mode, optimiser=optimiser)
        file = importlib.import_module(f"{__package__}.models.{model}")
        dtype = next(iter(arrays.values())).dtype.name
        self.zoo = MODELS[model]
        self._names = tuple(arrays)
        self._build = partial(file.build, dtype)
        rule = optim.native(**optimiser) if is_native else optim.formula(**optimiser)
        self._session = session = Session() if mode == "session" else None
        with session.graph.as_default() if session else nullcontext():
            self.model = self._build()
            self._objectives = {
                name: _Objective(self.model, getattr(file, name), prefix, rule)
                for name, prefix in self.zoo.objectives.items()
            }
        check_built("tensorflow", model, io.shapes(self.model))
        once = session.compiled if session else partial(compiled, mode="eager")
        many = session.compiled if session else partial(compiled, mode=mode)
        self._load = once(partial(io.load, self.model))
        self._parameters = once(lambda _: io.parameters(self.model))
        self._predict = many(partial(file.predict, self.model))
        self._activations = many(self._seen)
        self._gradients = many(self._found)
        # A session computes what it is asked for at once in any order.
        updates: dict[str, Callable[[Batch], tf.Tensor]] = {
            name: many(each.step) if session else each.step
            for name, each in self._objectives.items()
        }
        step = partial(_in_order, updates)
        self._step = step if session else many(step)
        self._fit = Fit(step, self._predict) if mode == "fit" else None
        self.restart(arrays)

    def restart(self, arrays: Arrays) -> None:
        """Start over from these parameters and statistics."""
        self.zoo.check(arrays)
        if self._session:
            self._session.restart()
        for each in self._objectives.values():
            each.restart()
        self._load(arrays)

    def predict(self, batch: Batch) -> Any:
        """The output of the model after training.

        Of a session, a NumPy array.
        """
        return (self._fit.predict_on_batch if self._fit else self._predict)(batch)

    def activations(self, batch: Batch) -> Arrays:
        """The result of every named layer, in order."""
        return self._looked(self._activations, batch)

    def layer_seconds(self, batch: Batch) -> dict[str, float]:
        """How long every named layer takes, in order; op by op in every mode."""
        model = self._apart
        io.load(model, self.parameters())
        return layer_seconds(model, self.zoo.layers, partial(self._run, model, batch))

    def gradients(self, batch: Batch) -> tuple[dict[str, float], Arrays]:
        """Each objective's loss, and the gradients of what it trains."""
        found = self._looked(self._gradients, batch)
        losses = {name: float(value) for name, (value, _) in found.items()}
        return losses, {n: g for _, grads in found.values() for n, g in grads.items()}

    def train(self, batches: Iterable[Batch]) -> dict[str, list[float]]:
        """Update once for each batch and objective; the losses before each."""
        if self._fit:
            losses = self._fit.losses(batches)
        else:
            losses = [self._step(batch) for batch in batches]
        return {name: [float(x[name]) for x in losses] for name in self._objectives}

    def parameters(self) -> Arrays:
        """Parameters and statistics under canonical names."""
        found = self._parameters({})
        return {name: to_numpy(found[name]) for name in self._names}

    def _seen(self, batch: Batch) -> dict[str, tf.Tensor]:
        run = partial(self._run, self.model, batch)
        return activations(self.model, self.zoo.layers, run)

    def _run(self, model: keras.Model, batch: Batch) -> None:
        for each in self._objectives.values():
            each.loss(model, batch)

    @cached_property
    def _apart(self) -> keras.Model:
        """A model like this one that is in no graph, and has its own variables."""
        return self._build()

    def _found(self, batch: Batch) -> dict[str, Any]:
        return {n: each.value_and_grad(batch) for n, each in self._objectives.items()}

    def _looked(self, function: Callable[[Batch], Any], batch: Batch) -> Any:
        """What a function finds; the statistics are afterwards what they were."""
        before = self.parameters()
        found = tf.nest.map_structure(to_numpy, function(batch))
        self._load(before)
        return found


def _in_order(updates: dict[str, Callable], batch: Batch) -> dict[str, tf.Tensor]:
    """All updates of a step; in a function that TensorFlow traces, order counts."""
    return {name: update(batch) for name, update in updates.items()}


def _variables(state: Any) -> list[Any]:
    """Everything that an optimiser remembers, outside a session."""
    if isinstance(state, keras.Optimizer):
        return state.variables
    return tf.nest.flatten(state)
