"""Lion: steps of one size, in the direction of a sign."""

from __future__ import annotations

from typing import Any

from ..core.ops import sign, zeros_like
from ..core.tensor import Tensor
from .descent import Decay, Optimiser, Rate, descent
from .settings import two_fractions


def lion(
    *,
    lr: Rate = 1e-4,
    betas: tuple[float, float] = (0.9, 0.99),
    weight_decay: float = 0.0,
    decoupled: bool = True,
    decayed: Any = None,
) -> Optimiser:
    """p <- p - lr sign(beta1 m + (1 - beta1) g), then m <- beta2 m + (1 - beta2) g.

    Weight decay is decoupled by default.

    Notes
    -----
    Numbers are those of the paper; PyTorch has no Lion. Keras and optax have the same
    formula, Keras with an lr of 0.001 and optax with a weight decay of 0.001. Source:
    Chen et al. 2023, algorithm 2.
    """
    beta1, beta2 = two_fractions("lion", betas)

    def rule(g: Tensor, slots: dict[str, Tensor], lr: Any) -> Any:
        m = slots["m"]
        update = lr * sign(beta1 * m + (1 - beta1) * g)
        return update, {"m": beta2 * m + (1 - beta2) * g}

    decay = Decay(weight_decay, decoupled, decayed)
    return descent("lion", rule, slots={"m": zeros_like}, lr=lr, decay=decay)
