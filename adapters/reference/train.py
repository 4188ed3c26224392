"""Training in the reference framework: models are values, a step returns the next."""

import reference_impl as ri

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
        dtype = next(iter(parameters.values())).dtype
        loss = LOSSES[contract.MODELS[model].loss]
        self.model = io.load(MODELS[model](dtype), parameters)
        self.velocities = optim.init(self.model)

        def predict(model, x):
            return model(x)

        def loss_and_gradients(model, x, y):
            return value_and_grad(model, loss, x, y)

        def step(model, velocities, x, y):
            value, grads = value_and_grad(model, loss, x, y)
            model, velocities = optim.update(
                model, grads, velocities, lr=lr, momentum=momentum
            )
            return model, velocities, value

        self._predict = compiled(predict, self.model, mode)
        self._loss_and_gradients = compiled(loss_and_gradients, self.model, mode)
        self._step = compiled(step, self.model, mode)

    def predict(self, x: ri.Tensor) -> ri.Tensor:
        """The output of the model."""
        return self._predict(self.model, x)

    def activations(self, x: ri.Tensor) -> Arrays:
        """The result of every layer, by name."""
        return {n: to_numpy(a) for n, a in activations(self.model, x).items()}

    def loss_and_gradients(self, x: ri.Tensor, y: ri.Tensor) -> tuple[float, Arrays]:
        """The loss and its gradients under canonical names."""
        value, grads = self._loss_and_gradients(self.model, x, y)
        return value.item(), io.named(self.model, grads)

    def step(self, x: ri.Tensor, y: ri.Tensor) -> ri.Tensor:
        """Update the parameters once and return the loss from before."""
        self.model, self.velocities, value = self._step(
            self.model, self.velocities, x, y
        )
        return value

    def parameters(self) -> Arrays:
        """The parameters under canonical names."""
        return io.parameters(self.model)
