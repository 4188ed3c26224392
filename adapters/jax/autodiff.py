"""Gradients in JAX: a function of the parameters becomes its gradient."""

import jax


def value_and_grad(model, loss, params, x, y):
    """The loss and a tree of gradients, shaped like the parameters."""
    return jax.value_and_grad(lambda params: loss(model(params, x), y))(params)
