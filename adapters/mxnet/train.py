"""Training in MXNet: the model holds parameters, a step changes them in place."""

from mxnet import nd

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
        params = [p.data() for p in self.model.collect_params().values()]
        self.velocities = optim.init(params)

        def predict(x):
            return self.model(x)

        def loss_and_gradients(x, y):
            return value_and_grad(self.model, loss, x, y)

        def step(x, y):
            value, grads = value_and_grad(self.model, loss, x, y)
            optim.update(params, grads, self.velocities, lr=lr, momentum=momentum)
            return value

        self._predict = compiled(predict, self.model, mode)
        self._loss_and_gradients = compiled(loss_and_gradients, self.model, mode)
        self._step = compiled(step, self.model, mode)

    def predict(self, x: nd.NDArray) -> nd.NDArray:
        """The output of the model."""
        return self._predict(x)

    def activations(self, x: nd.NDArray) -> Arrays:
        """The result of every layer, by name."""
        return {n: to_numpy(a) for n, a in activations(self.model, x).items()}

    def loss_and_gradients(self, x: nd.NDArray, y: nd.NDArray) -> tuple[float, Arrays]:
        """The loss and its gradients under canonical names."""
        value, grads = self._loss_and_gradients(x, y)
        return value.asscalar().item(), io.named(self.model, grads)

    def step(self, x: nd.NDArray, y: nd.NDArray) -> nd.NDArray:
        """Update the parameters once and return the loss from before."""
        return self._step(x, y)

    def parameters(self) -> Arrays:
        """The parameters under canonical names."""
        return io.parameters(self.model)
