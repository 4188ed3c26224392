"""Updates in PyTorch: pairs of `init` and `update`, which changes tensors in place.

The formulas are written in PyTorch's own arrays, as all adapters have them; `native` is
`torch.optim`.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import torch

_Tensors = Sequence[torch.Tensor]


class _Pair(NamedTuple):
    init: Callable[[_Tensors], Any]
    update: Callable[[_Tensors, Any, _Tensors], None]  # gradients, state, parameters


def momentum(*, lr: float, momentum: float) -> _Pair:
    """v <- momentum v + g, then p <- p - lr v."""

    def init(params: _Tensors) -> list[torch.Tensor]:
        return [torch.zeros_like(p) for p in params]

    @torch.no_grad()
    def update(grads: _Tensors, velocities: _Tensors, params: _Tensors) -> None:
        for g, v, p in zip(grads, velocities, params, strict=True):
            v.mul_(momentum).add_(g)
            p.sub_(v, alpha=lr)

    return _Pair(init, update)


def adam(*, lr: float, beta1: float, beta2: float, eps: float) -> _Pair:
    """p <- p - lr m' / (sqrt(v') + eps), of running means without their lack.

    m <- beta1 m + (1 - beta1) g, v <- beta2 v + (1 - beta2) g^2, and in step t
    m' = m / (1 - beta1^t), v' = v / (1 - beta2^t).
    """

    def init(params: _Tensors) -> dict[str, Any]:
        means = [(torch.zeros_like(p), torch.zeros_like(p)) for p in params]
        return {"t": 0, "means": means}

    @torch.no_grad()
    def update(grads: _Tensors, state: dict[str, Any], params: _Tensors) -> None:
        state["t"] += 1
        lack1, lack2 = 1 - beta1 ** state["t"], 1 - beta2 ** state["t"]
        for g, (m, v), p in zip(grads, state["means"], params, strict=True):
            m.mul_(beta1).add_(g, alpha=1 - beta1)
            v.mul_(beta2).addcmul_(g, g, value=1 - beta2)
            p.sub_((m / lack1) / ((v / lack2).sqrt() + eps), alpha=lr)

    return _Pair(init, update)


FORMULAS: dict[str, Callable[..., _Pair]] = {"momentum": momentum, "adam": adam}


def native(name: str, **settings: float) -> _Pair:
    """PyTorch's optimiser for one of the formulas, which holds its own parameters."""
    makers: dict[str, Callable] = {"momentum": _sgd, "adam": _adam}

    def init(params: _Tensors) -> torch.optim.Optimizer:
        return makers[name](params, **settings)

    def update(
        grads: _Tensors, optimiser: torch.optim.Optimizer, params: _Tensors
    ) -> None:
        for g, p in zip(grads, params, strict=True):
            p.grad = g
        optimiser.step()

    return _Pair(init, update)


def _sgd(params: _Tensors, *, lr: float, momentum: float) -> torch.optim.Optimizer:
    return torch.optim.SGD(params, lr, momentum)


def _adam(
    params: _Tensors, *, lr: float, beta1: float, beta2: float, eps: float
) -> torch.optim.Optimizer:
    return torch.optim.Adam(params, lr, (beta1, beta2), eps)
