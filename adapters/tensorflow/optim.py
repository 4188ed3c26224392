"""Optimisers in TensorFlow: pairs of functions, `init` and `update`.

The formulas are written in the framework's own tensors, as all adapters have them.

`update` assigns to variables. `native` is Keras' optimiser, and in a session that of
TensorFlow 1. An assignment gives what was assigned: what reads it there comes after it
in a graph too, where the order of lines says nothing.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import keras
import tensorflow as tf

_Grads = list[tf.Tensor]
_Params = list[keras.Variable]


class _Optimiser(NamedTuple):
    init: Callable[[_Params], Any]
    update: Callable[[_Grads, Any, _Params], None]  # gradients, state, parameters


def momentum(*, lr: float, momentum: float) -> _Optimiser:
    """v <- momentum v + g, then p <- p - lr v."""

    def init(params: _Params) -> list[tf.Variable]:
        return [_zeros(p) for p in params]

    def update(grads: _Grads, velocities: list[tf.Variable], params: _Params) -> None:
        for g, v, p in zip(grads, velocities, params, strict=True):
            p.value.assign_sub(lr * v.assign(momentum * v + g))

    return _Optimiser(init, update)


def adam(*, lr: float, beta1: float, beta2: float, eps: float) -> _Optimiser:
    """p <- p - lr m' / (sqrt(v') + eps), with bias-corrected moments m' and v'.

    First moment: m <- beta1 m + (1 - beta1) g. Second: v <- beta2 v + (1 - beta2) g^2.
    Bias correction in step t: m' = m / (1 - beta1^t), v' = v / (1 - beta2^t).
    """

    def init(params: _Params) -> dict[str, Any]:
        m, v = ([_zeros(p) for p in params] for _ in range(2))
        # In float64: of 1 - beta^t, which is small, float32 would keep too little.
        return {"t": tf.Variable(tf.zeros((), tf.float64)), "m": m, "v": v}

    def update(grads: _Grads, state: dict[str, Any], params: _Params) -> None:
        t = state["t"].assign_add(1)
        corrections = 1 - beta1**t, 1 - beta2**t
        for g, m, v, p in zip(grads, state["m"], state["v"], params, strict=True):
            m = m.assign(beta1 * m + (1 - beta1) * g)
            v = v.assign(beta2 * v + (1 - beta2) * g * g)
            correction1, correction2 = (tf.cast(c, g.dtype) for c in corrections)
            step = lr * (m / correction1) / (tf.sqrt(v / correction2) + eps)
            p.value.assign_sub(step)

    return _Optimiser(init, update)


def formula(name: str, **settings: float) -> _Optimiser:
    """The optimiser of this name, by the formula that all adapters share."""
    makers: dict[str, Callable[..., _Optimiser]] = {"momentum": momentum, "adam": adam}
    return makers[name](**settings)


def native(name: str, **settings: float) -> _Optimiser:
    """The framework's own optimiser of this name.

    It holds its own state; `adapters.deviations` says what it computes instead of the
    formula.
    """
    makers: dict[str, Callable] = {"momentum": _momentum, "adam": _adam}

    def init(params: _Params) -> Any:
        optimiser = makers[name](**settings)
        if isinstance(optimiser, keras.Optimizer):
            optimiser.build(params)
        return optimiser

    def update(grads: _Grads, optimiser: Any, params: _Params) -> None:
        if isinstance(optimiser, keras.Optimizer):
            optimiser.apply(grads, params)
        else:
            variables = [p.value for p in params]
            optimiser.apply_gradients(zip(grads, variables, strict=True))

    return _Optimiser(init, update)


def _zeros(p: keras.Variable) -> tf.Variable:
    return tf.Variable(tf.zeros(p.shape, p.dtype))


def _momentum(*, lr: float, momentum: float) -> Any:
    if tf.executing_eagerly():
        return keras.optimizers.SGD(lr, momentum)
    return tf.compat.v1.train.MomentumOptimizer(lr, momentum)


def _adam(*, lr: float, beta1: float, beta2: float, eps: float) -> Any:
    if tf.executing_eagerly():
        return keras.optimizers.Adam(lr, beta1, beta2, eps)
    return tf.compat.v1.train.AdamOptimizer(lr, beta1, beta2, eps)
