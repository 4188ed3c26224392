"""Gradients in JAX.

A function of the parameters becomes its gradient.
"""

from collections.abc import Callable, Mapping

import jax

from ..contract import Batch
from .binding import bind

_Params = dict[str, jax.Array]


def value_and_grad(
    loss: Callable, model: Mapping, params: _Params, rest: _Params, batch: Batch
) -> tuple[tuple[jax.Array, _Params], _Params]:
    """The loss of a batch, and its gradients by the parameters.

    `rest` has what the model reads besides: statistics, and what others train. Beside
    the loss stand the next statistics.
    """

    def of_params(params):
        bound = bind(model, rest | params, is_training=True)
        return loss(bound, batch), bound.statistics

    return jax.value_and_grad(of_params, has_aux=True)(params)
