"""Gradient descent with momentum, written in MXNet's own arrays."""

from mxnet import nd

_Params = list[nd.NDArray]


def init(params: _Params) -> _Params:
    """Velocities of zero."""
    return [p.zeros_like() for p in params]


def update(
    params: _Params, grads: _Params, velocities: _Params, *, lr: float, momentum: float
) -> None:
    """v <- momentum v + g, then p <- p - lr v, in place."""
    for p, g, v in zip(params, grads, velocities, strict=True):
        v *= momentum
        v += g
        p -= lr * v
