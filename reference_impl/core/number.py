"""Python's numbers, for what acts as one: counts, sizes, parameters of functions.

NumPy's numbers and tensors of one element act as numbers while their values are known.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from operator import index
from typing import Any

import numpy as np

from .dtype import ORDERED
from .errors import (
    DtypeError,
    FreedError,
    GradientError,
    MappingError,
    NoValueError,
    RangeError,
)

_PROBLEMS = (TypeError, ValueError, OverflowError, FreedError)


def integer(who: str, given: Any) -> int:
    """One of Python's integers.

    Raises
    ------
    DtypeError
        If it is none; `who` opens the message, and says what it is for.
    NoValueError, FreedError
        If it is a tensor whose value is not known.
    """
    try:
        return int(index(given))
    except _PROBLEMS as error:
        raise _refusal(who, "an integer", given, error) from None


def integers(given: int | Iterable[int], *, who: str, what: str) -> tuple[int, ...]:
    """Python's integers for what acts as integers; one number is one of them.

    Raises
    ------
    DtypeError
        If one is no integer: `who` needs integers as `what`.
    NoValueError, FreedError
        As `integer` does.
    """
    try:
        # An array or tensor without axes says that it is iterable, and is not.
        if isinstance(given, Iterable) and getattr(given, "shape", None) != ():
            return tuple(map(index, given))
        return (index(given),)  # type: ignore[arg-type]
    except _PROBLEMS as error:
        raise _refusal(f"{who}: {what}", "integers", given, error) from None


def real_number(who: str, given: Any) -> float:
    """One real number; what acts as an integer is one.

    Raises
    ------
    DtypeError
        If it is none; `who` opens the message, and says what it is for.
    GradientError
        If it is a tensor that a derivative is about, which would be lost.
    NoValueError, FreedError
        As `integer` does.
    """
    try:
        if not isinstance(given, (int, float)):
            array = np.asarray(given)  # a tensor may refuse
            if array.shape or array.dtype.kind not in ORDERED:
                raise TypeError
            given = array.item()
        as_float = float(given)  # or an error, if an integer is too large
        return given if isinstance(given, int) else as_float
    except _PROBLEMS as error:
        raise _refusal(who, "a real number", given, error) from None


def check_at_least(who: str, least: int, **counts: Any) -> None:
    """Raise an error unless all counts are integers, and at least this large.

    Raises
    ------
    DtypeError, RangeError
        `who` opens the message.
    """
    for name, count in counts.items():
        if integer(f"{who}: {name}", count) < least:
            raise RangeError(f"{who}: {name} must be at least {least}, {count} came")


def check_not_negative(who: str, **numbers: Any) -> None:
    """Raise an error unless all numbers are finite and at least 0.

    Raises
    ------
    DtypeError, RangeError
        `who` opens the message.
    """
    for name, x in numbers.items():
        if not 0 <= real_number(f"{who}: {name}", x) < math.inf:
            raise RangeError(f"{who}: {name} must be finite and at least 0, {x} came")


def check_fraction(who: str, **numbers: Any) -> None:
    """Raise an error unless all numbers lie in [0, 1).

    Raises
    ------
    DtypeError, RangeError
        `who` opens the message.
    """
    for name, x in numbers.items():
        if not 0 <= real_number(f"{who}: {name}", x) < 1:
            raise RangeError(f"{who}: {name} must lie in [0, 1), {x} came")


def _refusal(who: str, needed: str, given: Any, error: Exception) -> MappingError:
    """What is wrong with a number, in the words of who asked for it."""
    if isinstance(error, (NoValueError, FreedError)):
        _, why = str(error).split(": ", 1)
        return type(error)(f"{who}: {why}")
    if isinstance(error, GradientError):
        return GradientError(
            f"{who} must be {needed} that no derivative is about; `stop_gradient` "
            f"makes one of a tensor"
        )
    return DtypeError(f"{who} must be {needed}, {given!r:.60} came")
