"""Labels, each beside what is said about every class."""

from __future__ import annotations

from ...core.dtype import int64
from ...core.errors import ShapeError
from ...core.number import integer
from ...core.ops import astype, mean, moveaxis, one_hot, sum, take, where
from ...core.shape import axis_number
from ...core.tensor import Tensor
from .operands import check_known, floats, integers
from .reduction import reduced


def classes_last(who: str, x: Tensor, axis: int) -> Tensor:
    """The tensor with its classes on the last axis."""
    if x.ndim == 1:
        return x
    a = axis_number(axis, x.ndim, who=who)
    return x if a == x.ndim - 1 else moveaxis(x, a, -1)


def checked_labels(
    who: str, rows: Tensor, labels: Tensor, ignored: int | None = None
) -> tuple[Tensor, Tensor | None]:
    """Labels, those that are ignored replaced; also which count, if not all do.

    Raises
    ------
    ShapeError, DtypeError
        Unless there is one integer for each row.
    """
    (labels,) = integers(who, labels=labels)
    if rows.shape[:-1] != labels.shape:
        raise ShapeError(
            f"{who}: {rows.shape[-1]} classes and labels {rows.shape[:-1]} belong "
            f"together, labels {labels.shape} came; `axis` says where the classes are"
        )
    is_counted = None
    if ignored is not None:
        # Shorter integers may not hold what is ignored.
        is_counted = astype(labels, int64) != integer(f"{who}: ignored", ignored)
        labels = where(is_counted, labels, 0)
    return labels, is_counted


def check_range(who: str, rows: Tensor, labels: Tensor) -> None:
    """Raise a `RangeError` if a label is known and there is no such class."""
    classes = rows.shape[-1]
    needed = f"labels must lie in [0, {classes})"
    check_known(who, labels, lambda x: (x >= 0) & (x < classes), needed)


def checked_weight(who: str, rows: Tensor, weight: Tensor | None) -> Tensor | None:
    """The weights of classes, or an error unless there is one number for each."""
    if weight is None:
        return None
    (weight,) = floats(who, weight=weight)
    if weight.shape != rows.shape[-1:]:
        raise ShapeError(
            f"{who}: a weight for each of {rows.shape[-1]} classes is needed, "
            f"{rows.shape[-1:]}; weight {weight.shape} came"
        )
    return weight


def chosen(rows: Tensor, labels: Tensor) -> Tensor:
    """The element of each row that its label counts off, which must be in range."""
    # Not by `take_along_axis`, where negative positions count from the end.
    is_label = one_hot(labels, rows.shape[-1], dtype=bool)
    return sum(where(is_label, rows, 0), axis=-1)


def weighted(
    losses: Tensor, labels: Tensor, weight: Tensor | None
) -> tuple[Tensor, Tensor | None]:
    """Losses times the weights of their classes; the weights too, if there are any."""
    if weight is None:
        return losses, None
    weights = take(weight, labels)
    return losses * weights, weights


def averaged(
    who: str,
    losses: Tensor,
    weights: Tensor | None,
    is_counted: Tensor | None,
    reduction: str,
) -> Tensor:
    """The reduction of losses that are weighted already, over those that count."""
    if is_counted is not None:
        losses = where(is_counted, losses, 0)
        ones = astype(is_counted, losses.dtype)
        weights = ones if weights is None else weights * ones
    if weights is None or reduction != "mean":
        return reduced(who, losses, reduction)
    return mean(losses) / mean(weights)  # not of sums, which could overflow
