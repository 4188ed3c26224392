"""Training in MXNet.

The model holds parameters, a step changes them in place.
"""

import importlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial, reduce
from typing import Any

from mxnet import autograd, nd
from mxnet.gluon import HybridBlock, Parameter

from ..contract import Arrays, Batch, check, check_built
from ..zoo import MODELS
from . import io, optim
from .autodiff import value_and_grad
from .compile import compiled
from .module import Module
from .recording import activations, layer_seconds
from .tensor import to_numpy


class _Objective:
    """A loss, what it trains, and what updates that.

    A `Module` is one, too.
    """

    def __init__(self, loss: Any, params: list[Parameter], rule: Any) -> None:
        self._loss, self._params, self._rule = loss, params, rule

    def value_and_grad(self, batch: Batch) -> tuple[nd.NDArray, dict[str, nd.NDArray]]:
        value, grads = value_and_grad(self._loss, self._params, batch)
        return value, {p.name: g for p, g in zip(self._params, grads, strict=True)}

    def step(self, batch: Batch) -> nd.NDArray:
        value, grads = value_and_grad(self._loss, self._params, batch)
        self._rule.update(grads, self._state, [p.data() for p in self._params])
        return value

    def restart(self) -> None:
        self._state = self._rule.init([p.data() for p in self._params])

    def load(self) -> None:
        """Nothing: the model's arrays are those that are trained."""

    store = load


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
        check("mxnet", model, arrays, mode=mode, optimiser=optimiser)
        file = importlib.import_module(f"{__package__}.models.{model}")
        dtype = next(iter(arrays.values())).dtype.name
        self.zoo = MODELS[model]
        self._build = partial(file.build, dtype)
        self.model = self._build()
        check_built("mxnet", model, io.shapes(self.model))
        rule = optim.native(**optimiser) if is_native else optim.formula(**optimiser)
        self._losses = [getattr(file, name) for name in self.zoo.objectives]
        if mode == "module":
            self._predict = Module(file.predict, self.model, [], rule)
        else:
            self._predict = compiled(file.predict, self.model, mode)
        graph = "imperative" if mode == "imperative" else "symbolic"
        self._results = compiled(self._layers, self.model, graph)
        self._objectives = {
            name: self._objective(getattr(file, name), prefix, mode, rule)
            for name, prefix in self.zoo.objectives.items()
        }
        self.restart(arrays)

    def restart(self, arrays: Arrays) -> None:
        """Start over from these parameters and statistics."""
        self.zoo.check(arrays)
        io.load(self.model, arrays)
        for each in self._objectives.values():
            each.load()
            each.restart()
        if isinstance(self._predict, Module):
            self._predict.load()

    def predict(self, batch: Batch) -> nd.NDArray:
        """The output of the model after training."""
        return self._predict(batch)

    def activations(self, batch: Batch) -> Arrays:
        """The result of every named layer, in order."""
        with self._kept_statistics(), autograd.train_mode():
            results = self._results(batch)
        results = results if isinstance(results, list) else [results]
        arrays = map(to_numpy, results)
        return dict(zip(self.zoo.layers, arrays, strict=True))

    def layer_seconds(self, batch: Batch) -> dict[str, float]:
        """How long every named layer takes, in order; op by op in every mode."""
        # A model of its own: that of the trainer may be hybridized.
        model = io.load(self._build(), self.parameters())
        with autograd.train_mode():
            return layer_seconds(
                model, self.zoo.layers, partial(self._run, nd, model, batch)
            )

    def gradients(self, batch: Batch) -> tuple[dict[str, float], Arrays]:
        """Each objective's loss, and the gradients of what it trains."""
        losses: dict[str, float] = {}
        arrays: Arrays = {}
        with self._kept_statistics():
            for name, each in self._objectives.items():
                value, grads = each.value_and_grad(batch)
                losses[name] = value.asscalar().item()
                arrays |= io.named(self.model, grads)
        return losses, arrays

    def train(self, batches: Iterable[Batch]) -> dict[str, list[float]]:
        """Update once for each batch and objective; the losses before each."""
        losses: dict[str, list] = {name: [] for name in self._objectives}
        for batch in batches:
            for name, each in self._objectives.items():
                losses[name].append(each.step(batch))
                if len(self._objectives) > 1:
                    self._share(each)
        # Graphs write running statistics on their way back, and readers do not wait.
        nd.waitall()
        for each in self._objectives.values():
            self._share(each)
        return {
            name: [value.asscalar().item() for value in values]
            for name, values in losses.items()
        }

    def parameters(self) -> Arrays:
        """Parameters and statistics under canonical names."""
        return io.parameters(self.model)

    def _objective(self, loss: Any, prefix: str, mode: str, rule: Any) -> Any:
        block = reduce(getattr, prefix.split(".")[:-1], self.model)
        params = [p for p in block.collect_params().values() if p.grad_req != "null"]
        if mode == "module":
            return Module(loss, self.model, params, rule)
        return _Objective(compiled(loss, self.model, mode), params, rule)

    def _layers(self, F: Any, model: HybridBlock, batch: Batch) -> list[Any]:
        """The result of every named layer, as arrays or as symbols."""
        run = partial(self._run, F, model, batch)
        return list(activations(model, self.zoo.layers, run).values())

    def _run(self, F: Any, model: HybridBlock, batch: Batch) -> None:
        for loss in self._losses:
            loss(F, model, batch)

    def _share(self, objective: Any) -> None:
        """Modules have arrays of their own: what one has trained, all others get."""
        objective.store()
        for part in (*self._objectives.values(), self._predict):
            if isinstance(part, Module) and part is not objective:
                part.load()

    @contextmanager
    def _kept_statistics(self) -> Iterator[None]:
        """Running statistics are afterwards what they were."""
        params = self.model.collect_params().values()
        kept = {p: p.data().copy() for p in params if p.grad_req == "null"}
        try:
            yield
        finally:
            nd.waitall()  # as in `train`
            for p, before in kept.items():
                p.set_data(before)
            for each in self._objectives.values():
                each.load()
