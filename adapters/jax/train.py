"""Training in JAX: parameters are values, a step returns the next ones."""

import jax

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
        self.model = MODELS[model](dtype)
        self.params = io.load(self.model, parameters)
        self.velocities = optim.init(self.params)

        def predict(params, x):
            return self.model(params, x)

        def loss_and_gradients(params, x, y):
            return value_and_grad(self.model, loss, params, x, y)

        def step(params, velocities, x, y):
            value, grads = value_and_grad(self.model, loss, params, x, y)
            params, velocities = optim.update(
                params, grads, velocities, lr=lr, momentum=momentum
            )
            return params, velocities, value

        self._predict = compiled(predict, self.model, mode)
        self._loss_and_gradients = compiled(loss_and_gradients, self.model, mode)
        self._step = compiled(step, self.model, mode)

    def predict(self, x: jax.Array) -> jax.Array:
        """The output of the model."""
        return self._predict(self.params, x)

    def activations(self, x: jax.Array) -> Arrays:
        """The result of every layer, by name."""
        results = activations(self.model, self.params, x)
        return {name: to_numpy(a) for name, a in results.items()}

    def loss_and_gradients(self, x: jax.Array, y: jax.Array) -> tuple[float, Arrays]:
        """The loss and its gradients under canonical names."""
        value, grads = self._loss_and_gradients(self.params, x, y)
        return value.item(), io.named(self.params, grads)

    def step(self, x: jax.Array, y: jax.Array) -> jax.Array:
        """Update the parameters once and return the loss from before."""
        self.params, self.velocities, value = self._step(
            self.params, self.velocities, x, y
        )
        return value

    def parameters(self) -> Arrays:
        """The parameters under canonical names."""
        return io.parameters(self.params)
