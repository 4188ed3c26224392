"""Losses: maps to one number that training makes small."""

from __future__ import annotations

from ..core.errors import ShapeError
from ..core.ops import mean, softmax_cross_entropy
from ..core.tensor import Tensor


def mean_squared_error(prediction: Tensor, target: Tensor) -> Tensor:
    """The average of squared differences, without a factor of one half.

    Shapes
    ------
    prediction, target  equal

    Raises
    ------
    ShapeError
        If the shapes differ: broadcasting here is a mistake more often than a wish.
    """
    if prediction.shape != target.shape:
        raise ShapeError(
            f"mean_squared_error: shapes must be equal, prediction is "
            f"{prediction.shape} and target is {target.shape}"
        )
    difference = prediction - target
    return mean(difference * difference)


def cross_entropy(logits: Tensor, labels: Tensor) -> Tensor:
    """The average negative logarithm of the softmax probability of the right class.

    Shapes
    ------
    logits  (N, C)
    labels  (N,), integers in [0, C)

    Raises
    ------
    ShapeError
        If the shapes do not fit.
    RangeError
        If a label is out of range.
    """
    if logits.ndim != 2 or labels.shape != logits.shape[:1]:
        raise ShapeError(
            f"cross_entropy: logits (N, C) and labels (N,) are needed, "
            f"{logits.shape} and {labels.shape} came"
        )
    return mean(softmax_cross_entropy(logits, labels))
