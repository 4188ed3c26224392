"""What a compiled function tells apart: kinds of arguments.

Of an array these are its shape, dtype and device; everything else is a part of the
program, and so it needs a hash.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

from . import tree
from .device import HOST
from .dtype import as_dtype
from .errors import CaptureError, DtypeError
from .graph import is_array
from .tensor import Tensor


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


def check_dtypes(args: Sequence[Any], leaves: Sequence[Any]) -> None:
    """Raise an error that names an array of which there are no tensors."""
    for name, leaf in zip(tree.names(args), leaves, strict=True):
        if is_array(leaf) and not isinstance(leaf, Tensor):
            try:
                as_dtype(leaf.dtype)
            except DtypeError as error:
                raise DtypeError(f"compile: argument {name}: {error}") from None


def are_like(leaves: Sequence[Any], kinds: Sequence[tuple[Any, ...]]) -> bool:
    """Whether leaves are tensors of these shapes and dtypes on these devices."""
    for x, (shape, dtype, place) in zip(leaves, kinds, strict=True):
        if (
            x.__class__ is not Tensor
            or x.shape != shape
            or x.dtype is not dtype
            or x.device is not place
        ):
            return False
    return True
