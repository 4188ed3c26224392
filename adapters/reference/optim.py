"""Gradient descent with momentum, as the reference framework has it."""

import reference_impl as ri
from reference_impl import nn

_Params = nn.Sequential  # a model is the tree of its parameters


def init(params: _Params) -> _Params:
    """Velocities of zero."""
    return ri.tree.map(ri.zeros_like, params)


def update(
    params: _Params, grads: _Params, velocities: _Params, *, lr: float, momentum: float
) -> tuple[_Params, _Params]:
    """v <- momentum v + g, then p <- p - lr v; returns new trees."""
    velocities = ri.tree.map(lambda v, g: momentum * v + g, velocities, grads)
    return ri.tree.map(lambda p, v: p - lr * v, params, velocities), velocities
