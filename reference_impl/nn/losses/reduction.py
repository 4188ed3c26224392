"""What becomes of many losses: their mean, their sum, or all of them."""

from __future__ import annotations

from collections.abc import Callable

from ...core.errors import RangeError
from ...core.ops import mean, sum
from ...core.tensor import Tensor

_Reduction = Callable[[Tensor], Tensor]
_REDUCTIONS: dict[str, _Reduction] = {
    "mean": mean,
    "sum": sum,
    "none": lambda losses: losses,
}


def reduced(who: str, losses: Tensor, reduction: str, **more: _Reduction) -> Tensor:
    """The mean of all losses, their sum, or the losses themselves.

    Raises
    ------
    RangeError
        If `reduction` is none of "mean", "sum", "none" and the names in `more`; `who`
        opens the message.
    """
    reductions = _REDUCTIONS | more
    if reduction not in reductions:
        *names, last = map(repr, reductions)
        raise RangeError(
            f"{who}: reduction must be {', '.join(names)} or {last}, {reduction!r} came"
        )
    return reductions[reduction](losses)
