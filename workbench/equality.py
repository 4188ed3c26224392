"""When are two frameworks equal? Gates by tier, and the first layer that differs.

The gates, with what was observed in correct code in brackets:

* float64, forward and gradient: largest difference over largest value, 1e-12 [1.5e-15].
  Whatever fails here is a difference of meaning, never one of rounding.
* float64, parameters after training: relative 2-norm, 1e-9 [2e-13].
* float32, against the float64 yardstick: forward 1e-5 [6e-7], gradient 1e-4 [8e-6],
  parameters after 10 steps 1e-5 [4e-7] and after 100 steps 1e-4 [2e-6]; and no array's
  error may stand out: root mean square at most 3 times the median of the others.

The yardstick is not one of the frameworks: it is the element-wise median of those whose
gradient agrees with differences of their own loss.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from adapters.contract import Arrays, Model

from .jobs import unit

SLOPE_TOLERANCE = 1e-6  # of the gradient's length; central differences reach 1e-9
OUTLIER_FACTOR = 3
OUTLIER_FLOOR = 1e-7  # of the largest value: one rounding in float32


@dataclass(frozen=True)
class Gates:
    """The largest errors of equal frameworks."""

    forward: float
    gradient: float
    trajectory: dict[str, float]
    """By the name of the snapshot."""


GATES = {
    "float64": Gates(1e-12, 1e-12, {"trained": 1e-9}),
    "float32": Gates(1e-5, 1e-4, {"after 10": 1e-5, "after 100": 1e-4}),
}


@dataclass(frozen=True)
class Verdict:
    """What was found for one framework in one dtype; no reason means equal."""

    forward_error: float
    gradient_error: float
    trajectory_error: float
    reason: str | None

    def as_json(self) -> dict[str, Any]:
        """The three errors."""
        return {
            "forward_error": self.forward_error,
            "gradient_error": self.gradient_error,
            "trajectory_error": self.trajectory_error,
        }


def under(prefix: str, results: Arrays) -> Arrays:
    """The arrays whose name starts with `prefix/`, without it."""
    start = f"{prefix}/"
    return {n[len(start) :]: a for n, a in results.items() if n.startswith(start)}


def not_finite(results: Arrays) -> str | None:
    """What is not a finite number, in the order in which it was computed."""
    for name, array in results.items():
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            kind = "NaN" if np.isnan(array).any() else "infinity"
            return f"{kind} in {name.replace('/', ' of ')}"
    return None


def misshapen(results: Arrays, model: Model, dtype: str) -> str | None:
    """What has not the shape or dtype that the model demands."""
    for kind in ("gradient", "trained"):
        for name, shape in model.shapes.items():
            array = results.get(f"{kind}/{name}")
            if array is None:
                return f"{kind} of {name} is missing"
            if array.shape != shape or array.dtype != dtype:
                return (
                    f"{kind} of {name} must be {dtype}{list(shape)}, "
                    f"{array.dtype}{list(array.shape)} came"
                )
    activations = under("activation", results)
    if tuple(activations) != model.layers:
        return f"layers must be {model.layers}, {tuple(activations)} came"
    return None


def slope_disagrees(results: Arrays, direction: Arrays) -> str | None:
    """Whether a gradient contradicts differences of the framework's own loss."""
    gradients, along = under("gradient", results), unit(direction)
    predicted = sum(float((gradients[n] * along[n]).sum()) for n in gradients)
    length = float(np.sqrt(sum(float((g**2).sum()) for g in gradients.values())))
    measured = float(results["slope"])
    if abs(predicted - measured) <= SLOPE_TOLERANCE * length:
        return None
    return (
        f"along one direction its gradient promises {predicted:.6g}, "
        f"differences of its own loss give {measured:.6g}"
    )


def yardstick(candidates: dict[str, Arrays], direction: Arrays) -> Arrays:
    """What the frameworks agree on: the median of those that can be trusted.

    A median needs three. Two are measured against the one that stands first.
    """
    trusted = [r for r in candidates.values() if not slope_disagrees(r, direction)]
    chosen = trusted or list(candidates.values())
    if len(chosen) < 3:
        return chosen[0]
    return {name: np.median([r[name] for r in chosen], axis=0) for name in chosen[0]}


def verdict(results: Arrays, truth: Arrays, model: Model, dtype: str) -> Verdict:
    """Compare one framework's results with the yardstick."""
    gates = GATES[dtype]
    forward = _errors("activation", results, truth)
    gradient = _errors("gradient", results, truth)
    trajectory = {
        snapshot: distance(under(snapshot, results), under(snapshot, truth))
        for snapshot in gates.trajectory
        if under(snapshot, truth)
    }
    return Verdict(
        forward_error=max(forward.values()),
        gradient_error=max(gradient.values()),
        trajectory_error=max(trajectory.values(), default=0.0),
        reason=_first_layer("forward", forward, model.layers, gates.forward, dtype)
        or _first_layer("gradient", gradient, model.layers[::-1], gates.gradient, dtype)
        or _first_snapshot(trajectory, gates.trajectory, dtype),
    )


def outlier(name: str, everyone: dict[str, Arrays], truth: Arrays) -> str | None:
    """The array in which a framework is less exact than the others, in float32."""
    others = [results for other, results in everyone.items() if other != name]
    if len(others) < 2:
        return None
    for key in (k for k in truth if k.startswith(("activation/", "gradient/"))):
        floor = OUTLIER_FLOOR * float(np.abs(truth[key]).max())
        usual = float(np.median([_rms(r[key] - truth[key]) for r in others]))
        own = _rms(everyone[name][key] - truth[key])
        if own > OUTLIER_FACTOR * usual + floor:
            return (
                f"float32: {key.replace('/', ' of ')} is off by {own:.1e}, "
                f"the others by {usual:.1e}"
            )
    return None


def relative(array: np.ndarray, truth: np.ndarray) -> float:
    """The largest difference over the largest true value."""
    scale = float(np.abs(truth).max()) or 1.0
    return float(np.abs(array - truth).max()) / scale


def distance(arrays: Arrays, truth: Arrays) -> float:
    """The relative 2-norm of all differences together."""
    apart = sum(float(((arrays[n] - a) ** 2).sum()) for n, a in truth.items())
    length = sum(float((a**2).sum()) for a in truth.values())
    return float(np.sqrt(apart / length))


def _rms(array: np.ndarray) -> float:
    return float(np.sqrt((array**2).mean()))


def _errors(kind: str, results: Arrays, truth: Arrays) -> dict[str, float]:
    ours = under(kind, results)
    return {name: relative(ours[name], a) for name, a in under(kind, truth).items()}


def _first_layer(
    what: str,
    errors: dict[str, float],
    order: tuple[str, ...],
    allowed: float,
    dtype: str,
) -> str | None:
    for layer in order:
        for name, error in errors.items():
            if name.split(".")[0] == layer and not error <= allowed:
                return (
                    f"{dtype}: {what} differs first in layer {layer} "
                    f"({name}: {error:.1e}, allowed {allowed:.0e})"
                )
    return None


def _first_snapshot(
    errors: dict[str, float], allowed: dict[str, float], dtype: str
) -> str | None:
    for name, error in errors.items():
        if not error <= allowed[name]:
            return (
                f"{dtype}: parameters differ when {name} "
                f"({error:.1e}, allowed {allowed[name]:.0e})"
            )
    return None
