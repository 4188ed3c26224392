"""Optimisers in MXNet: pairs of functions, `init` and `update`.

The formulas are written in the framework's own tensors, as all adapters have them.

`update` changes parameters in place. `native` is `mxnet.optimizer`.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from mxnet import nd, optimizer

_Arrays = Sequence[nd.NDArray]


class _Optimiser(NamedTuple):
    init: Callable[[_Arrays], Any]
    update: Callable[[_Arrays, Any, _Arrays], None]  # gradients, state, parameters


def momentum(*, lr: float, momentum: float) -> _Optimiser:
    """v <- momentum v + g, then p <- p - lr v."""

    def init(params: _Arrays) -> list[nd.NDArray]:
        return [p.zeros_like() for p in params]

    def update(grads: _Arrays, velocities: _Arrays, params: _Arrays) -> None:
        for g, v, p in zip(grads, velocities, params, strict=True):
            v *= momentum
            v += g
            p -= lr * v

    return _Optimiser(init, update)


def adam(*, lr: float, beta1: float, beta2: float, eps: float) -> _Optimiser:
    """p <- p - lr m' / (sqrt(v') + eps), with bias-corrected moments m' and v'.

    First moment: m <- beta1 m + (1 - beta1) g. Second: v <- beta2 v + (1 - beta2) g^2.
    Bias correction in step t: m' = m / (1 - beta1^t), v' = v / (1 - beta2^t).
    """

    def init(params: _Arrays) -> dict[str, Any]:
        m, v = ([p.zeros_like() for p in params] for _ in range(2))
        return {"t": 0, "m": m, "v": v}

    def update(grads: _Arrays, state: dict[str, Any], params: _Arrays) -> None:
        t = state["t"] = state["t"] + 1
        correction1, correction2 = 1 - beta1**t, 1 - beta2**t
        for g, m, v, p in zip(grads, state["m"], state["v"], params, strict=True):
            m *= beta1
            m += (1 - beta1) * g
            v *= beta2
            v += (1 - beta2) * g * g
            p -= lr * (m / correction1) / ((v / correction2).sqrt() + eps)

    return _Optimiser(init, update)


def formula(name: str, **settings: float) -> _Optimiser:
    """The optimiser of this name, by the formula that all adapters share."""
    makers: dict[str, Callable[..., _Optimiser]] = {"momentum": momentum, "adam": adam}
    return makers[name](**settings)


def native(name: str, **settings: float) -> _Optimiser:
    """The framework's own optimiser of this name.

    `adapters.deviations` says what it computes instead of the formula.
    """
    makers: dict[str, Callable] = {"momentum": _momentum, "adam": _adam}

    def init(params: _Arrays) -> optimizer.Updater:
        return optimizer.get_updater(makers[name](**settings))

    def update(grads: _Arrays, updater: optimizer.Updater, params: _Arrays) -> None:
        for i, (g, p) in enumerate(zip(grads, params, strict=True)):
            updater(i, g, p)

    return _Optimiser(init, update)


def _momentum(*, lr: float, momentum: float) -> optimizer.Optimizer:
    return optimizer.SGD(learning_rate=lr, momentum=momentum)


def _adam(*, lr: float, beta1: float, beta2: float, eps: float) -> optimizer.Optimizer:
    return optimizer.Adam(lr, beta1, beta2, eps)
