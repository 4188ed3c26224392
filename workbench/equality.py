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
  [2e-6]; after that nothing is asked. A relu whose input is zero up to rounding may
  switch in one run and not in another [2.4e-4], so each framework also trains from
  parameters that are one unit in the last place off, and 10 times the largest
  difference that this makes in any of the others is allowed. Where one has switched in
  the first batch already, which the zeros of its layer show, gradients up to that layer
  are others, and they and training are asked in float64 alone [1 of 65,536 in ResNet-8,
  by MXNet's batch normalisation]. And no layer's error may stand out: root mean square
  at most 3 times the median of the others.

No framework is right by decree. Each whose gradient agrees with differences of its own
loss has one vote, and the element-wise median of the votes is what all are held
against. Two are held against each other; one alone only against its own loss. A mode
that made fewer steps than others is compared as far as it went.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from adapters.contract import Arrays, Model

from .arrays import under
from .sanity import named_for

NOISE_FACTOR = 10
FIRST_LOSSES = 10
MOST_SWITCHED = 1e-4  # of the numbers of a layer; one, of a small layer
NOISE_RUNS = 2


@dataclass(frozen=True)
class Gates:
    """The largest errors of equal frameworks."""

    forward: float
    gradient: float
    trajectory: float | dict[str, float]
    """Of everything that training makes, or of parameters after some steps alone."""

    def of(self, moment: str) -> float | None:
        """The gate of something that training makes; nothing if it is not asked."""
        if isinstance(self.trajectory, dict):
            return self.trajectory.get(moment)
        return self.trajectory


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
    reason: str | None = None
    layers: tuple[LayerError, ...] = ()
    excused: tuple[str, ...] = ()
    """Layers whose gradients in float32 are others, because a relu has switched."""
    remark: str | None = None

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
    forward = dict(_forward(results, truth, model))
    gradient = dict(_gradient(results, truth, model))
    trajectory = {
        moment: error
        for moment, error in _trajectory(results, truth).items()
        if gates.of(moment) is not None
    }
    allowed = {
        moment: max(
            gates.of(moment) or 0.0, NOISE_FACTOR * (noise or {}).get(moment, 0)
        )
        for moment in trajectory
    }
    is_rounded = dtype == "float32"
    excused, remark = _excused(results, truth, model) if is_rounded else ((), None)
    asked = {p: e for p, e in gradient.items() if _layer_of(p) not in excused}
    trained = {} if excused else trajectory
    reason = (
        _first(f"{dtype}: forward differs first in", forward, gates.forward)
        or _first(f"{dtype}: gradient differs first in", asked, gates.gradient)
        or _in_training(
            f"{dtype}: training differs in", trained, allowed, results, truth
        )
    )
    return Verdict(
        forward_error=max(forward.values()),
        gradient_error=max(gradient.values()),
        trajectory_error=max(trajectory.values(), default=None),
        reason=reason,
        layers=tuple(_by_layer(forward, gradient, model)),
        excused=excused,
        remark=remark,
    )


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
        errors = [e for place, e in gradient.items() if _layer_of(place) == layer]
        found = max(errors, default=None)
        yield LayerError(layer, forward[f"layer {layer}"], found)


def by_layer(results: Arrays) -> dict[str, list[str]]:
    """The names of the arrays that belong together: a layer's result, its gradient.

    The gradient of one bias may be a single number, and its error a single rounding:
    nothing can be said of it alone.
    """
    groups: dict[str, list[str]] = {}
    for key in results:
        kind, _, name = key.partition("/")
        layer = _layer_of(name) if kind == "gradient" else name
        if kind in ("activation", "gradient"):
            groups.setdefault(f"{kind} of {layer}", []).append(key)
    return groups


def _layer_of(parameter: str) -> str:
    """The layer that has a parameter, such as block1.qkv for block1.qkv.weight."""
    return parameter.rpartition(".")[0]


def relative(
    array: np.ndarray, truth: np.ndarray, *, scale: float | None = None
) -> float:
    """The largest difference over the largest true value, or over another scale."""
    scale = scale or float(np.abs(truth).max()) or 1.0
    return float(np.abs(array - truth).max()) / scale


def distance(arrays: Arrays, truth: Arrays) -> float:
    """The relative 2-norm of all differences together."""
    apart = sum(float(((arrays[n] - a) ** 2).sum()) for n, a in truth.items())
    length = sum(float((a**2).sum()) for a in truth.values())
    return float(np.sqrt(apart / length))


def _forward(
    results: Arrays, truth: Arrays, model: Model
) -> Iterator[tuple[str, float]]:
    """Errors in the order in which data passes through the model."""
    for layer in model.layers:
        key = f"activation/{layer}"
        yield f"layer {layer}", relative(results[key], truth[key])
    # Layers were asked one by one; what is timed and used is the model as a whole.
    yield "the whole model", relative(results["whole"], truth["whole"])
    yield "the prediction for one sample", relative(results["one"], truth["one"])
    for name in model.objectives:
        key = f"loss/{name}"
        yield f"the {named_for('loss', name)}", relative(results[key], truth[key])


def _gradient(
    results: Arrays, truth: Arrays, model: Model
) -> Iterator[tuple[str, float]]:
    """Errors in the order in which cotangents flow: from the loss backward."""
    groups = by_layer(truth)
    for layer in reversed(model.layers):
        keys = groups.get(f"gradient of {layer}", [])
        scale = max((float(np.abs(truth[key]).max()) for key in keys), default=None)
        for key in keys:
            error = relative(results[key], truth[key], scale=scale)
            yield key.partition("/")[2], error


def _trajectory(results: Arrays, truth: Arrays) -> dict[str, float]:
    """Errors of what both have, in the order in which training makes it."""
    losses = {
        name: (results[f"losses/{name}"], usual)
        for name, usual in under("losses", truth).items()
    }
    errors = {
        moment: distance(under(moment, results), under(moment, truth))
        for moment in _moments(truth)
        if under(moment, results)
    }
    for name, pair in losses.items():
        errors[named_for("losses", name)] = relative(*_shared(*pair, None))
    first = [relative(*_shared(*pair, FIRST_LOSSES)) for pair in losses.values()]
    errors["first losses"] = max(first, default=0.0)
    if "prediction" in truth and "prediction" in results:
        errors["prediction"] = relative(results["prediction"], truth["prediction"])
    return errors


def _shared(
    own: np.ndarray, usual: np.ndarray, most: int | None
) -> tuple[np.ndarray, np.ndarray]:
    """Losses as far as both go, and so many at most."""
    count = min(len(own), len(usual))
    return own[:count][:most], usual[:count][:most]


def _moments(arrays: Arrays) -> list[str]:
    """When parameters were looked at: after 10, after 100, trained."""
    names = dict.fromkeys(key.split("/")[0] for key in arrays)
    return [n for n in names if n == "trained" or n.startswith("after ")]


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
            if moment in _moments(truth):
                worst = _worst(under(moment, results), under(moment, truth))
                where = f"{moment}, most in {worst}"
            return _first(what, {where: error}, gates[moment])
    return None


def _worst(arrays: Arrays, truth: Arrays) -> str:
    """The array that is farthest off."""
    return max(truth, key=lambda name: relative(arrays[name], truth[name]))
