"""Losses: what they take, where they are cut off, and what they divide by."""

import jax
import jax.numpy as jnp


def cross_entropy_input():
    logits, labels = jnp.array([[200.0, 0.0]]), jnp.array([1])
    logs = jax.nn.log_softmax(logits)
    return -jnp.take_along_axis(logs, labels[:, None], axis=1).mean()


def class_weights():
    logits, labels = jnp.array([[2.0, 0.0], [0.0, 0.0]]), jnp.array([0, 1])
    losses = -jnp.take_along_axis(jax.nn.log_softmax(logits), labels[:, None], axis=1)
    return (jnp.array([[1.0], [3.0]]) * losses).mean()


def class_weights_equal():
    logits, labels = jnp.array([[2.0, 0.0], [0.0, 0.0]]), jnp.array([0, 1])
    losses = -jnp.take_along_axis(jax.nn.log_softmax(logits), labels[:, None], axis=1)
    weight = jnp.array([[1.0], [3.0]])
    return (weight * losses).sum() / weight.sum()


def batch_twice():
    x, y, weight = jnp.ones((4, 1)), jnp.zeros((4, 1)), jnp.array([[1.0]])
    g = jax.grad(lambda weight: ((x @ weight - y) ** 2).mean())(weight)
    return (weight - 0.1 * g)[0, 0]


def certain_and_wrong():
    p, y = jnp.array([0.0]), jnp.array([1.0])
    return -jnp.where(y == 1, jnp.log(p), jnp.log1p(-p)).mean()


def certain_and_wrong_equal():
    logits, y = jnp.array([-200.0]), jnp.array([1.0])
    return jnp.mean(jax.nn.softplus(logits) - logits * y)


def squared_error():
    return jnp.mean((jnp.array([3.0]) - jnp.array([0.0])) ** 2)
