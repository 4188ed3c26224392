"""What a compiled function tells apart: kinds of arguments.

Of an array these are its shape, dtype and device; everything else is a part of the
program, and so it needs a hash that says what it is worth. A function is a value; what
may be changed, and is still the same thing, is none.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

from . import tree
from .device import HOST
from .dtype import as_dtype
from .errors import CaptureError, DtypeError
from .graph import is_array
from .tensor import FREED, UNTRACKED, Tensor


def signature(leaf: Any) -> Hashable:
    """What is told apart of a leaf of the arguments."""
    if not is_array(leaf):
        return tree.Static(leaf)
    place = leaf.device if isinstance(leaf, Tensor) else HOST
    return leaf.shape, leaf.dtype, place


def refusal(
    args: Sequence[Any], leaves: Sequence[Any], error: TypeError
) -> CaptureError:
    """The error that an argument, or a static field of one, has no hash."""
    names = zip(tree.names(args), leaves, strict=True)
    came = [
        f"argument {name} is of type {type(leaf).__name__}"
        for name, leaf in names
        if not is_array(leaf) and type(leaf).__hash__ is None
    ]
    return CaptureError(
        f"compile: arguments are trees of tensors and of what has a hash, such as "
        f"numbers and strings; {came[0] if came else error}"
    )


def check_leaves(args: Sequence[Any], leaves: Sequence[Any]) -> None:
    """Raise an error that names an argument that is neither a tensor nor a value."""
    for name, leaf in zip(tree.names(args), leaves, strict=True):
        if is_array(leaf) and not isinstance(leaf, Tensor):
            try:
                as_dtype(leaf.dtype)
            except DtypeError as error:
                raise DtypeError(f"compile: argument {name}: {error}") from None
        elif _may_change(leaf):
            instead = "numbers, strings or a frozen dataclass"
            if hasattr(leaf, "__dlpack__"):
                instead = "a tensor, which `from_dlpack` makes of it"
            raise CaptureError(
                f"compile: argument {name} is of type {type(leaf).__name__}, whose "
                f"changes nobody would notice; pass {instead}"
            )


def _may_change(leaf: Any) -> bool:
    """Whether a thing is not known by its value, but by which one it is."""
    if is_array(leaf) or callable(leaf) or leaf is None or leaf is ...:
        return False
    rule: object = type(leaf).__hash__
    return rule is object.__hash__ or hasattr(leaf, "__dlpack__")


def elements_like(
    leaves: Sequence[Any], kinds: Sequence[tuple[Any, ...]]
) -> list[Any] | None:
    """The elements of tensors of these shapes, dtypes and devices.

    Nothing if one is another, has no elements, or a derivative is about it.
    """
    found = []
    for x, (shape, dtype, place) in zip(leaves, kinds):  # noqa: B905 (a taker's leaves)
        if (
            x.__class__ is not Tensor
            or x.shape != shape
            or x.dtype is not dtype
            or x.device is not place
            or x.root is not UNTRACKED
            or x.data is None
            or x.data is FREED
        ):
            return None
        found.append(x.data)
    return found
