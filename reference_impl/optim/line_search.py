"""How far to go along a direction: the line search of L-BFGS.

A step is accepted by the strong Wolfe conditions: the value falls by a part of what the
slope at the start promises, and the slope is a part of that at the start. First the
steps grow until some interval must hold an acceptable one; then the interval shrinks.

Source: Nocedal and Wright 2006, algorithms 3.5 and 3.6 and equation 3.59. The
safeguards are those of Schmidt's minFunc, with the constants that PyTorch took over.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

from ..core.tensor import Tensor

SUFFICIENT_DECREASE = 1e-4  # c1: part of the promised fall that is asked for
CURVATURE = 0.9  # c2: part of the slope that may be left
GROWTH = (
    0.01,
    10.0,
)  # of a step over the one before: added part at least, factor at most
MARGIN = 0.1  # of an interval: closer to its ends a second step brings too little


class Point(NamedTuple):
    """A place on the line: how far out, and the function there."""

    step: float
    value: float
    slope: float
    gradient: Tensor


def strong_wolfe(
    at: Callable[[float], Point],
    start: Point,
    first: float,
    *,
    resolution: float,
    evaluations: int = 25,
) -> tuple[Point, int]:
    """An acceptable point, or the lowest that was found; and how many were tried.

    Parameters
    ----------
    at : function of a step
        Evaluates the function there.
    first : float
        The step that is tried first.
    resolution : float
        Intervals that are shorter are not divided any more.
    """
    low, high, count = _bracket(at, start, first, evaluations)
    stuck = False
    while low is not high and count < evaluations:
        if abs(high.step - low.step) <= resolution:
            break
        step, stuck = _within(low, high, stuck)
        new, count = at(step), count + 1
        if not _falls(start, new) or new.value >= low.value:
            low, high = _ordered(low, new)
        elif _is_flat(start, new):
            low = high = new
        else:
            rises = new.slope * (high.step - low.step) >= 0
            low, high = new, low if rises else high
    return low, count


def _bracket(
    at: Callable[[float], Point], start: Point, first: float, evaluations: int
) -> tuple[Point, Point, int]:
    """Two points around an acceptable one, the lower first; the same twice if found."""
    last, new, count = start, at(first), 1
    while True:
        if not _falls(start, new) or (count > 1 and new.value >= last.value):
            return *_ordered(last, new), count
        if _is_flat(start, new):
            return new, new, count
        if new.slope >= 0 or count == evaluations:
            return *_ordered(last, new), count
        added, factor = GROWTH
        bounds = new.step + added * (new.step - last.step), new.step * factor
        last, new, count = new, at(_lowest(last, new, bounds)), count + 1


def _falls(start: Point, new: Point) -> bool:
    """The first condition; a value that is no number does not fulfil it."""
    return new.value <= start.value + SUFFICIENT_DECREASE * new.step * start.slope


def _is_flat(start: Point, new: Point) -> bool:
    """The second condition."""
    return abs(new.slope) <= -CURVATURE * start.slope


def _ordered(x: Point, y: Point) -> tuple[Point, Point]:
    return (y, x) if y.value < x.value else (x, y)


def _within(low: Point, high: Point, stuck: bool) -> tuple[float, bool]:
    """A step between two points, and whether it came too close to one of them."""
    left, right = sorted((low.step, high.step))
    step = _lowest(low, high, (left, right))
    margin = MARGIN * (right - left)
    if min(right - step, step - left) >= margin:
        return step, False
    if not stuck and left < step < right:
        return step, True
    is_right = abs(step - right) < abs(step - left)
    return (right - margin if is_right else left + margin), False


def _lowest(x: Point, y: Point, bounds: tuple[float, float]) -> float:
    """Where the cubic through two values and slopes is lowest, within bounds.

    Their middle where there is no such place, or a value or slope is no number.
    """
    if x.step > y.step:
        x, y = y, x
    d1 = x.slope + y.slope - 3 * (x.value - y.value) / (x.step - y.step)
    square = d1 * d1 - x.slope * y.slope
    d2 = math.sqrt(square) if 0 <= square < math.inf else math.nan
    width = y.slope - x.slope + 2 * d2
    if width == 0 or math.isnan(width):
        return sum(bounds) / 2
    step = y.step - (y.step - x.step) * (y.slope + d2 - d1) / width
    return min(max(step, bounds[0]), bounds[1])
