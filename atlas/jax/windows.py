"""Windows over images: their borders, their order, and images of another size."""

import jax
import jax.numpy as jnp
from jax import lax
from jax.example_libraries import stax


def same_padding():
    x = jnp.arange(1.0, 7.0).reshape(1, 1, 6)
    return lax.conv(x, jnp.ones((1, 1, 3)), (2,), "SAME")[0, 0]


def same_by_name():
    x = jnp.zeros((1, 1, 6))
    return lax.conv(x, jnp.ones((1, 1, 3)), (2,), "SAME").shape[2]


def conv_default_padding():
    init, _ = stax.Conv(1, (3, 3))
    shape, _ = init(jax.random.key(0), (1, 5, 5, 1))
    return shape[1:3]


def avg_pool_borders():
    x = jnp.arange(1.0, 7.0).reshape(1, 6, 1)
    _, pool = stax.AvgPool((3,), padding="SAME")
    return pool((), x)[0, :, 0]


def conv_transpose_kernel():
    x = jnp.array([1.0, 2.0, 3.0]).reshape(1, 1, 3)
    weight = jnp.array([1.0, 2.0, 3.0]).reshape(1, 1, 3)
    layout = ("NCH", "OIH", "NCH")
    return lax.conv_transpose(x, weight, (2,), "VALID", dimension_numbers=layout)[0, 0]


def conv_transpose_kernel_equal():
    x = jnp.array([1.0, 2.0, 3.0]).reshape(1, 1, 3)
    weight = jnp.array([1.0, 2.0, 3.0]).reshape(1, 1, 3)
    layout = ("NCH", "OIH", "NCH")
    return lax.conv_transpose(
        x, weight, (2,), "VALID", dimension_numbers=layout, transpose_kernel=True
    )[0, 0]


def max_pool_tie():
    _, pool = stax.MaxPool((3,))
    x = jnp.array([2.0, 2.0, 1.0]).reshape(1, 3, 1)
    return jax.grad(lambda x: pool((), x).sum())(x)[0, :, 0]


def resize_up():
    return jax.image.resize(jnp.array([1.0, 2.0]), (4,), "bilinear")


def resize_down():
    return jax.image.resize(jnp.array([1.0, 2.0, 3.0, 10.0]), (2,), "bilinear")


def resize_down_equal():
    x = jnp.array([1.0, 2.0, 3.0, 10.0])
    return jax.image.resize(x, (2,), "bilinear", antialias=False)
