"""Labels, each beside what is said about every class."""

from __future__ import annotations

from ...core.errors import ShapeError
from ...core.ops import astype, mean, moveaxis, one_hot, sum, take, where
from ...core.shape import axis_number
from ...core.tensor import Tensor
from .reduction import reduced


def classes_last(who: str, x: Tensor, axis: int) -> Tensor:
    """The tensor with its classes on the last axis."""
    if x.ndim == 1 or axis == x.ndim - 1:
        return x
    return moveaxis(x, axis_number(axis, x.ndim, who=who), -1)


def check_labels_fit(who: str, rows: Tensor, labels: Tensor) -> None:
    """Raise a `ShapeError` unless there is one label for each row."""
    if rows.shape[:-1] != labels.shape:
        raise ShapeError(
            f"{who}: {rows.shape[-1]} classes and labels {rows.shape[:-1]} belong "
            f"together, labels {labels.shape} came; `axis` says where the classes are"
        )


def chosen(rows: Tensor, labels: Tensor) -> Tensor:
    """The element of each row that its label counts off, which must be in range."""
    # Not by `take_along_axis`, where negative positions count from the end.
    is_label = one_hot(labels, rows.shape[-1], dtype=bool)
    return sum(where(is_label, rows, 0), axis=-1)


def counted(labels: Tensor, ignored: int | None) -> tuple[Tensor | None, Tensor]:
    """Which labels count, if not all do, and labels that are all in range."""
    if ignored is None:
        return None, labels
    is_counted = labels != ignored
    return is_counted, where(is_counted, labels, 0)


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
