"""Dtypes: which there are, how they combine, what they can hold.

float16 and bfloat16 are no part of the standard's namespace. The functions here accept
them, as it allows.
"""

from __future__ import annotations

import builtins
from dataclasses import dataclass
from typing import Any

import ml_dtypes
import numpy as np

from ..core.dtype import (
    COMPLEX,
    DEFAULT,
    FLOATING,
    INEXACT,
    INTEGERS,
    SIGNED,
    UNSIGNED,
    Dtype,
    as_dtype,
    bool_,
    check_kind,
    complex64,
    complex128,
    float32,
    float64,
    int8,
    int16,
    int32,
    int64,
    real_type,
    uint8,
    uint16,
    uint32,
    uint64,
    weak_type,
)
from ..core.dtype import result_type as promoted
from ..core.errors import DtypeError, RangeError
from ..core.ops import asarray
from ..core.tensor import Tensor

bool = bool_

__all__ = [
    "astype",
    "bool",
    "can_cast",
    "complex64",
    "complex128",
    "finfo",
    "float32",
    "float64",
    "iinfo",
    "int8",
    "int16",
    "int32",
    "int64",
    "isdtype",
    "result_type",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
]

KINDS = {
    "bool": (bool_,),
    "signed integer": SIGNED,
    "unsigned integer": UNSIGNED,
    "integral": (*SIGNED, *UNSIGNED),
    "real floating": FLOATING,
    "complex floating": COMPLEX,
    "numeric": (*SIGNED, *UNSIGNED, *FLOATING, *COMPLEX),
}


@dataclass(frozen=True)
class FloatLimits:
    """What a floating-point dtype can hold; of a complex one, what its parts can."""

    bits: int
    eps: float
    max: float
    min: float
    smallest_normal: float
    dtype: Dtype


@dataclass(frozen=True)
class IntegerLimits:
    """What an integer dtype can hold."""

    bits: int
    max: int
    min: int
    dtype: Dtype


def astype(
    x: Tensor, dtype: Any, /, *, copy: builtins.bool = True, device: Any = None
) -> Tensor:
    """Convert every element to another dtype; a tensor that has it is copied too.

    Raises
    ------
    DtypeError
        If complex numbers would lose their imaginary part.
    """
    return asarray(x, dtype=dtype, device=device, copy=copy or None)


def result_type(*arrays_and_dtypes: Any) -> Dtype:
    """The dtype in which tensors, dtypes and Python scalars are combined.

    Raises
    ------
    DtypeError
        If they do not combine, or there are scalars only.
    """
    scalars = [x for x in arrays_and_dtypes if type(x) in DEFAULT]
    dtypes = [_dtype_of(x) for x in arrays_and_dtypes if type(x) not in DEFAULT]
    if not dtypes:
        raise DtypeError(
            f"result_type: an array or a dtype is needed, {arrays_and_dtypes} came"
        )
    result = promoted(*dtypes, who="result_type")
    for scalar in scalars:
        result = weak_type(scalar, result, who="result_type")
    return result


def can_cast(from_: Any, to: Any, /) -> builtins.bool:
    """Whether promotion leads from a dtype, or from that of a tensor, to another."""
    try:
        return result_type(from_, to) == as_dtype(to)
    except DtypeError:
        return False


def finfo(type: Any, /) -> FloatLimits:
    """The limits of a floating-point dtype, or of the parts of a complex one.

    Raises
    ------
    DtypeError
        If `type` is neither of these, nor a tensor of one.
    """
    dtype = _dtype_of(type)
    check_kind(dtype, INEXACT, who="finfo")
    limits = ml_dtypes.finfo(real_type(dtype))
    return FloatLimits(
        bits=limits.bits,
        eps=float(limits.eps),
        max=float(limits.max),
        min=float(limits.min),
        smallest_normal=float(limits.smallest_normal),
        dtype=real_type(dtype),
    )


def iinfo(type: Any, /) -> IntegerLimits:
    """The limits of an integer dtype.

    Raises
    ------
    DtypeError
        If `type` is neither an integer dtype nor a tensor of one.
    """
    dtype = _dtype_of(type)
    check_kind(dtype, INTEGERS, who="iinfo")
    limits = np.iinfo(dtype)
    return IntegerLimits(limits.bits, int(limits.max), int(limits.min), dtype)


def isdtype(dtype: Any, kind: Any) -> builtins.bool:
    """Whether a dtype is of a kind: a name, another dtype, or a tuple of these.

    Raises
    ------
    RangeError
        If there is no kind of that name.
    """
    if isinstance(kind, tuple):
        return any(isdtype(dtype, each) for each in kind)
    if not isinstance(kind, str):
        return as_dtype(dtype) == as_dtype(kind)
    return as_dtype(dtype) in of_kind(kind, who="isdtype")


def of_kind(kind: str, *, who: str) -> tuple[Dtype, ...]:
    """The dtypes of a kind, given its name."""
    if kind not in KINDS:
        raise RangeError(f"{who}: kinds are {sorted(KINDS)}, {kind!r} came")
    return KINDS[kind]


def _dtype_of(x: Any) -> Dtype:
    return x.dtype if isinstance(x, Tensor) else as_dtype(x)
