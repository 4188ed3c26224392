"""Layers and losses of the adapter in PyTorch, and their gradients."""

import torch

from adapters.pytorch import io, layers
from adapters.pytorch.compile import compiled
from adapters.pytorch.tensor import from_numpy, to_numpy


def setting(value):
    """As the adapter's layers take it: a dtype is PyTorch's own."""
    return getattr(torch, value) if isinstance(value, str) else value


def layer(own, arrays, g, mode):
    """A layer's result in training, and gradients by what it reads and holds."""
    model = io.load(layers.sequential(layer=own), arrays)
    params = {n: p for n, p in model.named_parameters() if p.requires_grad}

    def function(x):
        y = model(x)
        return y[0] if isinstance(y, tuple) else y  # without the last state

    y, by_params, by_inputs = _differentiated(function, params, arrays, g, mode)
    return y, io.named(model, by_params) | by_inputs


def loss(function, arrays, g, mode):
    """A loss, and gradients by its arguments."""
    y, _, gradients = _differentiated(function, {}, arrays, g, mode)
    return y, gradients


def _differentiated(function, params, arrays, g, mode):
    inputs = {n: from_numpy(a) for n, a in arrays.items() if "." not in n}
    real = {n: x.requires_grad_() for n, x in inputs.items() if x.is_floating_point()}
    if mode == "torch.compile":
        torch.compiler.reset()  # after 8 models the same code would run eager
    y = compiled(function, mode)(**inputs)
    found = torch.autograd.grad(y, [*params.values(), *real.values()], g)
    by_params = dict(zip(params, found, strict=False))
    by_inputs = zip(real, map(to_numpy, found[len(params) :]), strict=True)
    return y, by_params, dict(by_inputs)
