"""What losses are given: tensors, or what `ri.tensor` takes, checked by name.

Each error begins with the loss and the argument at fault. Values are checked where they
are known, which is everywhere outside of a capture.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...core.dtype import FLOATS, INTEGERS, REALS, check_kind
from ...core.errors import RangeError, ShapeError
from ...core.operands import Operand, as_tensors, promoted
from ...core.parameters import known_elements
from ...core.shape import Shape
from ...core.tensor import Tensor


def floats(who: str, **given: Operand) -> tuple[Tensor, ...]:
    """Operands as tensors of one floating-point dtype; Python's numbers are weak.

    Raises
    ------
    DtypeError, ShapeError, DeviceError
        If one is no tensor, is of another kind, or lies elsewhere than the others.
    """
    operands = [
        float(x) if type(x) in (int, float) else _of_kind(f"{who}: {name}", FLOATS, x)
        for name, x in given.items()
    ]
    return promoted(who, tuple(operands))


def equal_floats(who: str, **given: Operand) -> tuple[Tensor, ...]:
    """Operands as `floats` makes them, or a `ShapeError` if their shapes differ."""
    tensors = floats(who, **given)
    check_equal_shapes(who, **dict(zip(given, tensors, strict=True)))
    return tensors


def integers(who: str, **given: Operand) -> tuple[Tensor, ...]:
    """Operands as tensors of integers, or a `DtypeError`."""
    return tuple(_of_kind(f"{who}: {name}", INTEGERS, x) for name, x in given.items())


def plus_or_minus_one(who: str, signs: Operand) -> Tensor:
    """Signs as a tensor, or a `RangeError` if one is known to be none."""
    x = _of_kind(f"{who}: signs", REALS, signs)
    check_known(who, x, lambda x: (x == 1) | (x == -1), "signs must be 1 or -1")
    return x


def _of_kind(who: str, kinds: str, given: Operand) -> Tensor:
    (x,) = as_tensors(who, (given,))
    check_kind(x.dtype, kinds, who=who)
    return x


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


def check_broadcast(who: str, shape: Shape, **tensors: Tensor) -> None:
    """Raise a `ShapeError` unless tensors broadcast to a shape and not beyond it."""
    for name, x in tensors.items():
        sizes = zip(reversed(x.shape), reversed(shape), strict=False)
        if x.ndim > len(shape) or any(n not in (1, size) for n, size in sizes):
            raise ShapeError(f"{who}: {name} must broadcast to {shape}, {x.shape} came")


def check_known(
    who: str, x: Tensor, is_right: Callable[[Any], Any], needed: str
) -> None:
    """Raise a `RangeError` if elements are known and one of them is not right."""
    if x.data is None:
        return
    elements = known_elements(who, x, 0)
    right = is_right(elements)
    if not right.all():
        place = tuple(int(axis[0]) for axis in (~right).nonzero()) if x.ndim else ()
        at = f" at {place}" if place else ""
        raise RangeError(f"{who}: {needed}, {elements[place]} came{at}")
