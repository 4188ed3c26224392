"""Training in TensorFlow: the model holds variables, a step assigns to them."""

import tensorflow as tf

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
        dtype = next(iter(parameters.values())).dtype.name
        loss = LOSSES[contract.MODELS[model].loss]
        self.model = io.load(MODELS[model](dtype), parameters)
        self.velocities = optim.init(self.model.trainable_variables)

        def predict(x):
            return self.model(x)

        def loss_and_gradients(x, y):
            return value_and_grad(self.model, loss, x, y)

        def step(x, y):
            value, grads = value_and_grad(self.model, loss, x, y)
            optim.update(
                self.model.trainable_variables,
                grads,
                self.velocities,
                lr=lr,
                momentum=momentum,
            )
            return value

        self._predict = compiled(predict, self.model, mode)
        self._loss_and_gradients = compiled(loss_and_gradients, self.model, mode)
        self._step = compiled(step, self.model, mode)

    def predict(self, x: tf.Tensor) -> tf.Tensor:
        """The output of the model."""
        return self._predict(x)

    def activations(self, x: tf.Tensor) -> Arrays:
        """The result of every layer, by name."""
        return {n: to_numpy(a) for n, a in activations(self.model, x).items()}

    def loss_and_gradients(self, x: tf.Tensor, y: tf.Tensor) -> tuple[float, Arrays]:
        """The loss and its gradients under canonical names."""
        value, grads = self._loss_and_gradients(x, y)
        return value.numpy().item(), io.named(self.model, grads)

    def step(self, x: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
        """Update the parameters once and return the loss from before."""
        return self._step(x, y)

    def parameters(self) -> Arrays:
        """The parameters under canonical names."""
        return io.parameters(self.model)
