"""How far off equal frameworks may be: gates by tier, and what rounding may do.

The gates, with the largest error that was observed in correct code in brackets:

=====================================  ================  =============
what is compared                       float64           float32
=====================================  ================  =============
every layer, every prediction, losses  1e-12 [1.1e-14]   1e-5 [4.3e-6]
every gradient                         1e-12 [1e-14]     1e-4 [8e-6]
losses of the first 10 steps           1e-9  [2e-13]     1e-4 [2e-7]
parameters after 10 steps              1e-9  [2e-13]     1e-5 [2e-6]
parameters after 100, and at the end   1e-9  [8e-11]     not asked
later losses, what is then predicted   1e-9  [8e-11]     not asked
=====================================  ================  =============

Before training an error is the largest difference over the largest value of the layer.
(Of the layer, because a sum that cancels, as a bias's gradient does on centred data,
has nothing but rounding in it.) Parameters are compared by the relative 2-norm. What
fails in float64 is a difference of meaning, not of rounding. A training that is shorter
than 10 steps is compared at its end, by the gate of 10 steps.

In float32 each framework also trains from parameters that are one unit in the last
place off. Of such trainings the one counts that is nearest: a mistake is in all of
them, and a relu that switches in one of ten steps, which makes 3e-3 of 1e-7, is not. A
mode that has not been trained so is, as soon as it fails. Where rounding changes every
training, 10 times what it does in the others is allowed: the least that it does in each
of them, and of those the lower median, so that no single one opens the gate for all;
but never more than 3e-2, beyond which no rounding is to blame: a framework whose own
trainings are farther apart than that is itself different.

A relu whose input is zero up to rounding may switch in one run and not in another.
Where one has switched in the first batch already, which the zeros of its layer show,
gradients up to that layer are others, and so is training. In float32 they then have
coarser gates, by the relative 2-norm: 1e-1 for the gradient of a layer [2e-2, over 200
units of the perceptron, each switched alone], 3e-2 for training [6e-3, by MXNet's batch
normalisation in ResNet-8, 1 unit of 65,536]. And no layer's error may stand out: root
mean square at most `OUTLIER_FACTOR` times the median of the others, and `OUTLIER_FLOOR`
of the layer's largest value.

Without any other framework, a gradient in float64 must give the slope of the loss along
one direction that central differences of it give, to 1e-6 of the gradient's length.

Why so little is asked of a training in float32: by 100 steps one switched relu may have
grown to any size, and a few noise runs need not show it. LeNet-5 of the reference is
then 1.9e-3 off, and one rounding moves it by 1e-6 and TensorFlow's by 5e-7 alone
(PyTorch's by 1.9e-3, too); an LSTM is 2.5e-4 off. A gate would refuse correct code, or
let everything through. What such a training does is proved in float64; whether float32
learns as well is asked of the metric, over seeds, by `workbench.recipes`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

NOISE_FACTOR = 10


@dataclass(frozen=True)
class Gates:
    """The largest errors of equal frameworks."""

    forward: float
    gradient: float
    trajectory: float | dict[str, float]
    """Of everything that training makes, or of parameters after some steps alone."""

    def of(self, moment: str) -> float | None:
        """The gate of something that training makes; nothing if it is not asked.

        A snapshot has the gate of the next that has one: after 3 steps, that of 10.
        """
        if not isinstance(self.trajectory, dict):
            return self.trajectory
        steps = _steps(moment)
        later = (g for m, g in self.trajectory.items() if 0 < steps <= _steps(m))
        return next(later, self.trajectory.get(moment))


GATES = {
    "float64": Gates(1e-12, 1e-12, 1e-9),
    "float32": Gates(1e-5, 1e-4, {"first losses": 1e-4, "after 10": 1e-5}),
}
SWITCHED_GRADIENT, SWITCHED_TRAINING = 1e-1, 3e-2  # gates after a relu has switched
MOST_SWITCHED = 1e-4  # of the numbers of a layer; one, of a small layer
OUTLIER_FACTOR = 3
OUTLIER_FLOOR = 1e-6  # of the largest value: long sums in float32 [6e-7]
SLOPE = 1e-6  # of the gradient's length [1e-9]


def allowance(dtype: str, moment: str, noise: Mapping[str, float]) -> float:
    """How far off training may be: the gate of the moment, or what rounding does."""
    rounding = min(NOISE_FACTOR * noise.get(moment, 0.0), SWITCHED_TRAINING)
    return max(GATES[dtype].of(moment) or 0.0, rounding)


def restless(noise: Mapping[str, Sequence[float]]) -> str | None:
    """Whether trainings from almost the same values differ by more than roundings do.

    Then what a framework makes depends on more than it was given, such as an optimiser
    that remembers an earlier training.

    Parameters
    ----------
    noise : dict
        The effects of single roundings in float32, by the moment.
    """
    for moment, runs in noise.items():
        if GATES["float32"].of(moment) is not None and min(runs) > SWITCHED_TRAINING:
            return (
                f"float32: trainings from values one rounding apart differ "
                f"{in_words(moment)} ({min(runs):.1e}, allowed "
                f"{SWITCHED_TRAINING:.0e})"
            )
    return None


def in_words(moment: str) -> str:
    """When something is compared, or what."""
    if _steps(moment):
        return f"{moment} steps"
    return "at the end" if moment == "trained" else f"in the {moment}"


def _steps(moment: str) -> int:
    """How many steps there are before a snapshot; none if it is something else."""
    count = moment.removeprefix("after ")
    return int(count) if count.isdecimal() else 0
