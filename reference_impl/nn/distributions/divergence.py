"""How far one distribution is from another of its kind, in closed form."""

from __future__ import annotations

import math
from collections.abc import Callable

from ...core.errors import DtypeError
from ...core.ops import (
    digamma,
    lgamma,
    log,
    log_softmax,
    sigmoid,
    softmax,
    square,
    where,
)
from ...core.tensor import Tensor
from ..activations import log_sigmoid
from .bernoulli import Bernoulli
from .beta import Beta, log_beta
from .categorical import Categorical, average
from .distribution import Distribution
from .exponential import Exponential
from .gamma import Gamma
from .normal import Normal
from .uniform import Uniform


def _normal(p: Normal, q: Normal) -> Tensor:
    (p_loc, p_scale), (q_loc, q_scale) = p.parameters(), q.parameters()
    ratio = p_scale / q_scale  # the logarithm of its square could be infinite
    squares = square(ratio) + square((p_loc - q_loc) / q_scale)
    return 0.5 * (squares - 1) - log(ratio)


def _uniform(p: Uniform, q: Uniform) -> Tensor:
    (p_low, p_high), (q_low, q_high) = p.parameters(), q.parameters()
    is_within = (q_low <= p_low) & (p_high <= q_high)
    part = (p_high - p_low) / (q_high - q_low)  # its inverse could overflow
    return where(is_within, 0 - log(part), math.inf)  # -log(1) would be -0.0


def _exponential(p: Exponential, q: Exponential) -> Tensor:
    ((p_rate,), (q_rate,)) = p.parameters(), q.parameters()
    ratio = q_rate / p_rate
    return ratio - 1 - log(ratio)


def _bernoulli(p: Bernoulli, q: Bernoulli) -> Tensor:
    ((p_logits,), (q_logits,)) = p.parameters(), q.parameters()
    of_one = log_sigmoid(p_logits) - log_sigmoid(q_logits)
    of_zero = log_sigmoid(-p_logits) - log_sigmoid(-q_logits)
    return sigmoid(p_logits) * of_one + sigmoid(-p_logits) * of_zero


def _categorical(p: Categorical, q: Categorical) -> Tensor:
    ((p_logits,), (q_logits,)) = p.parameters(), q.parameters()
    weights = softmax(p_logits)
    # Two averages: minus infinity less minus infinity has no value.
    of_p, of_q = (average(weights, log_softmax(x)) for x in (p_logits, q_logits))
    return of_p - of_q


def _gamma(p: Gamma, q: Gamma) -> Tensor:
    (p_a, p_rate), (q_a, q_rate) = p.parameters(), q.parameters()
    ratio = q_rate / p_rate
    of_concentrations = (p_a - q_a) * digamma(p_a) - lgamma(p_a) + lgamma(q_a)
    return of_concentrations - q_a * log(ratio) + p_a * (ratio - 1)


def _beta(p: Beta, q: Beta) -> Tensor:
    (p_alpha, p_beta), (q_alpha, q_beta) = p.parameters(), q.parameters()
    by_alpha, by_beta = p_alpha - q_alpha, p_beta - q_beta
    averages = by_alpha * digamma(p_alpha) + by_beta * digamma(p_beta)
    of_total = (by_alpha + by_beta) * digamma(p_alpha + p_beta)
    return log_beta(q_alpha, q_beta) - log_beta(p_alpha, p_beta) + averages - of_total


_DIVERGENCES: dict[type, Callable[..., Tensor]] = {
    Bernoulli: _bernoulli,
    Beta: _beta,
    Categorical: _categorical,
    Exponential: _exponential,
    Gamma: _gamma,
    Normal: _normal,
    Uniform: _uniform,
}


def kl_divergence(p: Distribution, q: Distribution) -> Tensor:
    """KL(p || q): the average of log(p(x) / q(x)) where x follows `p`.

    In units of log(e). Never negative, up to rounding; infinite where `p` has values
    that `q` does not have. The loss `nn.kl_divergence(log_q, p)` takes the two in the
    other order, as PyTorch's does.

    Shapes
    ------
    result  the batch shapes of `p` and `q`, broadcast

    Raises
    ------
    DtypeError
        If these are no two distributions of one kind from this package.

    Notes
    -----
    Source: Kullback and Leibler 1951, "On information and sufficiency".
    """
    if type(p) is not type(q) or type(p) not in _DIVERGENCES:
        kinds = ", ".join(kind.__name__ for kind in _DIVERGENCES)
        raise DtypeError(
            f"kl_divergence: two distributions of one kind out of {kinds} are needed, "
            f"{type(p).__name__} and {type(q).__name__} came"
        )
    return _DIVERGENCES[type(p)](p, q)
