"""A chain of the adapter's layers in the reference framework, and its gradients."""

from random_models.adapted.parts import batch, built, named, parameters

import reference_impl as ri
from adapters.reference import io, layers
from adapters.reference.autodiff import value_and_grad
from adapters.reference.recording import activations
from adapters.reference.tensor import from_numpy, to_numpy
from reference_impl import nn


def differentiated(model, arrays):
    """Every result, the loss, and gradients by the parameters, as NumPy arrays."""
    own = io.load(built(model, layers, model.dtype), parameters(model, arrays))
    inputs = {name: from_numpy(a) for name, a in batch(model, arrays).items()}

    def loss(own, inputs):
        y, after = own.training(inputs["x"])
        return ri.sum(y * inputs["share"]), after

    (value, _), grads = value_and_grad(loss, *nn.partition(own), inputs)
    values = activations(own, named(model), lambda own: own.training(inputs["x"]))
    results = {name: to_numpy(y) for name, y in values.items()}
    return results | {"loss": to_numpy(value)}, io.named(grads)
