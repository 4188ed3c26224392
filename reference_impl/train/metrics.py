"""Metrics: what is measured of a model's predictions besides the loss.

A function (prediction, y) -> number that is a mean over the batch, as `accuracy` and
the losses are, is a metric by itself. What is no mean over the batch is a `Metric`, as
`perplexity`. What has an option is made by a function of it: `top_k(5)` is a function
such as `accuracy`, `confusion_matrix(10)` is a `Metric`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from ..core import ops
from ..core.dtype import float32, float64, int64
from ..core.errors import RangeError, ShapeError
from ..core.number import check_at_least
from ..core.tensor import Tensor


class Metric(NamedTuple):
    """Something measured over several batches.

    Attributes
    ----------
    init : function () -> state
    update : function (state, prediction, y) -> state
    result : function state -> Tensor
    """

    init: Callable[[], Any]
    update: Callable[[Any, Any, Any], Any]
    result: Callable[[Any], Tensor]


def _nothing() -> tuple[Tensor, int]:
    return ops.zeros((), dtype=float64), 0


def _quotient(state: tuple[Tensor, int]) -> Tensor:
    total, count = state
    if not count:
        raise RangeError("a mean: at least one example is needed, none came")
    return total / count


def average(function: Callable[[Any, Any], Tensor]) -> Metric:
    """The mean of a function of batches, each weighted by its size, in float64."""

    def update(
        state: tuple[Tensor, int], prediction: Any, y: Any
    ) -> tuple[Tensor, int]:
        total, count = state
        value = ops.astype(function(prediction, y), float64)
        return total + value * len(y), count + len(y)

    return Metric(_nothing, update, _quotient)


def accuracy(logits: Tensor, labels: Tensor) -> Tensor:
    """The part of the examples whose largest logit is that of the label, in [0, 1].

    Shapes
    ------
    logits  (..., C)
    labels  (...), integers

    Raises
    ------
    ShapeError
        If the shapes do not fit.
    """
    _check_shapes("accuracy", logits, labels)
    is_right = ops.argmax(logits, axis=-1) == labels
    return ops.mean(ops.astype(is_right, float32))


def top_k(k: int) -> Callable[[Tensor, Tensor], Tensor]:
    """The part of the examples whose label is among the `k` largest logits, in [0, 1].

    Shapes
    ------
    logits  (..., C)
    labels  (...), integers

    Raises
    ------
    ShapeError
        If the shapes do not fit.
    DtypeError, RangeError
        If `k` is no integer, or less than 1, or there are fewer than `k` classes.
    """
    check_at_least("top_k", 1, k=k)

    def part(logits: Tensor, labels: Tensor) -> Tensor:
        _check_shapes("top_k", logits, labels)
        _, classes = ops.topk(logits, k)
        is_among = ops.any(classes == ops.expand_dims(labels, axis=-1), axis=-1)
        return ops.mean(ops.astype(is_among, float32))

    return part


def _with_tokens(
    state: tuple[Tensor, int], logits: Tensor, labels: Tensor
) -> tuple[Tensor, int]:
    _check_shapes("perplexity", logits, labels)
    total, count = state
    losses = ops.softmax_cross_entropy(logits, labels)
    return total + ops.sum(ops.astype(losses, float64)), count + labels.size


# exp of the mean cross-entropy of all tokens: the size of a fair die that is as hard to
# foresee. Logits are (..., V), labels (...), integers in [0, V).
perplexity = Metric(_nothing, _with_tokens, lambda state: ops.exp(_quotient(state)))


def confusion_matrix(classes: int) -> Metric:
    """How many examples of class i (row) the model took for class j (column).

    Raises
    ------
    DtypeError, RangeError
        If `classes` is no integer, or less than 1; while updating, if a label is out of
        range.
    """
    check_at_least("confusion_matrix", 1, classes=classes)
    rows = partial(ops.one_hot, classes=classes, dtype=int64)

    def update(counts: Tensor, logits: Tensor, labels: Tensor) -> Tensor:
        _check_shapes("confusion_matrix", logits, labels)
        right, taken = rows(labels), rows(ops.argmax(logits, axis=-1))
        flat = (-1, classes)
        return counts + ops.reshape(right, flat).T @ ops.reshape(taken, flat)

    return Metric(
        lambda: ops.zeros((classes, classes), dtype=int64),
        update,
        lambda counts: counts,
    )


def _check_shapes(who: str, logits: Tensor, labels: Tensor) -> None:
    if logits.ndim != labels.ndim + 1 or labels.shape != logits.shape[:-1]:
        raise ShapeError(
            f"{who}: logits (..., C) and labels (...) are needed, {logits.shape} and "
            f"{labels.shape} came"
        )
