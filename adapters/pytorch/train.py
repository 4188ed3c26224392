"""Training in PyTorch.

The model holds parameters, a step changes them in place.
"""

import importlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

import torch
from torch import nn

from ..contract import Arrays, Batch, check, check_built
from ..zoo import MODELS
from . import io, optim
from .autodiff import value_and_grad
from .compile import compiled
from .recording import activations, layer_seconds
from .tensor import to_numpy


class _Objective(NamedTuple):
    """A loss, what it trains, and what updates that.

    Parameters stand by name.
    """

    loss: Callable
    params: dict[str, nn.Parameter]
    rule: Any

    def value_and_grad(
        self, model: nn.Module, batch: Batch
    ) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
        params = tuple(self.params.values())
        value, grads = value_and_grad(self.loss, model, params, batch)
        return value, dict(zip(self.params, grads, strict=True))

    def step(self, model: nn.Module, state: Any, batch: Batch) -> torch.Tensor:
        params = tuple(self.params.values())
        value, grads = value_and_grad(self.loss, model, params, batch)
        self.rule.update(grads, state, params)
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
        check("pytorch", model, arrays, mode=mode, optimiser=optimiser)
        file = importlib.import_module(f"{__package__}.models.{model}")
        dtype = getattr(torch, next(iter(arrays.values())).dtype.name)
        self.zoo = MODELS[model]
        self.model = file.build(dtype)
        check_built("pytorch", model, io.shapes(self.model))
        rule = optim.native(**optimiser) if is_native else optim.formula(**optimiser)
        self._losses = {name: getattr(file, name) for name in self.zoo.objectives}
        self._predict = compiled(file.predict, mode)
        self._objectives = {
            name: self._objective(compiled(self._losses[name], mode), prefix, rule)
            for name, prefix in self.zoo.objectives.items()
        }
        self.restart(arrays)

    def restart(self, arrays: Arrays) -> None:
        """Start over from these parameters and statistics."""
        self.zoo.check(arrays)
        io.load(self.model, arrays)
        self._states = {
            name: each.rule.init(tuple(each.params.values()))
            for name, each in self._objectives.items()
        }

    def predict(self, batch: Batch) -> torch.Tensor:
        """The output of the model after training."""
        if self.model.training:
            self.model.eval()
        with torch.inference_mode():
            return self._predict(self.model, batch)

    def activations(self, batch: Batch) -> Arrays:
        """The result of every named layer, in order.

        Op by op in every mode.
        """
        with self._kept_statistics():
            seen = activations(self.model, self.zoo.layers, self._run(batch))
        return {name: to_numpy(x) for name, x in seen.items()}

    def layer_seconds(self, batch: Batch) -> dict[str, float]:
        """How long every named layer takes, in order; op by op in every mode."""
        with self._kept_statistics():
            return layer_seconds(self.model, self.zoo.layers, self._run(batch))

    def gradients(self, batch: Batch) -> tuple[dict[str, float], Arrays]:
        """Each objective's loss, and the gradients of what it trains."""
        losses: dict[str, float] = {}
        arrays: Arrays = {}
        with self._kept_statistics():
            for name, each in self._objectives.items():
                value, grads = each.value_and_grad(self.model, batch)
                losses[name] = value.item()
                arrays |= io.named(self.model, grads)
        return losses, arrays

    def train(self, batches: Iterable[Batch]) -> dict[str, list[float]]:
        """Update once for each batch and objective; the losses before each."""
        losses: dict[str, list] = {name: [] for name in self._objectives}
        for batch in batches:
            self._resume()
            for name, each in self._objectives.items():
                value = each.step(self.model, self._states[name], batch)
                losses[name].append(value)
        return {name: [x.item() for x in values] for name, values in losses.items()}

    def parameters(self) -> Arrays:
        """Parameters and statistics under canonical names."""
        return io.parameters(self.model)

    def _run(self, batch: Batch) -> Callable[[], None]:
        """What computes all losses, op by op."""

        def run() -> None:
            for loss in self._losses.values():
                loss(self.model, batch)

        return run

    def _objective(self, loss: Callable, prefix: str, rule: Any) -> _Objective:
        params = {
            name: p
            for name, p in self.model.named_parameters()
            if name.startswith(prefix) and p.requires_grad
        }
        return _Objective(loss, params, rule)

    def _resume(self) -> None:
        """Training again, after predictions; to set it walks through all layers."""
        if not self.model.training:
            self.model.train()

    @contextmanager
    def _kept_statistics(self) -> Iterator[None]:
        """As in training, but running statistics are afterwards what they were."""
        self._resume()
        kept = [x.clone() for x in self.model.buffers()]
        try:
            yield
        finally:
            for x, before in zip(self.model.buffers(), kept, strict=True):
                x.copy_(before)
