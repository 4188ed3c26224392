"""Optimisers in PyTorch: pairs of functions, `init` and `update`.

The formulas are written in the framework's own tensors, as all adapters have them.

`update` changes parameters in place. `native` is `torch.optim`.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import torch

_Tensors = Sequence[torch.Tensor]


class _Optimiser(NamedTuple):
    init: Callable[[_Tensors], Any]
    update: Callable[[_Tensors, Any, _Tensors], None]  # gradients, state, parameters


def momentum(*, lr: float, momentum: float) -> _Optimiser:
    """v <- momentum v + g, then p <- p - lr v."""

    def init(params: _Tensors) -> list[torch.Tensor]:
        return [torch.zeros_like(p) for p in params]

    @torch.no_grad()
    def update(grads: _Tensors, velocities: _Tensors, params: _Tensors) -> None:
        for g, v, p in zip(grads, velocities, params, strict=True):
            v.mul_(momentum).add_(g)
            p.sub_(v, alpha=lr)

    return _Optimiser(init, update)


def adam(*, lr: float, beta1: float, beta2: float, eps: float) -> _Optimiser:
    """p <- p - lr m' / (sqrt(v') + eps), with bias-corrected moments m' and v'.

    First moment: m <- beta1 m + (1 - beta1) g. Second: v <- beta2 v + (1 - beta2) g^2.
    Bias correction in step t: m' = m / (1 - beta1^t), v' = v / (1 - beta2^t).
    """

    def init(params: _Tensors) -> dict[str, Any]:
        m, v = ([torch.zeros_like(p) for p in params] for _ in range(2))
        return {"t": 0, "m": m, "v": v}

    @torch.no_grad()
    def update(grads: _Tensors, state: dict[str, Any], params: _Tensors) -> None:
        t = state["t"] = state["t"] + 1
        correction1, correction2 = 1 - beta1**t, 1 - beta2**t
        for g, m, v, p in zip(grads, state["m"], state["v"], params, strict=True):
            m.mul_(beta1).add_(g, alpha=1 - beta1)
            v.mul_(beta2).addcmul_(g, g, value=1 - beta2)
            p.sub_((m / correction1) / ((v / correction2).sqrt() + eps), alpha=lr)

    return _Optimiser(init, update)


def formula(name: str, **settings: float) -> _Optimiser:
    """The optimiser of this name, by the formula that all adapters share."""
    makers: dict[str, Callable[..., _Optimiser]] = {"momentum": momentum, "adam": adam}
    return makers[name](**settings)


def native(name: str, **settings: float) -> _Optimiser:
    """The framework's own optimiser of this name.

    It holds its own parameters.
    """
    makers: dict[str, Callable] = {"momentum": _momentum, "adam": _adam}

    def init(params: _Tensors) -> torch.optim.Optimizer:
        return makers[name](params, **settings)

    def update(
        grads: _Tensors, optimiser: torch.optim.Optimizer, params: _Tensors
    ) -> None:
        for g, p in zip(grads, params, strict=True):
            p.grad = g
        optimiser.step()

    return _Optimiser(init, update)


def _momentum(params: _Tensors, *, lr: float, momentum: float) -> torch.optim.Optimizer:
    return torch.optim.SGD(params, lr, momentum)


def _adam(
    params: _Tensors, *, lr: float, beta1: float, beta2: float, eps: float
) -> torch.optim.Optimizer:
    return torch.optim.Adam(params, lr, (beta1, beta2), eps)
