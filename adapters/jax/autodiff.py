"""Gradients in JAX: a function of the parameters becomes its gradient."""

from collections.abc import Callable, Mapping

import jax

from .binding import bind

_Params = dict[str, jax.Array]


def value_and_grad(
    model: Mapping, loss: Callable, trained: _Params, held: _Params, batch: _Params
) -> tuple[tuple[jax.Array, _Params], _Params]:
    """The loss with the next statistics, and the gradients of what is trained.

    `held` has what the model reads besides: statistics, and what others train.
    """

    def value(trained):
        bound = bind(model, held | trained, is_training=True)
        return loss(bound, batch), bound.statistics

    return jax.value_and_grad(value, has_aux=True)(trained)
