"""Where frameworks first differ: forward from the inputs, backward from the loss.

No framework is right by decree: each is held against the element-wise median of what
all compute in float64, at the gates of `workbench.gates`. Of two that is their mean:
both are named where they differ by twice what is allowed. In float32 the arrays are the
same, and what rounding does to each place is measured by rounding every array and every
result in float64 once more; ten times as much is allowed.

Errors are relative to the largest value of the layer, or to its largest gradient, as in
`workbench.gates`: where a sum cancels there is nothing but rounding in it, and the
loss, a sum, is held against the outputs that it adds up. A whole layer may cancel, as
cotangents do behind the sum of a softmax: some roundings of the model's largest number
are allowed everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from random_models.frameworks import Frameworks, Outcome
from random_models.model import ROUNDING, TAP, Model

from adapters.contract import Arrays
from workbench.experiment import NOISE_RUNS
from workbench.gates import GATES, NOISE_FACTOR


@dataclass(frozen=True)
class Difference:
    """The first place where a framework differs.

    Attributes
    ----------
    framework : str
        Several, with "and", if they differ in the same place.
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


class Place(NamedTuple):
    """An array that is compared: a value, or the gradient by what has this name.

    Attributes
    ----------
    beside : tuple of str
        The arrays of which the largest number gives the scale.
    """

    name: str
    words: str
    beside: tuple[str, ...]
    is_gradient: bool = False

    def is_in(self, outcome: Outcome) -> bool:
        """Whether there is such an array; adapters say no cotangents."""
        return self.name in self._arrays(outcome)

    def found(self, outcome: Outcome) -> np.ndarray:
        """The array among a framework's results."""
        return self._arrays(outcome)[self.name]

    def scale(self, outcome: Outcome) -> float:
        """The largest number of the arrays beside it."""
        arrays = self._arrays(outcome)
        return _largest(arrays[name] for name in self.beside if name in arrays)

    def _arrays(self, outcome: Outcome) -> Arrays:
        return outcome.gradients if self.is_gradient else outcome.values


def places(model: Model) -> Iterator[Place]:
    """All arrays in the order in which they are computed."""
    for layer in model.layers:
        yield Place(layer.name, f"forward, {layer.name} ({layer.kind})", (layer.name,))
    outputs = tuple(layer.name for layer in model.outputs())
    yield Place("loss", "forward, the loss", outputs)
    for layer in reversed(model.layers):
        of = f"of {layer.name} ({layer.kind})"
        group = layer.name + TAP, *layer.arguments()
        yield Place(group[0], f"backward, the cotangent {of}", group, True)
        for name in group[1:]:
            kind = name.partition(".")[2]
            yield Place(name, f"backward, the gradient by the {kind} {of}", group, True)
    for name in model.inputs:
        if model.recipes()[name].kind == "uniform":
            words = f"backward, the gradient by the input {name}"
            yield Place(name, words, (name,), True)


@dataclass(frozen=True)
class Truth:
    """What all are held against, and the error that is allowed at each place.

    Places stand in the order in which they are computed.
    """

    outcome: Outcome
    allowed: dict[Place, float]


def truth(model: Model, frameworks: Frameworks, outcomes: dict[str, Outcome]) -> Truth:
    """What the model's numbers should be."""
    if model.dtype == "float64":
        exact = _median(outcomes)
        there = [place for place in places(model) if place.is_in(exact)]
        return Truth(exact, {p: _allowed(p, exact, model.dtype) for p in there})
    exact = _median(frameworks.run_all(model, computed_in="float64"))
    moved = _moved(model, frameworks)
    return Truth(
        exact,
        {
            place: max(_allowed(place, exact, model.dtype), NOISE_FACTOR * by)
            for place, by in moved.items()
        },
    )


def _allowed(place: Place, exact: Outcome, dtype: str) -> float:
    """What the gate lets through, or some roundings of the model's largest number."""
    gates = GATES[dtype]
    gate = gates.gradient if place.is_gradient else gates.forward
    arrays = exact.gradients if place.is_gradient else exact.values
    roundings = NOISE_FACTOR * ROUNDING[dtype] * _largest(arrays.values())
    return max(gate * place.scale(exact), roundings)


def _moved(model: Model, frameworks: Frameworks) -> dict[Place, float]:
    """By how much rounding to float32 moves each array, as seen in the reference."""
    exact = frameworks.run("reference", model, computed_in="float64")
    noisy = [
        frameworks.run("reference", model, computed_in="float64", perturbed=seed)
        for seed in range(NOISE_RUNS)
    ]
    return {
        place: max(_error(place.found(one), place.found(exact)) for one in noisy)
        for place in places(model)
    }


def exception(outcomes: dict[str, Outcome]) -> Difference | None:
    """The first exception of any framework, if there is one."""
    for framework, outcome in outcomes.items():
        if outcome.raised:
            return Difference(framework, f"raises {outcome.raised}")
    return None


def difference(
    model: Model, outcomes: dict[str, Outcome], expected: Truth
) -> Difference | None:
    """The first difference of any framework, if there is one."""
    present = {name: o for name, o in outcomes.items() if not o.unsupported}
    # The loss differs wherever a layer does: the earliest place is the cause.
    for place in expected.allowed:
        wrong = {
            framework: how
            for framework, outcome in present.items()
            if (how := _wrong(place, outcome, expected, model.dtype))
        }
        if wrong:
            hows = "; ".join(dict.fromkeys(wrong.values()))
            text = f"{place.words} differs first, {hows}"
            return Difference(" and ".join(wrong), text, place.name, place.is_gradient)
    return None


def _wrong(place: Place, outcome: Outcome, expected: Truth, dtype: str) -> str | None:
    """What is wrong with a framework's array, if anything is."""
    array, target = place.found(outcome), place.found(expected.outcome)
    # MXNet has no arrays without axes.
    is_shaped = array.shape == target.shape or array.size == target.size == 1
    if not is_shaped or array.dtype != dtype:
        came = f"{array.dtype}{list(array.shape)}"
        return f"as {dtype}{list(target.shape)} is needed, {came} came"
    error, allowed = _error(array, target), expected.allowed[place]
    return None if error <= allowed else f"by {error:.1e}, allowed {allowed:.1e}"


def _largest(arrays: Iterable[np.ndarray]) -> float:
    return max(float(np.abs(array).max()) for array in arrays)


def _error(array: np.ndarray, wanted: np.ndarray) -> float:
    return float(np.abs(array.reshape(wanted.shape) - wanted).max())


def _median(outcomes: dict[str, Outcome]) -> Outcome:
    votes = [o for o in outcomes.values() if not (o.unsupported or o.raised)]
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
