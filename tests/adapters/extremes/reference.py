"""Layers and losses of the adapter in the reference framework, and their gradients."""

import reference_impl as ri
from adapters.reference import io, layers
from adapters.reference.compile import compiled
from adapters.reference.tensor import from_numpy
from reference_impl import nn


def setting(value):
    """As the adapter's layers take it."""
    return value


def layer(own, arrays, g, mode):
    """A layer's result in training, and gradients by what it reads and holds."""
    model = io.load(layers.sequential(layer=own), arrays)
    params, rest = nn.partition(model)

    def function(params, a):
        y, _ = nn.combine(params, rest).training(a["x"])
        return y[0] if isinstance(y, tuple) else y  # without the last state

    return _differentiated(function, params, arrays, g, mode)


def loss(function, arrays, g, mode):
    """A loss, and gradients by its arguments."""
    return _differentiated(lambda params, a: function(**a), {}, arrays, g, mode)


def _differentiated(function, params, arrays, g, mode):
    inputs = {n: from_numpy(a) for n, a in arrays.items() if "." not in n}
    real = {n: x for n, x in inputs.items() if arrays[n].dtype.kind == "f"}
    names = [*real]

    def both(params, inputs, g):
        def weighted(params, real):
            y = function(params, inputs | real)
            return ri.sum(y * g), y

        real = {n: inputs[n] for n in names}
        grad = ri.value_and_grad(weighted, argnums=(0, 1), has_aux=True)
        (_, y), gradients = grad(params, real)
        return y, gradients

    y, (by_params, by_inputs) = compiled(both, mode)(params, inputs, g)
    return y, io.named(by_params) | io.named(by_inputs)
