"""Where frameworks first differ: forward from the inputs, backward from the loss.

No framework is right by decree: in float64 each is held against the element-wise
median of all, at the gate of `workbench.equality`; of two the reference is right.
In float32 each is held against the reference in float64, computed with the same arrays;
what rounding does to a model is measured by rounding every array and every result of
that once more, and ten times as much is allowed.

Errors are relative to the largest value, or gradient, of the whole model: a sum may
cancel, and then has nothing but rounding in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from random_models.frameworks import Frameworks, Outcome
from random_models.model import TAP, Model

from adapters.contract import Arrays
from workbench.equality import GATES, NOISE_FACTOR, NOISE_RUNS

VOTES_FOR_A_MEDIAN = 3


@dataclass(frozen=True)
class Difference:
    """The first place where a framework differs.

    Attributes
    ----------
    framework : str
    name : str, optional
        Of an array, or nothing if the framework raised an exception.
    is_gradient : bool
        Whether it is the gradient of what has this name.
    text : str
        What differs, in words.
    """

    framework: str
    text: str
    name: str | None = None
    is_gradient: bool = False

    def __str__(self) -> str:
        return f"{self.framework}: {self.text}"


@dataclass(frozen=True)
class Truth:
    """What all are held against, and the errors that are allowed."""

    outcome: Outcome
    forward: float
    gradient: float


def truth(model: Model, frameworks: Frameworks, outcomes: dict[str, Outcome]) -> Truth:
    """What the model's numbers should be."""
    gates = GATES[model.dtype]
    if model.dtype == "float64":
        return Truth(_median(outcomes), gates.forward, gates.gradient)
    exact = frameworks.run("reference", model, computed_in="float64")
    forward, gradient = gates.forward, gates.gradient
    for seed in range(NOISE_RUNS):
        noisy = frameworks.run(
            "reference", model, computed_in="float64", perturbed=seed
        )
        moved = _largest_error(noisy.values, exact.values)
        forward = max(forward, NOISE_FACTOR * moved)
        moved = _largest_error(noisy.gradients, exact.gradients)
        gradient = max(gradient, NOISE_FACTOR * moved)
    return Truth(exact, forward, gradient)


def difference(
    model: Model, outcomes: dict[str, Outcome], expected: Truth
) -> Difference | None:
    """The first difference of any framework, if there is one."""
    present = {name: o for name, o in outcomes.items() if not o.unsupported}
    for framework, outcome in present.items():
        if outcome.raised:
            return Difference(framework, f"raises {outcome.raised}")
    # The loss differs wherever a layer does: the earliest place is the cause.
    for place in places(model):
        for framework, outcome in present.items():
            wrong = _wrong(place, outcome, expected, model.dtype)
            if wrong:
                text = f"{place.words} differs first, {wrong}"
                return Difference(framework, text, place.name, place.is_gradient)
    return None


class Place(NamedTuple):
    """An array that is compared: a value, or the gradient by what has this name."""

    name: str
    words: str
    is_gradient: bool = False


def places(model: Model) -> Iterator[Place]:
    """All arrays in the order in which they are computed."""
    for layer in model.layers:
        yield Place(layer.name, f"forward, {layer.name} ({layer.kind})")
    yield Place("loss", "forward, the loss")
    for layer in reversed(model.layers):
        of = f"of {layer.name} ({layer.kind})"
        yield Place(layer.name + TAP, f"backward, the cotangent {of}", True)
        for name in layer.arguments():
            kind = name.partition(".")[2]
            yield Place(name, f"backward, the gradient by the {kind} {of}", True)
    for name in model.inputs:
        if model.recipes()[name].kind == "uniform":
            yield Place(name, f"backward, the gradient by the input {name}", True)


def _wrong(place: Place, outcome: Outcome, expected: Truth, dtype: str) -> str | None:
    """What is wrong with a framework's array, if anything is."""
    exact = expected.outcome
    pairs = (outcome.values, exact.values), (outcome.gradients, exact.gradients)
    arrays, wanted = pairs[place.is_gradient]
    array, target = arrays[place.name], wanted[place.name]
    # MXNet has no arrays without axes.
    is_shaped = array.shape == target.shape or array.size == target.size == 1
    if not is_shaped or array.dtype != dtype:
        came = f"{array.dtype}{list(array.shape)}"
        return f"as {dtype}{list(target.shape)} is needed, {came} came"
    gate = expected.gradient if place.is_gradient else expected.forward
    error = _error(array, target, _scale(wanted))
    return None if error <= gate else f"by {error:.1e}, allowed {gate:.1e}"


def _scale(arrays: Arrays) -> float:
    return max((float(np.abs(a).max()) for a in arrays.values()), default=0.0) or 1.0


def _error(array: np.ndarray, wanted: np.ndarray, scale: float) -> float:
    return float(np.abs(array.reshape(wanted.shape) - wanted).max()) / scale


def _largest_error(arrays: Arrays, exact: Arrays) -> float:
    scale = _scale(exact)
    return max(_error(arrays[name], exact[name], scale) for name in exact)


def _median(outcomes: dict[str, Outcome]) -> Outcome:
    votes = [o for o in outcomes.values() if not (o.unsupported or o.raised)]
    if len(votes) < VOTES_FOR_A_MEDIAN:
        return outcomes["reference"]
    return Outcome(
        _medians([vote.values for vote in votes]),
        _medians([vote.gradients for vote in votes]),
    )


def _medians(votes: list[Arrays]) -> Arrays:
    """Element by element; what is no number, or misshapen, has no say."""
    shapes = {name: array.shape for name, array in votes[0].items()}
    return {
        name: np.nanmedian([_shaped(vote[name], shape) for vote in votes], axis=0)
        for name, shape in shapes.items()
    }


def _shaped(array: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    fits = array.size == np.prod(shape, dtype=int)
    return array.reshape(shape) if fits else np.full(shape, np.nan)
