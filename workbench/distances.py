"""How far one framework's results are from what they are held against.

Every error is relative and dimensionless, and is kept under the name of its place, in
the order in which a framework makes it: so the first that is too large is the cause.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from adapters.contract import Arrays, Model

from .arrays import under
from .sanity import named_for

FIRST_LOSSES = 10


def by_layer(results: Arrays) -> dict[str, list[str]]:
    """The names of the arrays that belong together: a layer's result, its gradient.

    The gradient of one bias may be a single number, and its error a single rounding:
    nothing can be said of it alone.
    """
    groups: dict[str, list[str]] = {}
    for key in results:
        kind, _, name = key.partition("/")
        layer = layer_of(name) if kind == "gradient" else name
        if kind in ("activation", "gradient"):
            groups.setdefault(f"{kind} of {layer}", []).append(key)
    return groups


def layer_of(parameter: str) -> str:
    """The layer that has a parameter, such as block1.qkv for block1.qkv.weight."""
    return parameter.rpartition(".")[0]


def relative(
    array: np.ndarray, truth: np.ndarray, *, scale: float | None = None
) -> float:
    """The largest difference over the largest true value, or over another scale."""
    return largest(array - truth) / (scale or largest(truth) or 1.0)


def largest(array: np.ndarray) -> float:
    """The largest absolute value, without a copy that holds all of them."""
    return max(float(array.max()), -float(array.min()))


def squares(array: np.ndarray) -> float:
    """The sum of the squares of all elements."""
    flat = array.ravel()
    return float(flat @ flat)


def distance(arrays: Arrays, truth: Arrays) -> float:
    """The relative 2-norm of all differences together."""
    apart = sum(squares(arrays[n] - a) for n, a in truth.items())
    length = sum(map(squares, truth.values()))
    return float(np.sqrt(apart / (length or 1.0)))


def forward(
    results: Arrays, truth: Arrays, model: Model
) -> Iterator[tuple[str, float]]:
    """Errors in the order in which data passes through the model."""
    for layer in model.layers:
        key = f"activation/{layer}"
        yield f"layer {layer}", relative(results[key], truth[key])
    yield "the whole model", relative(results["whole"], truth["whole"])
    yield "the prediction for one sample", relative(results["one"], truth["one"])
    for name in model.objectives:
        key = f"loss/{name}"
        yield f"the {named_for('loss', name)}", relative(results[key], truth[key])


def gradient(
    results: Arrays, truth: Arrays, model: Model
) -> Iterator[tuple[str, float]]:
    """Errors in the order in which cotangents flow: from the loss backward."""
    groups = by_layer(truth)
    for layer in reversed(model.layers):
        keys = groups.get(f"gradient of {layer}", [])
        scale = max((largest(truth[key]) for key in keys), default=None)
        for key in keys:
            error = relative(results[key], truth[key], scale=scale)
            yield key.partition("/")[2], error


def gradient_by_layer(
    results: Arrays, truth: Arrays, layers: Sequence[str]
) -> dict[str, float]:
    """The distance of the gradients of some layers, as a whole, in the same order."""
    groups = by_layer(truth)
    keys = {layer: groups.get(f"gradient of {layer}", []) for layer in layers}
    return {
        f"layer {layer}": distance(
            {key: results[key] for key in keys[layer]},
            {key: truth[key] for key in keys[layer]},
        )
        for layer in reversed(layers)
        if keys[layer]
    }


def trajectory(results: Arrays, truth: Arrays) -> dict[str, float]:
    """Errors of what both have, in the order in which training makes it."""
    losses = {
        name: (results[f"losses/{name}"], usual)
        for name, usual in under("losses", truth).items()
    }
    errors = {
        moment: distance(under(moment, results), under(moment, truth))
        for moment in moments(truth)
        if under(moment, results)
    }
    for name, pair in losses.items():
        errors[named_for("losses", name)] = relative(*_shared(*pair, None))
    if losses:
        first = [relative(*_shared(*pair, FIRST_LOSSES)) for pair in losses.values()]
        errors["first losses"] = max(first)
    if "prediction" in truth and "prediction" in results:
        errors["prediction"] = relative(results["prediction"], truth["prediction"])
    return errors


def nearest_trajectory(results: Arrays, truth: Arrays) -> dict[str, float]:
    """The same, of whichever is nearest among trainings one rounding apart.

    A mistake is in all of them, a rounding that has switched a relu is not.
    """
    every = [trajectory(results, truth)]
    for run in _noisy(results):
        every.append(trajectory(run, {n: a for n, a in truth.items() if n in run}))
    return {
        moment: min(errors[moment] for errors in every if moment in errors)
        for moment in every[0]
    }


def _noisy(results: Arrays) -> list[Arrays]:
    """What each run with noise has made, under the names of the one without."""
    runs: dict[str, Arrays] = {}
    for key, array in results.items():
        what, is_noisy, rest = key.partition(", run ")
        if is_noisy:
            run, _, name = rest.partition("/")
            usual = "losses" if what == "first losses" else what
            runs.setdefault(run, {})[f"{usual}/{name}"] = array
    return list(runs.values())


def steps(results: Arrays, truth: Arrays) -> int:
    """How many updates both have made, as their losses tell."""
    return min(
        (
            min(len(results[f"losses/{name}"]), len(usual))
            for name, usual in under("losses", truth).items()
        ),
        default=0,
    )


def _shared(
    own: np.ndarray, usual: np.ndarray, most: int | None
) -> tuple[np.ndarray, np.ndarray]:
    """Losses as far as both go, and so many at most."""
    count = min(len(own), len(usual))
    return own[:count][:most], usual[:count][:most]


def first_step(results: Arrays, truth: Arrays, gate: float) -> int | None:
    """The first step, counted from 1, whose loss is farther off than a gate."""
    found = []
    for name, usual in under("losses", truth).items():
        own, true = _shared(results[f"losses/{name}"], usual, None)
        apart = np.abs(own - true) / (largest(true) or 1.0)
        found += [int(place) + 1 for place in np.flatnonzero(~(apart <= gate))[:1]]
    return min(found, default=None)


def moments(arrays: Arrays) -> list[str]:
    """When parameters were looked at: after 10, after 100, trained."""
    names = dict.fromkeys(key.split("/")[0] for key in arrays)
    return [n for n in names if n == "trained" or n.startswith("after ")]


def worst(arrays: Arrays, truth: Arrays) -> str:
    """The array that is farthest off."""
    return max(truth, key=lambda name: relative(arrays[name], truth[name]))
