"""Losses of scores: by how much the right class leads, if at all."""

from __future__ import annotations

from ...core.number import real_number
from ...core.ops import astype, expand_dims, mean, one_hot, relu, square, where
from ...core.tensor import Tensor
from .labels import (
    check_range,
    checked_labels,
    checked_weight,
    chosen,
    classes_last,
    weighted,
)
from .operands import check_equal_shapes, floats, plus_or_minus_one
from .reduction import reduced


def hinge(
    scores: Tensor, signs: Tensor, *, margin: float = 1.0, reduction: str = "mean"
) -> Tensor:
    """How far scores are from the right side of zero, at least `margin` away from it.

    Shapes
    ------
    scores, signs  equal; signs are 1 or -1, integers or not

    Raises
    ------
    ShapeError, DtypeError
        If the operands do not fit.
    RangeError
        If a sign is known and another number, or there is no such reduction.

    Notes
    -----
    max(0, margin - signs * scores), with slope 0 at the margin. Of differences of
    scores it ranks: PyTorch's `MarginRankingLoss` is that, with margin 0 and slope
    -signs at the margin.

    Source: Cortes and Vapnik 1995, "Support-vector networks", section 3.
    """
    (scores,) = floats("hinge", scores=scores)
    signs = plus_or_minus_one("hinge", signs)
    check_equal_shapes("hinge", scores=scores, signs=signs)
    margin = real_number("hinge: margin", margin)
    leads = astype(signs, scores.dtype) * scores
    return reduced("hinge", relu(margin - leads), reduction)


def multi_class_hinge(
    scores: Tensor,
    labels: Tensor,
    *,
    margin: float = 1.0,
    squared: bool = False,
    weight: Tensor | None = None,
    axis: int = 1,
    reduction: str = "mean",
) -> Tensor:
    """By how much other classes come nearer to the right one's score than `margin`.

    Shapes
    ------
    scores  (N, C, ...), with C at `axis`; or (C,)
    labels  (N, ...), integers in [0, C)
    weight  (C,)

    Parameters
    ----------
    squared : bool
        Whether what is too near counts by its square.
    weight : Tensor, optional
        How much each class counts, where it is the right one.

    Raises
    ------
    ShapeError, DtypeError
        If the operands do not fit.
    RangeError
        If a label is out of range, or there is no such reduction.

    Notes
    -----
    As PyTorch's `MultiMarginLoss` the sum over the other classes is divided by C.

    Source: Weston and Watkins 1999, "Support vector machines for multi-class pattern
    recognition", equation 5.
    """
    who = "multi_class_hinge"
    (scores,) = floats(who, scores=scores)
    rows = classes_last(who, scores, axis)
    weight = checked_weight(who, rows, weight)
    labels, _ = checked_labels(who, rows, labels)
    check_range(who, rows, labels)
    margin = real_number(f"{who}: margin", margin)
    right = expand_dims(chosen(rows, labels), axis=-1)
    excess = relu(rows - right + margin)
    if squared:
        excess = square(excess)
    is_label = one_hot(labels, rows.shape[-1], dtype=bool)
    losses = mean(where(is_label, 0, excess), axis=-1)
    losses, _ = weighted(losses, labels, weight)
    return reduced(who, losses, reduction)
