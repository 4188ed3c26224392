"""What can be said of one framework's results alone: their shapes, numbers, slopes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import numpy as np

from adapters.contract import Arrays, Model

from .arrays import under, unit
from .gates import SLOPE

# Python's own numbers, and what NumPy computes in float64 whatever is compared.
_PLAIN = {"loss", "losses", "first losses", "slope", "declared"}
PREDICTIONS = {"whole", "one", "prediction"}
_BEFORE_TRAINING = {"activation", "whole", "one", "loss", "gradient", "slope"}


def before_training(results: Arrays) -> Arrays:
    """What is known of a model without its training."""
    return {n: a for n, a in results.items() if n.split("/")[0] in _BEFORE_TRAINING}


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


def misshapen(
    results: Arrays, shapes: Mapping[str, tuple[int, ...] | str | None], dtype: str
) -> str | None:
    """What is missing, or has not the shape or dtype that is demanded.

    Any shape will do where `shapes` has none, and none where it has words.
    """
    for name, shape in shapes.items():
        array, words = results.get(name), name.replace("/", " of ")
        if array is None:
            return f"{words} is missing"
        if isinstance(shape, str):
            return f"{words}: {shape}"
        is_plain = name.split("/")[0].split(",")[0] in _PLAIN
        has_shape = shape is None or array.shape == shape
        if not has_shape or not (is_plain or array.dtype == dtype):
            wanted = f"{dtype}{'' if shape is None else list(shape)}"
            came = f"{array.dtype}{list(array.shape)}"
            return f"{words} must be {wanted}, {came} came"
    return None


def usual_shapes(
    everyone: Mapping[str, Arrays],
) -> dict[str, tuple[int, ...] | str]:
    """The shapes that most frameworks have given to layers and predictions.

    Of those that have them: who stops early predicts nothing at the end. Words, where
    no shape has the majority: then nothing says who is right.
    """
    names = dict.fromkeys(name for results in everyone.values() for name in results)
    return {
        name: _most({f: r[name].shape for f, r in everyone.items() if name in r})
        for name in names
        if name.startswith("activation/") or name in PREDICTIONS
    }


def _most(shapes: Mapping[str, tuple[int, ...]]) -> tuple[int, ...] | str:
    """The shape that more than half of the frameworks have, or who has which."""
    shape, count = Counter(shapes.values()).most_common(1)[0]
    if 2 * count > len(shapes):
        return shape
    whose = ", ".join(f"{list(found)} in {name}" for name, found in shapes.items())
    return f"no shape has the majority: {whose}"


def slope_disagrees(results: Arrays, direction: Arrays, model: Model) -> str | None:
    """Whether a gradient contradicts differences of the framework's own loss.

    Those over a long way and those over a short one: one of them may cross a kink.
    """
    gradients = under("gradient", results)
    for objective in model.objectives:
        names = model.trained(objective)
        along = unit({name: direction[name] for name in names})
        predicted = sum(float((gradients[n] * along[n]).sum()) for n in names)
        squares = sum(float((gradients[n] ** 2).sum()) for n in names)
        measured = results[f"slope/{objective}"]
        if (abs(predicted - measured) > SLOPE * np.sqrt(squares)).all():
            loss = named_for("loss", objective)
            return (
                f"along one direction the gradient of the {loss} promises "
                f"{predicted:.6g}, differences of its own loss give {measured[0]:.6g}"
            )
    return None


def named_for(what: str, objective: str) -> str:
    """What belongs to the loss, or to one of several: loss of the discriminator."""
    role = objective.removesuffix("_loss")
    return what if role == "loss" else f"{what} of the {role}"
