"""The gamma distribution."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from ...core import random
from ...core.dtype import int64, wide_type
from ...core.keys import use
from ...core.operands import Operand, promoted
from ...core.ops import (
    any,
    astype,
    broadcast_to,
    digamma,
    exp,
    lgamma,
    log,
    log1p,
    ones_like,
    rsqrt,
    square,
    stop_gradient,
    where,
    zeros,
    zeros_like,
)
from ...core.random import Key
from ...core.shape import Shape
from ...core.tensor import Tensor
from ...core.unit_interval import open_unit
from ...core.while_loop import while_loop
from .distribution import Distribution, times_log, without_derivative


@dataclass(frozen=True)
class Gamma(Distribution):
    """The density rate^a x^(a - 1) exp(-rate x) / gamma(a), with the concentration a.

    Parameters
    ----------
    concentration, rate : number or tensor
        Positive. With a concentration of 1 it is the exponential distribution.

    Notes
    -----
    A sample has a derivative by the rate. One by the concentration would be that of the
    inverse of the incomplete gamma function, which is not there: asking for it raises
    a `GradientError`. (PyTorch approximates it.)
    """

    concentration: Operand
    rate: Operand

    _positive: ClassVar = ("concentration", "rate")

    @property
    def mean(self) -> Tensor:
        """That is concentration / rate."""
        concentration, rate = self.parameters()
        return concentration / rate

    @property
    def variance(self) -> Tensor:
        """That is concentration / rate^2."""
        concentration, rate = self.parameters()
        return concentration / rate / rate  # the square could overflow

    def sample(self, key: Key, shape: Shape | int = ()) -> Tensor:
        """Numbers that follow the distribution, and move with its rate only.

        With a concentration far below 1, many are rounded to 0.
        """
        concentration, rate = self.parameters()
        sizes = self._sizes(shape, rate.shape)
        x, log_factor = standard_gamma(key, concentration, sizes)
        drawn = astype(x * exp(log_factor), rate.dtype)
        return without_derivative("Gamma: concentration", drawn, concentration) / rate

    def log_probability(self, x: Operand) -> Tensor:
        """The logarithm of the density at `x`, which must not be negative."""
        concentration, rate = self.parameters()
        x, _ = promoted(self._name, (x, rate))
        self._check(x >= 0, x, "x must not be negative")
        powers = times_log(concentration - 1, x) + concentration * log(rate)
        return powers - rate * x - lgamma(concentration)

    def entropy(self) -> Tensor:
        """That is a - log(rate) + log(gamma(a)) + (1 - a) digamma(a)."""
        a, rate = self.parameters()
        return a - log(rate) + lgamma(a) + (1 - a) * digamma(a)


def standard_gamma(
    key: Key, concentration: Tensor, shape: Shape
) -> tuple[Tensor, Tensor]:
    """Draw x and s, for which x exp(s) follows the gamma distribution of rate 1.

    x is never near zero, s never positive; with a concentration far below 1 the product
    would be rounded to 0. There is no derivative.

    Notes
    -----
    Source: Marsaglia and Tsang 2000, "A simple method for generating gamma variables".
    A cube of a normal number is proposed, and refused with a probability below 5 %; a
    loop goes on until none is. Below 1 the concentration is raised by 1, and the number
    multiplied by a power of a uniform one (their section 6).
    """
    of_loop, of_factor = random.split(key)
    a = stop_gradient(astype(concentration, wide_type(concentration.dtype)))
    a = broadcast_to(a, shape)
    is_small = a < 1
    x = _accepted(of_loop, where(is_small, a + 1, a))
    with use(of_factor, "gamma") as words:
        log_factor = log(open_unit(words, shape, a.dtype)) / a
    return x, where(is_small, log_factor, 0)


def _accepted(key: Key, a: Tensor) -> Tensor:
    """Draw from the gamma distribution of rate 1 by proposals that may be refused."""
    d = a - 1 / 3
    c = rsqrt(9 * d)
    keys = random.split(key)

    def proposal(number: Any) -> tuple[Tensor, Tensor]:
        first, second = (random.fold_in(each, number) for each in keys)
        normal = random.normal(first, a.shape, dtype=a.dtype)
        with use(second, "gamma") as words:
            log_uniform = log(open_unit(words, a.shape, a.dtype))
        step = c * normal
        surplus = step * (3 + step * (3 + step))  # (1 + step)^3 - 1
        logarithm = 3 * log1p(where(step > -1, step, 0))
        bound = 0.5 * square(normal) + d * (logarithm - surplus)
        # What is not a number is not refused: the loop would not end.
        return d + d * surplus, (step <= -1) | (log_uniform > bound)

    def next_state(state: Any) -> Any:
        number, x, is_open = state
        proposed, is_refused = proposal(number)
        return number + 1, where(is_open, proposed, x), is_open & is_refused

    first = zeros((), dtype=int64, device=a.device)
    start = first, zeros_like(a), ones_like(a, dtype=bool)
    return while_loop(lambda state: any(state[2]), next_state, start)[1]
