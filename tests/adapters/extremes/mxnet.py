"""Layers and losses of the adapter in MXNet, and their gradients."""

from mxnet import autograd

from adapters.mxnet import io, layers
from adapters.mxnet.compile import compiled
from adapters.mxnet.tensor import from_numpy, to_numpy


def setting(value):
    """As the adapter's layers take it."""
    return value


def layer(own, arrays, g, mode):
    """A layer's result in training, and gradients by what it reads and holds."""
    model = io.load(layers.sequential(layer=own), arrays)
    return _differentiated(lambda F, own, a: own(a["x"]), model, arrays, g, mode)


def loss(function, arrays, g, mode):
    """A loss, and gradients by its arguments."""
    return _differentiated(
        lambda F, own, a: function(F, **a), layers.sequential(), arrays, g, mode
    )


def _differentiated(function, model, arrays, g, mode):
    inputs = {n: from_numpy(a) for n, a in arrays.items() if "." not in n}
    real = {n: x for n, x in inputs.items() if arrays[n].dtype.kind == "f"}
    for x in real.values():
        x.attach_grad()
    graph = compiled(function, model, mode)
    with autograd.record():
        y = graph(inputs)
    y.backward(g.reshape(y.shape))  # a number is an array of one here
    params = model.collect_params().values()
    grads = {p.name: p.grad() for p in params if p.grad_req != "null"}
    by_inputs = {n: to_numpy(x.grad) for n, x in real.items()}
    return y.reshape(g.shape), io.named(model, grads) | by_inputs
