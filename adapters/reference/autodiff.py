"""Gradients in the reference framework: a function becomes its gradient."""

from collections.abc import Callable

import reference_impl as ri
from reference_impl import nn


def value_and_grad(
    model: nn.Sequential, loss: Callable, x: ri.Tensor, y: ri.Tensor
) -> tuple[ri.Tensor, nn.Sequential]:
    """The loss and a tree of gradients, shaped like the model."""
    return ri.value_and_grad(lambda model: loss(model(x), y))(model)
