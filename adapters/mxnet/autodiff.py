"""Gradients in MXNet.

What is recorded can be run backward into the parameters.
"""

from collections.abc import Callable
from typing import Any

from mxnet import autograd, nd
from mxnet.gluon import Parameter

from ..contract import Batch


def value_and_grad(
    loss: Callable, params: list[Parameter], batch: Batch
) -> tuple[nd.NDArray, list[nd.NDArray]]:
    """The loss of a batch, and its gradients by the parameters.

    `loss` is compiled, so it knows its model.
    """
    graph: Any = loss
    with autograd.record():
        value = graph(batch)
    graph.backward(value)
    return value, [p.grad() for p in params]
