"""Step sizes that change: functions of the number of updates so far, 0 at the first.

    adam(lr=schedules.cosine(1e-3, steps=1000))

A schedule takes an integer or an integer tensor and returns a float64 scalar. It is
composed of ops, so it works in a compiled step, where the count has no value. Numbers
agree with `torch.optim.lr_scheduler` where that has the schedule; what differs beyond
its end is said.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from ..core.dtype import float64
from ..core.elements import tensor
from ..core.errors import RangeError
from ..core.number import integers
from ..core.ops import astype, cos, floor, full_like, maximum, minimum, where
from ..core.tensor import Tensor
from .descent import Schedule
from .settings import above_zero, at_least, check_callable, not_negative


def constant(lr: float) -> Schedule:
    """Always the same."""
    (lr,) = not_negative("constant", lr=lr)
    return lambda step: full_like(_float(step), lr)


def stepped(lr: float, *, every: int, gamma: float = 0.1) -> Schedule:
    """lr gamma^floor(t / every): a cut at regular times. PyTorch's StepLR."""
    lr, gamma = not_negative("stepped", lr=lr, gamma=gamma)
    (every,) = at_least("stepped", 1, every=every)
    return lambda step: lr * gamma ** floor(_float(step) / every)


def multi_step(lr: float, *, milestones: Iterable[int], gamma: float = 0.1) -> Schedule:
    """lr gamma^n, where n milestones are reached. PyTorch's MultiStepLR."""
    lr, gamma = not_negative("multi_step", lr=lr, gamma=gamma)
    places = sorted(integers(milestones, who="multi_step", what="milestones"))

    def schedule(step: Any) -> Tensor:
        t = _float(step)
        reached = [astype(t >= place, float64) for place in places]
        return lr * gamma ** sum(reached, t * 0)

    return schedule


def exponential(lr: float, *, gamma: float) -> Schedule:
    """lr gamma^t. PyTorch's ExponentialLR."""
    lr, gamma = not_negative("exponential", lr=lr, gamma=gamma)
    return lambda step: lr * gamma ** _float(step)


def inverse_time(lr: float, *, decay: float) -> Schedule:
    """lr / (1 + decay t). What PyTorch's Adagrad calls lr_decay."""
    lr, decay = not_negative("inverse_time", lr=lr, decay=decay)
    return lambda step: lr / (1 + decay * _float(step))


def polynomial(
    lr: float, *, steps: int, power: float = 1.0, end: float = 0.0
) -> Schedule:
    """end + (lr - end) (1 - t / steps)^power, then `end`. PyTorch's PolynomialLR."""
    lr, power, end = not_negative("polynomial", lr=lr, power=power, end=end)
    (steps,) = at_least("polynomial", 1, steps=steps)
    return lambda step: end + (lr - end) * (1 - _part(step, steps)) ** power


def cosine(lr: float, *, steps: int, end: float = 0.0) -> Schedule:
    """end + (lr - end) (1 + cos(pi t / steps)) / 2, then `end`.

    Notes
    -----
    PyTorch's CosineAnnealingLR rises again after `steps`; Keras and optax stay, too.
    Source: Loshchilov and Hutter 2016, equation 5, without restarts.
    """
    lr, end = not_negative("cosine", lr=lr, end=end)
    (steps,) = at_least("cosine", 1, steps=steps)
    return lambda step: _annealed(lr, end, _part(step, steps))


def warmup(then: Schedule, *, steps: int, start_factor: float = 1 / 3) -> Schedule:
    """Straight from a part of the first step size to all of it; then a schedule.

    `then` begins to count when the warm-up ends. PyTorch's LinearLR, followed by
    another in a SequentialLR.
    """
    (start_factor,) = not_negative("warmup", start_factor=start_factor)
    (steps,) = at_least("warmup", 1, steps=steps)
    check_callable("warmup", "a schedule, such as constant(0.1),", then)

    def schedule(step: Any) -> Tensor:
        t = tensor(step)
        rising = then(0) * (start_factor + (1 - start_factor) * _part(step, steps))
        return where(t < steps, rising, then(maximum(t - steps, 0)))

    return schedule


def one_cycle(
    peak: float,
    *,
    steps: int,
    rising: float = 0.3,
    div_factor: float = 25.0,
    final_div_factor: float = 1e4,
) -> Schedule:
    """From peak / div_factor up to `peak`, and far down again, along cosines.

    Parameters
    ----------
    steps : int
        The length of training; afterwards the last step size stays.
    rising : float
        The part of the steps that leads up, PyTorch's `pct_start`: above 1 / steps and
        below 1, so that there is a way up and a way down.
    final_div_factor : float
        How many times smaller the last step size is than the first.

    Notes
    -----
    PyTorch's OneCycleLR with its defaults, but that one moves the momentum as well.
    Source: Smith and Topin 2017, "Super-convergence".
    """
    peak, rising = not_negative("one_cycle", peak=peak, rising=rising)
    (steps,) = at_least("one_cycle", 1, steps=steps)
    top, last = rising * steps - 1, steps - 1
    if not 0 < top < last:
        raise RangeError(
            f"one_cycle: rising must lie between 1 / {steps} and 1, both excluded; "
            f"{rising} came"
        )
    div_factor, final_div_factor = above_zero(
        "one_cycle", div_factor=div_factor, final_div_factor=final_div_factor
    )
    first = peak / div_factor

    def schedule(step: Any) -> Tensor:
        t = _float(step)
        up = _annealed(first, peak, t / top)
        part = minimum((t - top) / (last - top), 1)
        down = _annealed(peak, first / final_div_factor, part)
        return where(t <= top, up, down)

    return schedule


def _annealed(first: float, last: float, part: Tensor) -> Tensor:
    """From one number to another along half a wave."""
    return last + (first - last) * (1 + cos(math.pi * part)) / 2


def _part(step: Any, steps: int) -> Tensor:
    """How much of some steps is done, from 0 to 1."""
    return minimum(_float(step) / steps, 1)


def _float(step: Any) -> Tensor:
    return astype(tensor(step), float64)
