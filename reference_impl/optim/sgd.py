"""Stochastic gradient descent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from ..core import tree
from ..core.ops import zeros_like


class Optimiser(NamedTuple):
    """A pair of pure functions on trees.

    Attributes
    ----------
    init : function params -> state
    update : function (grads, state, params) -> (params, state)
    """

    init: Callable[[Any], Any]
    update: Callable[[Any, Any, Any], tuple[Any, Any]]


def sgd(*, lr: float, momentum: float = 0.0) -> Optimiser:
    """Gradient descent with a velocity, v <- momentum v + g and p <- p - lr v.

    Parameters
    ----------
    lr : float
        The step size; it stands outside the velocity, as in PyTorch. Keras and MXNet
        keep it inside, which differs as soon as `lr` changes.
    momentum : float in [0, 1)

    Notes
    -----
    Source: Polyak 1964; Sutskever et al. 2013, equations 1 and 2.
    """

    def init(params: Any) -> Any:
        return tree.map(zeros_like, params)

    def update(grads: Any, state: Any, params: Any) -> tuple[Any, Any]:
        state = tree.map(lambda v, g: momentum * v + g, state, grads)
        return tree.map(lambda p, v: p - lr * v, params, state), state

    return Optimiser(init, update)
