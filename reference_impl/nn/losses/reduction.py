"""What becomes of many losses: their mean, their sum, or all of them."""

from __future__ import annotations

from ...core.errors import RangeError, ShapeError
from ...core.ops import mean, sum
from ...core.tensor import Tensor

_REDUCTIONS = {"mean": mean, "sum": sum, "none": lambda losses: losses}


def reduced(who: str, losses: Tensor, reduction: str) -> Tensor:
    """The mean of all losses, their sum, or the losses themselves.

    Raises
    ------
    RangeError
        If `reduction` is none of "mean", "sum" and "none"; `who` opens the message.
    """
    if reduction not in _REDUCTIONS:
        raise RangeError(
            f"{who}: reduction must be 'mean', 'sum' or 'none', {reduction!r} came"
        )
    return _REDUCTIONS[reduction](losses)


def check_equal_shapes(who: str, **tensors: Tensor) -> None:
    """Raise a `ShapeError` unless tensors are alike, for the message called by name.

    To broadcast a column of predictions against a row of targets is a mistake more
    often than a wish.
    """
    (first, x), *others = tensors.items()
    for name, y in others:
        if x.shape != y.shape:
            raise ShapeError(
                f"{who}: shapes must be equal, {first} is {x.shape} and {name} is "
                f"{y.shape}"
            )
