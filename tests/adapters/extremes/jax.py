"""Layers and losses of the adapter in JAX, and their gradients."""

import jax
import jax.numpy as jnp

from adapters.jax import io, layers
from adapters.jax.binding import bind
from adapters.jax.compile import compiled
from adapters.jax.tensor import from_numpy


def setting(value):
    """As the adapter's layers take it."""
    return value


def layer(own, arrays, g, mode):
    """A layer's result in training, and gradients by what it reads and holds."""
    model = layers.sequential(layer=own)
    return _differentiated(
        lambda a: bind(model, a, is_training=True)(a["x"]), arrays, g, mode
    )


def loss(function, arrays, g, mode):
    """A loss, and gradients by its arguments."""
    return _differentiated(lambda a: function(**a), arrays, g, mode)


def _differentiated(function, arrays, g, mode):
    def both(arrays, g):
        real = {n: a for n, a in arrays.items() if jnp.issubdtype(a, jnp.floating)}
        y, back = jax.vjp(lambda real: function(arrays | real), real)
        return y, back(g)[0]

    tensors = {n: from_numpy(a) for n, a in arrays.items()}
    y, gradients = compiled(both, mode)(tensors, g)
    return y, io.named(gradients)
