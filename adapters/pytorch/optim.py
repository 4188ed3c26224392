"""Gradient descent with momentum, written in PyTorch's own arrays."""

from collections.abc import Iterable

import torch

_Params = Iterable[torch.Tensor]


def init(params: _Params) -> list[torch.Tensor]:
    """Velocities of zero."""
    return [torch.zeros_like(p) for p in params]


@torch.no_grad()
def update(
    params: _Params, grads: _Params, velocities: _Params, *, lr: float, momentum: float
) -> None:
    """v <- momentum v + g, then p <- p - lr v, in place."""
    for p, g, v in zip(params, grads, velocities, strict=True):
        v.mul_(momentum).add_(g)
        p.sub_(v, alpha=lr)
