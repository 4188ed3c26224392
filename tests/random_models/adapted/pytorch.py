"""A chain of the adapter's layers in PyTorch, and its gradients."""

import torch
from random_models.adapted.parts import batch, built, named, parameters

from adapters.pytorch import io, layers
from adapters.pytorch.autodiff import value_and_grad
from adapters.pytorch.recording import activations
from adapters.pytorch.tensor import from_numpy, to_numpy


def differentiated(model, arrays):
    """Every result, the loss, and gradients by the parameters, as NumPy arrays."""
    dtype = getattr(torch, model.dtype)
    own = io.load(built(model, layers, dtype), parameters(model, arrays))
    inputs = {name: from_numpy(a) for name, a in batch(model, arrays).items()}
    params = {n: p for n, p in own.named_parameters() if p.requires_grad}

    def loss(own, inputs):
        return (own(inputs["x"]) * inputs["share"]).sum()

    value, grads = value_and_grad(loss, own, list(params.values()), inputs)
    values = activations(own, named(model), lambda: own(inputs["x"]))
    results = {name: to_numpy(y) for name, y in values.items()}
    found = io.named(own, dict(zip(params, grads, strict=True)))
    return results | {"loss": to_numpy(value)}, found
