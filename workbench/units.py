"""Numbers for people: three digits that count, and the unit that suits them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Unit:
    """What a number is measured in.

    Attributes
    ----------
    scale : tuple of (str, float)
        Symbols and what they stand for, the largest first.
    symbol : str
        Of the number itself.
    gap : str
        Between a number and its symbol.
    """

    scale: tuple[tuple[str, float], ...]
    symbol: str
    gap: str = " "


SECONDS = Unit((("s", 1.0), ("ms", 1e-3), ("µs", 1e-6), ("ns", 1e-9)), "s")
BYTES = Unit((("GB", 1e9), ("MB", 1e6), ("kB", 1e3), ("B", 1.0)), "B")
RATIO = Unit((("×", 1.0),), "×", gap="")


@dataclass(frozen=True)
class Spread:
    """A median and the quartiles around it; all equal for what was measured once."""

    median: float
    low: float
    high: float


def spread(measured: Any) -> Spread | None:
    """A measurement of either kind; nothing where a number is not known."""
    if isinstance(measured, dict):
        numbers = [measured.get(key) for key in ("median", "low", "high")]
    else:
        numbers = [measured] * 3
    known = [n for n in numbers if n is not None and math.isfinite(n)]
    return Spread(*known) if len(known) == 3 else None


def quantity(number: float, unit: Unit) -> str:
    """A number in the largest unit of which there is at least one."""
    symbol, factor = _suitable(number, unit)
    return f"{significant(number / factor)}{unit.gap}{symbol}"


def interval(found: Spread, unit: Unit) -> str:
    """The quartiles in the unit of the median; nothing where there is no spread."""
    if found.low == found.high:
        return ""
    symbol, factor = _suitable(found.median, unit)
    low, high = significant(found.low / factor), significant(found.high / factor)
    return f"{low}–{high}{unit.gap}{symbol}"


def significant(number: float, digits: int = 3) -> str:
    """A number with so many digits that count, and never with an exponent."""
    if number == 0 or not math.isfinite(number):
        return f"{number:g}"
    whole = math.floor(math.log10(abs(number))) + 1
    return f"{number:.{max(digits - whole, 0)}f}"


def error(number: float, digits: int = 1) -> str:
    """A relative error, such as 2.8e-16; the exponent has no padding."""
    if number == 0 or not math.isfinite(number):
        return f"{number:g}"
    mantissa, exponent = f"{number:.{digits}e}".split("e")
    return f"{mantissa}e{int(exponent)}"


def metric(name: str, value: float) -> str:
    """How good predictions are: an accuracy in percent, else four digits that count."""
    return f"{value:.2%}" if name == "accuracy" else significant(value, digits=4)


def counted(count: int, noun: str) -> str:
    """A number of things: 1 row, 2 rows."""
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _suitable(number: float, unit: Unit) -> tuple[str, float]:
    fitting = (pair for pair in unit.scale if abs(number) >= pair[1])
    return next(fitting, unit.scale[-1])
