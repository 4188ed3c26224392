"""Two one-sided tests: is what frameworks learn equal, up to what matters?

A test that finds no difference has not shown that there is none: with few seeds it
seldom finds any. So the question is turned round. A margin says which difference would
matter, and equality has to be shown: both that a framework is not worse by the margin
and that it is not better by it, each at the level `LEVEL`. That is the case if the
interval from both tests, which holds 1 - 2 LEVEL, lies within the margin.

A seed gives all frameworks the same first values, data and order, so differences are
taken seed by seed. No framework is right by decree: each is held against the median of
the others. Were all held against one of them, a mistake in that one would show in all
rows but its own; like this, where there are four or more, it shows in its own row.

The test assumes that differences are spread normally over the seeds. With few seeds
nobody can check that, and it is untrue of metrics that count samples: their differences
may all be zero by chance, and then the interval has no width. So no verdict rests on
fewer than `PAIRS` seeds. With as many, what an interval without width says of the mean
is what the sign test, which assumes no normal spread, says of the median. A difference
that is large but seldom can still escape: no test sees what did not happen.

The level is that of one verdict. Every framework on every model is a claim of its own;
twelve models on five frameworks make 60. A false "equivalent" has a probability of at
most `LEVEL` in each: were all 60 just a margin apart, up to three would be expected to
pass. That all together hold no mistake is not promised at that level. Nothing is
corrected for their number: a reader asks whether this framework learns this model as
well as the others do, and how many other questions were asked does not change the
answer. Verdicts on one model are not independent, either: the median that one framework
is held against is made of the others.

Source: Schuirmann 1987; Lakens 2017 on the interval.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy.special import stdtrit  # type: ignore[import-untyped]

LEVEL = 0.05  # the probability of taking for equal what is just a margin apart

# The sign test: were the median of all differences at the margin or beyond, n of n
# would lie within it with a probability of at most 2^-n. So many reject that.
PAIRS = math.ceil(math.log2(1 / LEVEL))


@dataclass(frozen=True)
class Margin:
    """Which difference of a metric would matter.

    Attributes
    ----------
    size : float
        In the metric's own unit, or as a share of its value.
    is_relative : bool
    why : str
        One line.
    """

    size: float
    is_relative: bool
    why: str

    def of(self, values: Sequence[float]) -> float:
        """In the metric's own unit, where these are usual values of it."""
        scale = abs(float(np.mean(values))) if self.is_relative else 1.0
        return self.size * scale


# Losses and errors, unless `MARGINS` says otherwise.
USUAL = Margin(0.02, is_relative=True, why="2 %: nobody would change a model for it")
MARGINS = {
    "accuracy": Margin(
        0.01, is_relative=False, why="one percentage point: one sample in a hundred"
    ),
    "covered": Margin(1 / 16, is_relative=False, why="half of one of eight centres"),
}


@dataclass(frozen=True)
class Equivalence:
    """The mean of paired differences, its interval, and the margin; all in one unit.

    Attributes
    ----------
    pairs : int
        How many differences there are; fewer than `PAIRS` show nothing.
    """

    mean: float
    low: float
    high: float
    margin: float
    pairs: int

    @classmethod
    def of(cls, differences: Sequence[float], margin: float) -> Self:
        """What some differences show, two or more."""
        return cls(*interval(differences), margin, len(differences))

    @property
    def verdict(self) -> str:
        """Whether equality is shown, or difference, or neither."""
        if self.pairs < PAIRS:
            return "not shown"
        if -self.margin < self.low and self.high < self.margin:
            return "equivalent"
        if self.low >= self.margin or self.high <= -self.margin:
            return "different"
        return "not shown"


def interval(differences: Sequence[float]) -> tuple[float, float, float]:
    """The mean of some differences, and the interval of two one-sided tests.

    Without spread the interval is a point, however few differences there are; see
    `PAIRS`.

    Raises
    ------
    ValueError
        If there are fewer than two.
    """
    n = len(differences)
    if n < 2:
        raise ValueError(f"an interval needs at least 2 differences, {n} came")
    mean, spread = float(np.mean(differences)), float(np.std(differences, ddof=1))
    half = float(stdtrit(n - 1, 1 - LEVEL)) * spread / n**0.5
    return mean, mean - half, mean + half


def equivalence(
    name: str, values: Mapping[str, Sequence[float]], metric: str
) -> Equivalence | None:
    """Hold one framework's metrics against the median of the others.

    Parameters
    ----------
    values : numbers by framework
        Of the same seeds in the same order.

    Returns
    -------
    Equivalence, or nothing if there are no others.
    """
    others = [row for other, row in values.items() if other != name]
    if not others:
        return None
    usual = np.median(others, axis=0)
    margin = MARGINS.get(metric, USUAL).of(list(usual))
    return Equivalence.of(list(np.asarray(values[name]) - usual), margin)
