"""Many elements into one, and running totals."""

from __future__ import annotations

from typing import Any

from ..core import ops
from .signatures import like, standard


def _reduction(x: Any, /, *, axis: Any = None, keepdims: bool = False) -> Any: ...


def _total(
    x: Any, /, *, axis: Any = None, dtype: Any = None, keepdims: bool = False
) -> Any: ...


def _spread(
    x: Any, /, *, axis: Any = None, correction: float = 0.0, keepdims: bool = False
) -> Any: ...


def _running(
    x: Any, /, *, axis: Any = None, dtype: Any = None, include_initial: bool = False
) -> Any: ...


all, any, count_nonzero = like(_reduction, "all", "any", "count_nonzero")
max, mean, min = like(_reduction, "max", "mean", "min")
prod, sum = like(_total, "prod", "sum")
std, var = like(_spread, "std", "var")
cumulative_prod, cumulative_sum = like(_running, "cumulative_prod", "cumulative_sum")


@standard
def diff(
    x: Any, /, *, axis: int = -1, n: int = 1, prepend: Any = None, append: Any = None
) -> Any: ...


# The functions of the framework that are defined here.
__all__ = [name for name in globals() if name in ops.__all__]
