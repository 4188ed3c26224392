"""Gradients in MXNet: what is recorded can be run backward into the parameters."""

from collections.abc import Callable

from mxnet import autograd, nd
from mxnet.gluon import Block


def value_and_grad(
    model: Block, loss: Callable, x: nd.NDArray, y: nd.NDArray
) -> tuple[nd.NDArray, list[nd.NDArray]]:
    """The loss and a list of gradients, in the order of the model's parameters."""
    with autograd.record():
        value = loss(model(x), y)
    value.backward()
    return value, [p.grad() for p in model.collect_params().values()]
