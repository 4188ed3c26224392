"""Element types: what they are called, what a value's type is, how types combine.

A dtype is NumPy's dtype object, so `ri.float32` works wherever NumPy takes one. The
promotion rule is that of the Array API standard 2024.12: within one kind (boolean,
integer, real and complex floating) the smallest type that holds both wins; kinds never
mix by themselves. float16 and bfloat16, which the standard leaves out, meet in float32.
A Python scalar is weak: it takes the type of the tensor that it meets.
"""

from __future__ import annotations

import functools
from typing import Any

import ml_dtypes
import numpy as np

from .errors import DtypeError

Dtype = np.dtype

bool_ = np.dtype(np.bool_)
int8, int16, int32, int64 = map(np.dtype, (np.int8, np.int16, np.int32, np.int64))
uint8, uint16 = np.dtype(np.uint8), np.dtype(np.uint16)
uint32, uint64 = np.dtype(np.uint32), np.dtype(np.uint64)
float16, float32, float64 = map(np.dtype, (np.float16, np.float32, np.float64))
bfloat16 = np.dtype(ml_dtypes.bfloat16)
complex64, complex128 = np.dtype(np.complex64), np.dtype(np.complex128)

SIGNED = (int8, int16, int32, int64)
UNSIGNED = (uint8, uint16, uint32, uint64)
FLOATING = (float16, bfloat16, float32, float64)
COMPLEX = (complex64, complex128)
SUPPORTED = (bool_, *SIGNED, *UNSIGNED, *FLOATING, *COMPLEX)

# There is one object for each dtype, so that `is` compares them; `as_dtype` finds it.
_OWN = {dtype: dtype for dtype in SUPPORTED}

# Derivatives are about these; a set, since every node of a walk asks.
DIFFERENTIABLE = frozenset((*FLOATING, *COMPLEX))

# NumPy has no arithmetic of its own worth using for these: sums and products of them
# are taken in float32 and rounded once.
HALVES = frozenset((float16, bfloat16))

# What a Python scalar becomes when no tensor decides. float32 because that is what
# every framework of the comparison trains in; NumPy arrays keep their own type.
DEFAULT = {bool: bool_, int: int64, float: float32, complex: complex64}

# NumPy's letters for kinds of dtypes. It knows bfloat16 as "V", a type from elsewhere.
_KINDS = {"b": "boolean", "i": "integer", "f": "floating-point", "c": "complex"}
BOOLEANS, INTEGERS, FLOATS, COMPLEXES = "b", "iu", "fV", "c"
REALS = INTEGERS + FLOATS
INEXACT = FLOATS + COMPLEXES
NUMBERS = INTEGERS + INEXACT
ORDERED = BOOLEANS + REALS
ANY = BOOLEANS + NUMBERS

# A Python scalar takes these dtypes when it meets a tensor of one.
WEAK: dict[type, frozenset[Dtype]] = {
    scalar: frozenset(dtype for dtype in SUPPORTED if dtype.kind in kinds)
    for scalar, kinds in (
        (bool, BOOLEANS),
        (int, NUMBERS),
        (float, INEXACT),
        (complex, COMPLEXES),
    )
}


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
    # What was unpickled is an equal object, not the same one.
    own = _OWN.get(dtype)
    if own is None:
        known = ", ".join(map(str, SUPPORTED))
        raise DtypeError(f"dtype {name!s} is not supported; there are {known}")
    return own


def check_kind(dtype: Dtype, kinds: str, *, who: str) -> None:
    """Raise a `DtypeError` unless the dtype is of one of NumPy's `kinds`."""
    if dtype.kind not in kinds:
        needed = " or ".join(name for kind, name in _KINDS.items() if kind in kinds)
        raise DtypeError(
            f"{who}: {needed} elements are needed, {dtype} came; convert with `astype`"
        )


@functools.cache
def _promoted(x: Dtype, y: Dtype) -> Dtype | None:
    """The type for elements of two types, or nothing if their kinds do not mix."""
    if {x, y} == HALVES:
        return float32
    for kinds in (BOOLEANS, INTEGERS, INEXACT):
        if x.kind in kinds and y.kind in kinds:
            dtype = np.promote_types(x, y)
            # uint64 and a signed integer would meet in float64.
            return dtype if dtype.kind in kinds else None
    return None


def result_type(*dtypes: Dtype, who: str) -> Dtype:
    """The type in which values of the given types are combined.

    Raises
    ------
    DtypeError
        If no type of their kind holds them all; `who` opens the message.
    """
    result = dtypes[0]
    for dtype in dtypes[1:]:
        promoted = _promoted(result, dtype)
        if promoted is None:
            came = " and ".join(sorted({str(dtype) for dtype in dtypes}))
            raise DtypeError(
                f"{who}: {came} do not combine by themselves; convert one with `astype`"
            )
        result = promoted
    return result


def weak_type(scalar: Any, dtype: Dtype, *, who: str) -> Dtype:
    """The dtype of a Python scalar that joins a tensor of type `dtype`.

    It is `dtype` itself, or the complex type of its precision for a complex number.

    Raises
    ------
    DtypeError
        If the scalar's kind is higher, as a float's is beside integers.
    """
    if dtype in WEAK[type(scalar)]:
        return dtype
    if type(scalar) is complex and dtype in FLOATING:
        return complex_type(dtype)
    raise DtypeError(
        f"{who}: the Python {type(scalar).__name__} {scalar!r} cannot join a "
        f"tensor of {dtype}; convert the tensor with `astype`"
    )


def complex_type(dtype: Dtype) -> Dtype:
    """The complex type whose parts have the precision of a floating type, or more."""
    return complex128 if dtype in (float64, complex128) else complex64


def real_type(dtype: Dtype) -> Dtype:
    """The type of the real part of elements of type `dtype`."""
    return {complex64: float32, complex128: float64}.get(dtype, dtype)


def total_type(dtype: Dtype) -> Dtype:
    """The type of a sum or product: the widest for integers, so that few overflow."""
    return {"b": int64, "i": int64, "u": uint64}.get(dtype.kind, dtype)


def wide_type(dtype: Dtype) -> Dtype:
    """The type in which many elements are combined: float32 for 16-bit floats."""
    return float32 if dtype in HALVES else dtype
