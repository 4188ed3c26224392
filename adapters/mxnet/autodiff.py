"""Gradients in MXNet: what is recorded can be run backward into the parameters."""

from mxnet import autograd


def value_and_grad(model, loss, x, y):
    """The loss and a list of gradients, in the order of the model's parameters."""
    with autograd.record():
        value = loss(model(x), y)
    value.backward()
    return value, [p.grad() for p in model.collect_params().values()]
