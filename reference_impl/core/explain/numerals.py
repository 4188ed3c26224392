"""Counts, bytes and seconds as short text."""

from __future__ import annotations

from ..plan.timeline import size

__all__ = ["count", "decimal", "duration", "shortened", "size", "things"]


def count(number: float) -> str:
    """A number in thousands, millions, billions: `524 k`."""
    for letter, scale in (("T", 1e12), ("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if number >= scale:
            return f"{_three_digits(number / scale)} {letter}"
    return f"{number:.0f}"


def decimal(number: float) -> str:
    """A number with three digits, and no more places than that takes."""
    return "0" if not number else _three_digits(number)


def things(number: int, noun: str) -> str:
    """A number of things: `2 kernels`."""
    return f"{number:,} {noun}{'s' * (number != 1)}"


def duration(seconds: float) -> str:
    """A duration in microseconds."""
    return f"{seconds * 1e6:,.1f}"


def _three_digits(number: float) -> str:
    places = 2 if number < 10 else 1 if number < 100 else 0
    if number < 0.01:
        return f"{number:.1g}"
    return f"{number:.{places}f}"


def shortened(name: str, width: int) -> str:
    """A name that fits; its middle is left out, since names differ at their ends."""
    if len(name) <= width:
        return name
    end = 11  # of a kernel's name, what follows the names of ops
    return f"{name[: width - 3 - end]}...{name[-end:]}"
