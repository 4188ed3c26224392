"""When are two frameworks equal? Gates by tier, and the first layer that differs.

The gates, with what was observed in correct code in brackets:

* float64, every layer, the loss and every gradient: largest difference over largest
  value of the layer, 1e-12 [1.5e-15]. What fails here is a difference of meaning, not
  of rounding. (Of the layer, because a sum that cancels, as a bias's gradient does on
  centred data, has nothing but rounding in it.)
* float64, after training: parameters by relative 2-norm, every loss on the way, the
  predictions, 1e-9 [2e-13].
* float32, against float64: forward 1e-5 [6e-7], gradient 1e-4 [8e-6], parameters after
  10 steps 1e-5 [4e-7] and after 100 steps 1e-4 [2e-6]; after that nothing is asked. A
  relu whose input is zero up to rounding may switch in one run and not in another
  [2.4e-4], so each framework also trains from parameters that are one unit in the last
  place off, and 10 times the largest difference that this makes is allowed. And no
  layer's error may stand out: root mean square at most 3 times the median of the
  others.

No framework is right by decree. Each whose gradient agrees with differences of its own
loss has one vote, and the element-wise median of the votes is what all are held
against. Two are held against each other; one alone only against its own loss.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from adapters.contract import Arrays, Model

from .arrays import under, unit

SLOPE_TOLERANCE = 1e-6  # of the gradient's length; central differences reach 1e-9
OUTLIER_FACTOR = 3
OUTLIER_FLOOR = 1e-7  # of the largest value: one rounding in float32
VOTES_FOR_A_MEDIAN = 3
NOISE_FACTOR = 10
NOISE_RUNS = 2


@dataclass(frozen=True)
class Gates:
    """The largest errors of equal frameworks."""

    forward: float
    gradient: float
    trajectory: dict[str, float]
    """By what is compared: parameters after some steps, or something of the whole."""


GATES = {
    "float64": Gates(
        1e-12, 1e-12, {"trained": 1e-9, "losses": 1e-9, "prediction": 1e-9}
    ),
    "float32": Gates(1e-5, 1e-4, {"after 10": 1e-5, "after 100": 1e-4}),
}


@dataclass(frozen=True)
class Verdict:
    """What was found for one framework in one dtype; no reason means equal.

    Errors are relative and dimensionless; `None` where there was nothing to compare.
    """

    forward_error: float | None = None
    gradient_error: float | None = None
    trajectory_error: float | None = None
    reason: str | None = None

    def as_json(self) -> dict[str, Any]:
        """The three errors."""
        return {
            "forward_error": self.forward_error,
            "gradient_error": self.gradient_error,
            "trajectory_error": self.trajectory_error,
        }


def not_finite(results: Arrays, *, in_training: bool) -> str | None:
    """What is not a finite number, before training or in it, in order."""
    for name, array in results.items():
        is_early = name.split("/")[0] in _BEFORE_TRAINING
        if is_early == in_training:
            continue
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            kind = "NaN" if np.isnan(array).any() else "infinity"
            return f"{kind} in {name.replace('/', ' of ')}"
    return None


_BEFORE_TRAINING = {"activation", "whole", "loss", "gradient", "slope"}


def misshapen(
    results: Arrays, shapes: dict[str, tuple[int, ...]], dtype: str
) -> str | None:
    """What is missing, or has not the shape or dtype that the experiment demands."""
    for name, shape in shapes.items():
        array, words = results.get(name), name.replace("/", " of ")
        if array is None:
            return f"{words} is missing"
        is_plain = name in ("loss", "losses", "slope")  # Python's own numbers
        if array.shape != shape or not (is_plain or array.dtype == dtype):
            came = f"{array.dtype}{list(array.shape)}"
            return f"{words} must be {dtype}{list(shape)}, {came} came"
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


def truth_for(framework: str, votes: dict[str, Arrays]) -> Arrays | None:
    """What a framework is held against, if there is anything.

    Parameters
    ----------
    votes : dict
        Results by framework, of those that can be trusted.
    """
    if len(votes) >= VOTES_FOR_A_MEDIAN:
        first = next(iter(votes.values()))
        return {n: np.median([v[n] for v in votes.values()], axis=0) for n in first}
    others = [vote for name, vote in votes.items() if name != framework]
    return others[0] if others else None


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
    trajectory = dict(_trajectory(results, truth, gates))
    allowed = {
        name: max(gate, NOISE_FACTOR * (noise or {}).get(name, 0.0))
        for name, gate in gates.trajectory.items()
    }
    return Verdict(
        forward_error=max(forward.values()),
        gradient_error=max(gradient.values()),
        trajectory_error=max(trajectory.values(), default=None),
        reason=_first(f"{dtype}: forward differs first in", forward, gates.forward)
        or _first(f"{dtype}: gradient differs first in", gradient, gates.gradient)
        or _first(f"{dtype}: training differs in", trajectory, allowed),
    )


def noise_floor(everyone: Sequence[Arrays]) -> dict[str, float]:
    """The largest effect of one rounding on parameters, by the name of the snapshot."""
    return {
        name: max(
            distance(under(f"{name}, run {run}", results), under(name, results))
            for results in everyone
            for run in range(NOISE_RUNS)
        )
        for name in GATES["float32"].trajectory
        if everyone and all(under(name, results) for results in everyone)
    }


def outlier(name: str, everyone: dict[str, Arrays], truth: Arrays) -> str | None:
    """The array in which a framework is less exact than the others, in float32."""
    others = [results for other, results in everyone.items() if other != name]
    if len(others) < 2:
        return None
    for place, keys in _layers(truth).items():
        exact = _joined(truth, keys)
        floor = OUTLIER_FLOOR * float(np.abs(exact).max())
        usual = float(np.median([_rms(_joined(r, keys) - exact) for r in others]))
        own = _rms(_joined(everyone[name], keys) - exact)
        if own > OUTLIER_FACTOR * usual + floor:
            return f"float32: {place} is off by {own:.1e}, the others by {usual:.1e}"
    return None


def _layers(results: Arrays) -> dict[str, list[str]]:
    """The names of the arrays that belong together: a layer's result, its gradient.

    The gradient of one bias may be a single number, and its error a single rounding:
    nothing can be said of it alone.
    """
    groups: dict[str, list[str]] = {}
    for key in results:
        kind, _, name = key.partition("/")
        if kind in ("activation", "gradient"):
            groups.setdefault(f"{kind} of {name.split('.')[0]}", []).append(key)
    return groups


def _joined(arrays: Arrays, keys: list[str]) -> np.ndarray:
    return np.concatenate([arrays[key].ravel() for key in keys])


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


def _rms(array: np.ndarray) -> float:
    return float(np.sqrt((array**2).mean()))


def _forward(
    results: Arrays, truth: Arrays, model: Model
) -> Iterator[tuple[str, float]]:
    """Errors in the order in which data passes through the model."""
    for layer in model.layers:
        key = f"activation/{layer}"
        yield f"layer {layer}", relative(results[key], truth[key])
    # Layers were asked one by one; what is timed and used is the model as a whole.
    whole = truth[f"activation/{model.layers[-1]}"]
    yield "the whole model", relative(results["whole"], whole)
    yield "the loss", relative(results["loss"], truth["loss"])


def _gradient(
    results: Arrays, truth: Arrays, model: Model
) -> Iterator[tuple[str, float]]:
    """Errors in the order in which cotangents flow: from the loss backward."""
    for layer in reversed(model.layers):
        keys = _layers(truth).get(f"gradient of {layer}", [])
        scale = max((float(np.abs(truth[key]).max()) for key in keys), default=None)
        for key in keys:
            error = relative(results[key], truth[key], scale=scale)
            yield f"layer {layer}, {key.partition('/')[2]}", error


def _trajectory(
    results: Arrays, truth: Arrays, gates: Gates
) -> Iterator[tuple[str, float]]:
    for name in gates.trajectory:
        if name in truth:
            yield name, relative(results[name], truth[name])
        elif parameters := under(name, truth):
            yield name, distance(under(name, results), parameters)


def _first(
    what: str, errors: dict[str, float], allowed: float | dict[str, float]
) -> str | None:
    for place, error in errors.items():
        gate = allowed[place] if isinstance(allowed, dict) else allowed
        if not error <= gate:
            return f"{what} {place} ({error:.1e}, allowed {gate:.0e})"
    return None
