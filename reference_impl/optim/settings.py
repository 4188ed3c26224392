"""The numbers that optimisers and schedules are made with: checked, and Python's.

A NumPy number or a tensor stands for its value. As it is, it would give its own dtype
to the parameters that it meets.
"""

from __future__ import annotations

import math
from typing import Any

from ..core.dtype import ORDERED, check_kind
from ..core.errors import DtypeError, RangeError, ShapeError
from ..core.number import (
    check_at_least,
    check_fraction,
    check_not_negative,
    integer,
    real_number,
)
from ..core.parameters import known_elements
from ..core.tensor import Tensor


def not_negative(who: str, **given: Any) -> list[float]:
    """Finite numbers of at least 0; `check_not_negative` says what is refused."""
    check_not_negative(who, **given)
    return [real_number(who, x) for x in given.values()]


def fractions(who: str, **given: Any) -> list[float]:
    """Numbers in [0, 1); `check_fraction` says what is refused."""
    check_fraction(who, **given)
    return [real_number(who, x) for x in given.values()]


def at_least(who: str, least: int, **given: Any) -> list[int]:
    """Integers that are large enough; `check_at_least` says what is refused."""
    check_at_least(who, least, **given)
    return [integer(who, x) for x in given.values()]


def above_zero(who: str, **given: Any) -> list[float]:
    """Finite numbers above 0.

    Raises
    ------
    DtypeError, RangeError
        `who` opens the message.
    """
    numbers = [real_number(f"{who}: {name}", x) for name, x in given.items()]
    for name, x in zip(given, numbers, strict=True):
        if not 0 < x < math.inf:
            raise RangeError(f"{who}: {name} must be finite and above 0, {x} came")
    return numbers


def two_fractions(who: str, betas: Any) -> list[float]:
    """The factors of two running means, in [0, 1).

    Raises
    ------
    DtypeError, RangeError
        If there are not two of them, or one is out of range.
    """
    try:
        beta1, beta2 = betas
    except (TypeError, ValueError):
        raise DtypeError(
            f"{who}: betas must be two numbers, such as (0.9, 0.999); "
            f"{betas!r:.60} came"
        ) from None
    return fractions(who, beta1=beta1, beta2=beta2)


def check_callable(who: str, needed: str, given: Any) -> None:
    """Raise a `DtypeError` unless something can be called."""
    if not callable(given):
        raise DtypeError(f"{who}: {needed} is needed; {given!r:.60} came")


def step_size(who: str, lr: Any) -> Any:
    """A step size; a tensor stays one, since a derivative may be about it.

    Raises
    ------
    DtypeError, ShapeError, RangeError
        If it is no single real number, or it is known to be negative or not finite.
    """
    if not isinstance(lr, Tensor):
        return not_negative(who, lr=lr)[0]
    if lr.shape != ():
        raise ShapeError(f"{who}: lr must be a single number, {list(lr.shape)} came")
    check_kind(lr.dtype, ORDERED, who=f"{who}: lr")
    check_not_negative(who, lr=float(known_elements(who, lr, 0.0)))
    return lr
