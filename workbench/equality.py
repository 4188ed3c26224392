"""When are two frameworks equal? Gates by tier, and the first layer that differs.

The gates, with the largest error that was observed in correct code in brackets:

=====================================  ================  =============
what is compared                       float64           float32
=====================================  ================  =============
every layer, every prediction, losses  1e-12 [1.5e-15]   1e-5 [8e-7]
every gradient                         1e-12 [2e-15]     1e-4 [8e-6]
losses of the first 10 steps           1e-9  [2e-13]     1e-4 [2e-7]
parameters after 10 steps              1e-9  [2e-13]     1e-5 [2e-6]
parameters after 100, and at the end   1e-9  [2e-13]     not asked
later losses, what is then predicted   1e-9  [2e-13]     not asked
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
mean square at most 3 times the median of the others, and 1e-6 of the layer's largest
value.

Why so little is asked of a training in float32: by 100 steps one switched relu may have
grown to any size, and a few noise runs need not show it. LeNet-5 of the reference is
then 1.9e-3 off, and one rounding moves it by 1e-6 and TensorFlow's by 5e-7 alone
(PyTorch's by 1.9e-3, too); an LSTM is 2.5e-4 off. A gate would refuse correct code, or
let everything through. What such a training does is proved in float64; whether float32
learns as well is asked of the metric, over seeds, by `workbench.recipes`.

Native updates (`Experiment.is_native`) are held against those that follow the shared
formula. One that is known to follow another (`adapters.deviations`) has no vote on
training, and its difference has a documented cause as long as its parameters after 10
steps are what the declared formula makes of its own gradients: to the same gates. See
`workbench.updates`.

No framework is right by decree. Each whose gradient agrees with differences of its own
loss has one vote, and the element-wise median of the votes is what all are held
against. Two are held against each other. One that is alone is held against its own loss
only, and is not called equal: its status is "alone". So is that of the modes of a
single framework, which share one adapter; where they disagree they are different. A
mode that made fewer steps than others is compared as far as it went.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from adapters.contract import Arrays, Model

from . import distances
from .arrays import under
from .distances import layer_of, moments, worst

NOISE_FACTOR = 10
MOST_SWITCHED = 1e-4  # of the numbers of a layer; one, of a small layer


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


@dataclass(frozen=True)
class LayerError:
    """How far off one layer is; without a gradient if it has no parameters."""

    name: str
    forward: float | None
    gradient: float | None


@dataclass(frozen=True)
class Verdict:
    """What was found for one framework in one dtype; no reason means equal.

    Errors are relative and dimensionless; `None` where there was nothing to compare.
    """

    forward_error: float | None = None
    gradient_error: float | None = None
    trajectory_error: float | None = None
    before_training: str | None = None
    in_training: str | None = None
    """What differs, and where; only the first is looked for."""
    beyond: tuple[str, ...] = ()
    """Which of forward, gradient and trajectory are not within their gates."""
    layers: tuple[LayerError, ...] = ()
    excused: tuple[str, ...] = ()
    """Layers whose gradients in float32 are others, because a relu has switched."""
    remark: str | None = None

    @property
    def reason(self) -> str | None:
        """What differs first, and where."""
        return self.before_training or self.in_training

    def as_json(self) -> dict[str, Any]:
        """The three errors."""
        return {
            "forward_error": self.forward_error,
            "gradient_error": self.gradient_error,
            "trajectory_error": self.trajectory_error,
        }


def verdict(
    results: Arrays,
    truth: Arrays,
    model: Model,
    dtype: str,
    *,
    noise: Mapping[str, float] | None = None,
) -> Verdict:
    """Compare one framework's results with what they are held against.

    Parameters
    ----------
    noise : dict, optional
        What rounding alone does: to the first losses, and to parameters, by the name of
        the snapshot.
    """
    gates = GATES[dtype]
    forward = dict(distances.forward(results, truth, model))
    gradient = dict(distances.gradient(results, truth, model))
    is_rounded = dtype == "float32"
    made = distances.nearest_trajectory if is_rounded else distances.trajectory
    trajectory = {
        moment: error
        for moment, error in made(results, truth).items()
        if gates.of(moment) is not None
    }
    excused, remark = _excused(results, truth, model) if is_rounded else ((), None)
    least = SWITCHED_TRAINING if excused else 0.0
    allowed = {m: max(allowance(dtype, m, noise or {}), least) for m in trajectory}
    asked = {p: e for p, e in gradient.items() if layer_of(p) not in excused}
    coarse = distances.gradient_by_layer(results, truth, excused)
    found = {
        "forward": _first(f"{dtype}: forward differs first in", forward, gates.forward),
        "gradient": _backward(dtype, asked, gates.gradient)
        or _backward(dtype, coarse, SWITCHED_GRADIENT),
        "trajectory": _in_training(dtype, trajectory, allowed, results, truth),
    }
    return Verdict(
        forward_error=max(forward.values()),
        gradient_error=max(gradient.values()),
        trajectory_error=max(trajectory.values(), default=None),
        before_training=found["forward"] or found["gradient"],
        in_training=found["trajectory"],
        beyond=tuple(kind for kind, reason in found.items() if reason),
        layers=tuple(_by_layer(forward, gradient, model)),
        excused=excused,
        remark=remark,
    )


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
                f"{_in_words(moment)} ({min(runs):.1e}, allowed "
                f"{SWITCHED_TRAINING:.0e})"
            )
    return None


def _excused(
    results: Arrays, truth: Arrays, model: Model
) -> tuple[tuple[str, ...], str | None]:
    """The layers up to the last relu that lets through other numbers; and why.

    What comes after it has the same cotangents as otherwise.
    """
    switched: dict[str, str] = {}
    for layer in model.layers:
        is_zero, was_zero = (a[f"activation/{layer}"] == 0 for a in (results, truth))
        count = int((is_zero != was_zero).sum())
        is_rare = count <= max(1, MOST_SWITCHED * was_zero.size)
        if count and is_rare and was_zero.any():
            switched[layer] = f"{count} of {was_zero.size:,} numbers of layer {layer}"
    if not switched:
        return (), None
    last = model.layers.index([*switched][-1])
    return model.layers[: last + 1], (
        f"float32: {' and '.join(switched.values())} are zero here or in float64, and "
        f"not in both; so gradients up to there and training had coarser gates in "
        f"float32 ({SWITCHED_GRADIENT:.0e}, {SWITCHED_TRAINING:.0e})"
    )


def _by_layer(
    forward: dict[str, float], gradient: dict[str, float], model: Model
) -> Iterator[LayerError]:
    for layer in model.layers:
        errors = [e for place, e in gradient.items() if layer_of(place) == layer]
        found = max(errors, default=None)
        yield LayerError(layer, forward[f"layer {layer}"], found)


def _steps(moment: str) -> int:
    """How many steps there are before a snapshot; none if it is something else."""
    count = moment.removeprefix("after ")
    return int(count) if count.isdecimal() else 0


def _first(what: str, errors: dict[str, float], gate: float) -> str | None:
    for place, error in errors.items():
        if not error <= gate:
            return f"{what} {place} ({error:.1e}, allowed {gate:.0e})"
    return None


def _backward(dtype: str, errors: dict[str, float], gate: float) -> str | None:
    """The gradient nearest to the loss that differs, and how many others do."""
    first = _first(f"{dtype}: gradient differs first in", errors, gate)
    more = sum(not error <= gate for error in errors.values()) - 1
    return f"{first}; others that differ: {more}" if more > 0 else first


def _in_training(
    dtype: str,
    errors: dict[str, float],
    gates: dict[str, float],
    results: Arrays,
    truth: Arrays,
) -> str | None:
    """The first moment that differs, and the parameter that is then farthest off.

    And the first step whose loss is another, which an update before it has made.
    """
    for moment, error in errors.items():
        if error <= gates[moment]:
            continue
        where = _in_words(moment)
        if moment in moments(truth):
            farthest = worst(under(moment, results), under(moment, truth))
            where = f"{where}, most in {farthest}"
        found = _first(f"{dtype}: training differs", {where: error}, gates[moment])
        step = distances.first_step(results, truth, GATES[dtype].forward)
        return f"{found}; losses differ from step {step} on" if step else found
    return None


def _in_words(moment: str) -> str:
    """When something is compared, or what."""
    if _steps(moment):
        return f"{moment} steps"
    return "at the end" if moment == "trained" else f"in the {moment}"
