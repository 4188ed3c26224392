"""Training in PyTorch: the model is an object, a step changes it in place."""

import torch

from .. import contract
from ..contract import Arrays
from . import io, optim
from .autodiff import value_and_grad
from .compile import compiled
from .models import LOSSES, MODELS, activations
from .tensor import to_numpy


class Trainer:
    """See `adapters.contract.Trainer`."""

    def __init__(
        self, model: str, parameters: Arrays, *, mode: str, lr: float, momentum: float
    ) -> None:
        dtype = getattr(torch, next(iter(parameters.values())).dtype.name)
        loss = LOSSES[contract.MODELS[model].loss]
        self.model = io.load(MODELS[model](dtype), parameters)
        self.velocities = optim.init(self.model.parameters())

        @torch.no_grad()
        def predict(x):
            return self.model(x)

        def loss_and_gradients(x, y):
            return value_and_grad(self.model, loss, x, y)

        def step(x, y):
            value, grads = value_and_grad(self.model, loss, x, y)
            optim.update(
                self.model.parameters(),
                grads,
                self.velocities,
                lr=lr,
                momentum=momentum,
            )
            return value

        self._predict = compiled(predict, self.model, mode)
        self._loss_and_gradients = compiled(loss_and_gradients, self.model, mode)
        self._step = compiled(step, self.model, mode)

    def predict(self, x: torch.Tensor) -> torch.Tensor:
        """The output of the model."""
        return self._predict(x)

    def activations(self, x: torch.Tensor) -> Arrays:
        """The result of every layer, by name."""
        return {n: to_numpy(a) for n, a in activations(self.model, x).items()}

    def loss_and_gradients(
        self, x: torch.Tensor, y: torch.Tensor
    ) -> tuple[float, Arrays]:
        """The loss and its gradients under canonical names."""
        value, grads = self._loss_and_gradients(x, y)
        return value.item(), io.named(self.model, grads)

    def step(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        """Update the parameters once and return the loss from before."""
        return self._step(x, y)

    def parameters(self) -> Arrays:
        """The parameters under canonical names."""
        return io.parameters(self.model)
