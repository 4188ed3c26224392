"""Shapes, order, and elements taken by index."""

from __future__ import annotations

from typing import Any

from ..core import ops
from ..core.tensor import Tensor
from .signatures import standard


@standard
def broadcast_arrays(*arrays: Any) -> Any: ...


@standard
def broadcast_to(x: Any, /, shape: Any) -> Any: ...


@standard
def concat(arrays: Any, /, *, axis: Any = 0) -> Any: ...


@standard
def expand_dims(x: Any, /, axis: Any) -> Any: ...


@standard
def flip(x: Any, /, *, axis: Any = None) -> Any: ...


@standard
def moveaxis(x: Any, source: Any, destination: Any, /) -> Any: ...


@standard
def permute_dims(x: Any, /, axes: Any) -> Any: ...


@standard
def repeat(x: Any, repeats: Any, /, *, axis: Any = None) -> Any: ...


def reshape(x: Tensor, /, shape: Any, *, copy: bool | None = None) -> Tensor:
    """Keep the elements in row-major order and count them off into another shape.

    Nobody can write to a tensor, so whether the result shares its memory cannot be
    seen, and any `copy` is granted.
    """
    return ops.reshape(x, shape)


@standard
def roll(x: Any, /, shift: Any, *, axis: Any = None) -> Any: ...


@standard
def squeeze(x: Any, /, axis: Any) -> Any: ...


@standard
def stack(arrays: Any, /, *, axis: Any = 0) -> Any: ...


@standard
def take(x: Any, indices: Any, /, *, axis: Any = None) -> Any: ...


@standard
def take_along_axis(x: Any, indices: Any, /, *, axis: Any = -1) -> Any: ...


@standard
def tile(x: Any, repetitions: Any, /) -> Any: ...


@standard
def unstack(x: Any, /, *, axis: Any = 0) -> Any: ...


# The functions of the framework that are defined here.
__all__ = [name for name in globals() if name in ops.__all__]
