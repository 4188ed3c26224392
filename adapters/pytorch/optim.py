"""Gradient descent with momentum, written in PyTorch's own arrays."""

import torch


def init(params):
    """Velocities of zero."""
    return [torch.zeros_like(p) for p in params]


@torch.no_grad()
def update(params, grads, velocities, *, lr, momentum):
    """v <- momentum v + g, then p <- p - lr v, in place."""
    for p, g, v in zip(params, grads, velocities, strict=True):
        v.mul_(momentum).add_(g)
        p.sub_(v, alpha=lr)
