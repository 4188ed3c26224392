"""Hold one framework's results against a truth; name the first layer that differs.

How far off they may be is said in `workbench.gates`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from adapters.contract import Arrays, Model

from . import distances
from .arrays import under
from .distances import layer_of, moments, worst
from .gates import (
    GATES,
    MOST_SWITCHED,
    SWITCHED_GRADIENT,
    SWITCHED_TRAINING,
    allowance,
    in_words,
)


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
        where = in_words(moment)
        if moment in moments(truth):
            farthest = worst(under(moment, results), under(moment, truth))
            where = f"{where}, most in {farthest}"
        found = _first(f"{dtype}: training differs", {where: error}, gates[moment])
        step = distances.first_step(results, truth, GATES[dtype].forward)
        return f"{found}; losses differ from step {step} on" if step else found
    return None
