"""When are two frameworks equal? Gates by tier, and the first layer that differs.

The gates, with what was observed in correct code in brackets:

* float64, every layer, the loss and every gradient: largest difference over largest
  value of the layer, 1e-12 [1.5e-15]. What fails here is a difference of meaning, not
  of rounding. (Of the layer, because a sum that cancels, as a bias's gradient does on
  centred data, has nothing but rounding in it.)
* float64, in training: parameters by relative 2-norm, every loss on the way, the
  predictions, 1e-9 [2e-13].
* float32, against float64: forward 1e-5 [6e-7], gradient 1e-4 [8e-6], the losses of the
  first 10 steps 1e-4, parameters after 10 steps 1e-5 [4e-7] and after 100 steps 1e-4
  [2e-6]; of a training that is shorter than 10 steps, parameters at its end, 1e-5. A
  relu whose input is zero up to rounding may switch in one run and not in another
  [2.4e-4], so each framework also trains from parameters that are one unit in the last
  place off, and 10 times the largest difference that this makes in any of the others is
  allowed. Where one has switched in the first batch already, which the zeros of its
  layer show, gradients up to that layer are others, and they and training are asked in
  float64 alone [1 of 65,536 in ResNet-8, by MXNet's batch normalisation]. And no
  layer's error may stand out: root mean square at most 3 times the median of the
  others.

Not asked in float32: losses after the first 10 steps, parameters after 100, and the
predictions of what was trained. By then one switched relu has grown to any size [1.7e-2
after 1000 steps, 2.6e-3 between one framework with one thread and with two]: a gate
would refuse a framework against itself, or let everything through. What such a
training does is proved in float64; whether float32 learns as well is asked of the
metric, over seeds, by `workbench.recipes`.

Native updates (`Experiment.is_native`) are held against those that follow the shared
formula. One that is known to follow another (`adapters.deviations`) has no vote on
training, and its difference has a documented cause as long as its parameters after 10
steps are what the declared formula makes of its own gradients: to the same gates. See
`workbench.updates`.

No framework is right by decree. Each whose gradient agrees with differences of its own
loss has one vote, and the element-wise median of the votes is what all are held
against. Two are held against each other. One that is alone is held against its own loss
only, and is not called equal: its status is "alone". A mode that made fewer steps than
others is compared as far as it went.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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
    "float32": Gates(
        1e-5, 1e-4, {"first losses": 1e-4, "after 10": 1e-5, "after 100": 1e-4}
    ),
}


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
    noise: dict[str, float] | None = None,
) -> Verdict:
    """Compare one framework's results with what they are held against.

    Parameters
    ----------
    noise : dict, optional
        What rounding alone does to parameters, by the name of the snapshot.
    """
    gates = GATES[dtype]
    forward = dict(distances.forward(results, truth, model))
    gradient = dict(distances.gradient(results, truth, model))
    trajectory = {
        moment: error
        for moment, error in distances.trajectory(results, truth).items()
        if gates.of(moment) is not None
    }
    allowed = {moment: allowance(dtype, moment, noise or {}) for moment in trajectory}
    is_rounded = dtype == "float32"
    excused, remark = _excused(results, truth, model) if is_rounded else ((), None)
    asked = {p: e for p, e in gradient.items() if layer_of(p) not in excused}
    trained = {} if excused else trajectory
    before_training = _first(
        f"{dtype}: forward differs first in", forward, gates.forward
    ) or _first(f"{dtype}: gradient differs first in", asked, gates.gradient)
    in_training = _in_training(
        f"{dtype}: training differs in", trained, allowed, results, truth
    )
    return Verdict(
        forward_error=max(forward.values()),
        gradient_error=max(gradient.values()),
        trajectory_error=max(trajectory.values(), default=None),
        before_training=before_training,
        in_training=in_training,
        layers=tuple(_by_layer(forward, gradient, model)),
        excused=excused,
        remark=remark,
    )


def allowance(dtype: str, moment: str, noise: Mapping[str, float]) -> float:
    """How far off training may be: the gate of the moment, or what rounding does."""
    return max(GATES[dtype].of(moment) or 0.0, NOISE_FACTOR * noise.get(moment, 0.0))


def _excused(
    results: Arrays, truth: Arrays, model: Model
) -> tuple[tuple[str, ...], str | None]:
    """The layers before a relu that lets through what it otherwise does not; and why.

    What comes after it has the same cotangents as otherwise.
    """
    excused: tuple[str, ...] = ()
    remark = None
    for number, layer in enumerate(model.layers, 1):
        key = f"activation/{layer}"
        count = int(((results[key] == 0) != (truth[key] == 0)).sum())
        is_rare = count <= max(1, MOST_SWITCHED * truth[key].size)
        if count and is_rare and (truth[key] == 0).any():
            excused = model.layers[:number]
            remark = (
                f"float32: {count} of {truth[key].size:,} numbers of layer {layer} are "
                f"zero here or in float64, and not in both; so gradients up to there "
                f"and training were compared in float64 alone"
            )
    return excused, remark


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


def _in_training(
    what: str,
    errors: dict[str, float],
    gates: dict[str, float],
    results: Arrays,
    truth: Arrays,
) -> str | None:
    """The first moment that differs, and the parameter that is then farthest off."""
    for moment, error in errors.items():
        if not error <= gates[moment]:
            where = moment
            if moment in moments(truth):
                farthest = worst(under(moment, results), under(moment, truth))
                where = f"{moment}, most in {farthest}"
            return _first(what, {where: error}, gates[moment])
    return None
