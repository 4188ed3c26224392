"""Where numbers lie in arrays, and of which type they are."""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.example_libraries import stax


def conv_layout():
    init, _ = stax.Conv(8, (5, 5))
    _, (weight, _) = init(jax.random.key(0), (1, 32, 32, 3))
    return weight.shape


def conv_layout_equal():
    x = jnp.arange(8.0).reshape(1, 2, 2, 2)
    weight = jnp.arange(8.0).reshape(1, 2, 2, 2)
    return lax.conv(x, weight, (1, 1), "VALID").sum()


def dense_layout():
    init, _ = stax.Dense(2)
    _, (weight, _) = init(jax.random.key(0), (1, 3))
    return weight.shape


def dense_layout_equal():
    weight = jnp.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    return jnp.array([1.0, 2.0, 3.0]) @ weight


def flatten_order():
    channels_first = jnp.arange(1.0, 9.0).reshape(1, 2, 2, 2)
    _, flatten = stax.Flatten
    return flatten((), channels_first.transpose(0, 2, 3, 1))[0]


def flatten_order_equal():
    channels_first = jnp.arange(1.0, 9.0).reshape(1, 2, 2, 2)
    _, flatten = stax.Flatten
    x = channels_first.transpose(0, 2, 3, 1)
    return flatten((), x.transpose(0, 3, 1, 2))[0]


def dense_on_sequences():
    init, _ = stax.Dense(5)
    shape, _ = init(jax.random.key(0), (2, 3, 4))
    return shape


def float_types():
    return [str(jnp.asarray(x).dtype) for x in (0.5, np.array(0.5))]


def float_types_equal():
    with jax.enable_x64(True):
        return str(jnp.asarray(np.array(0.5)).dtype)


def float_labels():
    logs = jax.nn.log_softmax(jnp.array([[1.0, 0.0]]))
    return -jnp.take_along_axis(logs, jnp.array([[0.9]]), axis=1)[0, 0]


def float_labels_equal():
    logs = jax.nn.log_softmax(jnp.array([[1.0, 0.0]]))
    return -jnp.take_along_axis(logs, jnp.array([[0]]), axis=1)[0, 0]
