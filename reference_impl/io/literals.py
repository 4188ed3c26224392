"""Values in Python: numbers, attributes and constants as expressions.

Whoever runs the text gets the same numbers: those of floating point have as many digits
as they need, and zeros keep their signs.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..core.dtype import DEFAULT, Dtype
from ..core.errors import CaptureError
from ..core.show import uniform_value
from ..core.tensor import Tensor, known, value

# A constant of up to so many elements is printed; a larger one is an argument.
MOST_ELEMENTS = 16


@dataclass(frozen=True, slots=True)
class Number:
    """A Python number in place of a constant: its text and its value."""

    text: str
    value: Any


def number(x: Tensor) -> Number | None:
    """The one number that a constant repeats, if it does."""
    element = uniform_value(x)
    # Zeros are equal and may differ in their signs.
    if element is None or bits(x) != element.tobytes() * x.size:
        return None
    kind = x.dtype.kind
    if kind == "c":
        parts = [float(str(part)) for part in (element.real, element.imag)]
        return Number(_complex_text(*parts), complex(*parts))
    made = {"b": bool, "i": int, "u": int}.get(kind, float)
    # The shortest text that is this element again in the constant's dtype.
    text = str(element)
    python = bool(element) if kind == "b" else made(text)
    return Number(_float_text(python) if made is float else text, python)


def _float_text(x: float) -> str:
    return repr(x) if math.isfinite(x) else f'float("{x}")'


def _complex_text(real: float, imag: float) -> str:
    """`1-2j`, unless adding up would lose the sign of a zero."""
    if math.isfinite(real) and math.isfinite(imag) and real and imag:
        return repr(complex(real, imag))
    return f"complex({_float_text(real)}, {_float_text(imag)})"


def tuple_text(parts: Iterable[str]) -> str:
    """Expressions as a tuple; one alone needs a comma."""
    listed = list(parts)
    return f"({', '.join(listed)}{',' * (len(listed) == 1)})"


def literal(x: Any) -> str:
    """An attribute, or a key of a result, as a Python expression.

    Raises
    ------
    CaptureError
        If there is no expression for it.
    """
    if isinstance(x, np.dtype):
        return f"ri.{x}"
    if type(x) is tuple:
        return tuple_text(map(literal, x))
    if type(x) is list:
        return f"[{', '.join(map(literal, x))}]"
    if type(x) is slice:
        return f"slice({', '.join(map(literal, (x.start, x.stop, x.step)))})"
    if type(x) is float:
        return _float_text(x)
    if type(x) is complex:
        return _complex_text(x.real, x.imag)
    if x is None or x is ... or type(x) in (bool, int, str):
        if type(x) is str and x.isprintable() and not {'"', "\\"} & {*x}:
            return f'"{x}"'
        return "..." if x is ... else repr(x)
    raise CaptureError(f"source: {x!r} cannot be written as an expression")


def constant(x: Tensor) -> str:
    """A constant as an expression that has its bits."""
    if not x.size:
        return f"ri.zeros({x.shape}, dtype={literal(x.dtype)})"
    one = number(x)
    if one is None:
        return _tensor(_nested(x.device.get(value(x, "source"))), x.dtype)
    text = _tensor(one.text, x.dtype)
    return f"ri.broadcast_to({text}, {x.shape})" if x.shape else text


def bits(x: Tensor) -> bytes:
    """The elements of a constant, byte for byte."""
    return x.device.get(value(x, "source")).tobytes()


def unrepeated(array: np.ndarray) -> np.ndarray:
    """One element of every axis along which memory is read again and again."""
    once = (slice(None, None if stride else 1) for stride in array.strides)
    return array[tuple(once)]


def _tensor(text: str, dtype: Dtype) -> str:
    if dtype in DEFAULT.values():
        return f"ri.tensor({text})"
    return f"ri.tensor({text}, dtype={literal(dtype)})"


def _nested(array: np.ndarray) -> str:
    if array.ndim:
        return f"[{', '.join(map(_nested, array))}]"
    one = number(known(array))
    assert one is not None
    return one.text
