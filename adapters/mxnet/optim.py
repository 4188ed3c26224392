"""Gradient descent with momentum, written in MXNet's own arrays."""


def init(params):
    """Velocities of zero."""
    return [p.zeros_like() for p in params]


def update(params, grads, velocities, *, lr, momentum):
    """v <- momentum v + g, then p <- p - lr v, in place."""
    for p, g, v in zip(params, grads, velocities, strict=True):
        v *= momentum
        v += g
        p -= lr * v
