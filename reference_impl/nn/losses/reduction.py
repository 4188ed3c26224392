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

    A loss may have `more` reductions, or its own in place of one of these.

    Raises
    ------
    RangeError
        If there is no such reduction; `who` opens the message.
    """
    reductions = _REDUCTIONS | more
    if not isinstance(reduction, str) or reduction not in reductions:
        *names, last = map(repr, reductions)
        raise RangeError(
            f"{who}: reduction must be {', '.join(names)} or {last}, {reduction!r} came"
        )
    return reductions[reduction](losses)
