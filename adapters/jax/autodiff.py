"""Gradients in JAX: a function of the parameters becomes its gradient."""

from collections.abc import Callable

import jax

_Params = dict[str, dict[str, jax.Array]]


def value_and_grad(
    model: Callable, loss: Callable, params: _Params, x: jax.Array, y: jax.Array
) -> tuple[jax.Array, _Params]:
    """The loss and a tree of gradients, shaped like the parameters."""
    return jax.value_and_grad(lambda params: loss(model(params, x), y))(params)
