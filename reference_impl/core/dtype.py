"""Element types: what they are called, what a value's type is, how types combine.

A dtype is NumPy's dtype object, so `ri.float32` works wherever NumPy takes one. The
promotion rule is that of the Array API standard 2024.12: within one kind (boolean,
integer, floating) the wider type wins; two kinds never mix by themselves. A Python
scalar is weak: it takes the type of the tensor that it meets.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .errors import DtypeError

Dtype = np.dtype

bool_ = np.dtype(np.bool_)
int32 = np.dtype(np.int32)
int64 = np.dtype(np.int64)
float32 = np.dtype(np.float32)
float64 = np.dtype(np.float64)

FLOATING = (float32, float64)
INTEGER = (int32, int64)
SUPPORTED = (bool_, *INTEGER, *FLOATING)

# What a Python scalar becomes when no tensor decides. float32 because that is what
# every framework of the comparison trains in; NumPy arrays keep their own type.
DEFAULT = {bool: bool_, int: int64, float: float32}

# NumPy's letters for kinds of dtypes, and what the kinds are called.
_KINDS = {"b": "boolean", "i": "integer", "f": "floating-point"}
BOOLEANS, INTEGERS, FLOATS, NUMBERS, ANY = "b", "i", "f", "if", "bif"

# A Python scalar may meet these kinds of tensors without an explicit cast.
_WEAK = {bool: "b", int: "if", float: "f"}


def as_dtype(name: object) -> Dtype:
    """The dtype that `name` (a string, a NumPy type or a dtype) stands for.

    Raises
    ------
    DtypeError
        If this framework has no such type; the message lists those it has.
    """
    try:
        # NumPy takes None for float64.
        dtype = np.dtype("V" if name is None else name)  # type: ignore[call-overload]
    except TypeError:
        dtype = np.dtype("V")
    if dtype not in SUPPORTED:
        known = ", ".join(map(str, SUPPORTED))
        raise DtypeError(f"dtype {name!s} is not supported; there are {known}")
    return dtype


def check_kind(dtype: Dtype, kinds: str, *, who: str) -> None:
    """Raise a `DtypeError` unless the dtype is of one of NumPy's `kinds`."""
    if dtype.kind not in kinds:
        raise DtypeError(
            f"{who}: {' or '.join(_KINDS[kind] for kind in kinds)} elements are "
            f"needed, {dtype} came; convert with `astype`"
        )


def result_type(*dtypes: Dtype, who: str) -> Dtype:
    """The type in which values of the given types are combined.

    Raises
    ------
    DtypeError
        If the types are of different kinds; `who` opens the message.
    """
    widest = max(dtypes, key=lambda dtype: dtype.itemsize)
    if any(dtype.kind != widest.kind for dtype in dtypes):
        came = " and ".join(sorted({str(dtype) for dtype in dtypes}))
        raise DtypeError(
            f"{who}: {came} are of different kinds and do not combine by themselves; "
            f"convert one with `astype`"
        )
    return widest


def weak_type(scalar: Any, dtype: Dtype, *, who: str) -> Dtype:
    """`dtype`, if a Python scalar may join a tensor of that type.

    Raises
    ------
    DtypeError
        If the scalar's kind is higher, as a float's is beside integers.
    """
    if dtype.kind not in _WEAK[type(scalar)]:
        raise DtypeError(
            f"{who}: the Python {type(scalar).__name__} {scalar!r} cannot join a "
            f"tensor of {dtype}; convert the tensor with `astype`"
        )
    return dtype
