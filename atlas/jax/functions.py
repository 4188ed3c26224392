"""Functions of single numbers, and statistics."""

import jax
import jax.numpy as jnp
from jax.example_libraries import stax


def gelu():
    return jax.nn.gelu(1.0)


def gelu_equal():
    return jax.nn.gelu(1.0, approximate=False)


def leaky_relu():
    _, leaky_relu = stax.LeakyRelu
    return leaky_relu((), -1.0)


def leaky_relu_function():
    return jax.nn.leaky_relu(-1.0)


def hard_sigmoid():
    return jax.nn.hard_sigmoid(1.0)


def softplus():
    with jax.enable_x64(True):
        x = jnp.float64(20.5)
        return jax.nn.softplus(x) - x


def standard_deviation():
    return jnp.array([1.0, 2.0, 3.0, 4.0]).std()


def round_half():
    return jnp.round(jnp.array([0.5, 1.5, 2.5]))


def rint_half():
    return jnp.rint(jnp.array([0.5, 1.5, 2.5]))


def python_float():
    with jax.enable_x64(True):
        return jnp.float64(0.9)


def log_softmax_accuracy():
    scale = jax.random.uniform(jax.random.key(0), (1000, 1))
    x = jnp.linspace(-3, 3, 10) * scale
    with jax.enable_x64(True):
        exact = jax.nn.log_softmax(x.astype(jnp.float64))
        return bool(abs(jax.nn.log_softmax(x) - exact).max() < 1e-6)
