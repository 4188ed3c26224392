"""How data becomes a tensor: numbers, nested lists, arrays, and their dtypes."""

from __future__ import annotations

import contextlib
import itertools
from typing import Any

import numpy as np

from .device import Device, as_device
from .dtype import ANY, COMPLEXES, DEFAULT, INTEGERS, REALS, WEAK, Dtype, as_dtype
from .errors import DtypeError, MappingError, ShapeError
from .tensor import FUNCTIONS, Tensor, known


def tensor(
    data: Any, *, dtype: Any = None, device: str | Device | None = None
) -> Tensor:
    """A tensor with the elements of `data`, which are copied.

    Parameters
    ----------
    data : number, nested list, NumPy array or Tensor
        NumPy arrays keep their dtype; Python floats become float32. A tensor, which
        cannot change, comes back as it is if its dtype and device are those wanted.
    dtype : dtype or str, optional
    device : device or its name, optional
        What holds the elements; by default that of a tensor, and else the CPU.

    Raises
    ------
    DtypeError
        If the elements are not numbers that a supported dtype, or `dtype`, can hold.
    ShapeError
        If nested lists have unequal lengths.
    DeviceError
        If there is no such device.
    """
    if data.__class__ is Tensor and dtype is None and device is None:
        return data
    place = as_device(device)
    wanted = None if dtype is None else as_dtype(dtype)
    if isinstance(data, Tensor):
        x = data if device is None else data.to_device(place)
        return x if wanted is None or wanted == x.dtype else x.astype(wanted)
    try:
        array = np.asarray(data)
    except MappingError:
        raise
    except ValueError as error:
        raise ShapeError(f"tensor: the nested lists are ragged: {error}") from None
    if array.dtype == object and _kinds(_leaves(data)) <= DEFAULT.keys():
        with contextlib.suppress(OverflowError):
            array = np.asarray(data, np.float64)  # integers of more than 64 bits
    if array.dtype.kind not in ANY:
        raise DtypeError(f"tensor: numbers are needed, {array.dtype} came")
    if wanted is None:
        wanted = as_dtype(usual_dtype(data, array))
    elif isinstance(data, (int, float, complex, list, tuple)):
        array = _held(data, array, wanted)
    # The view has our object for the dtype, whoever made the array.
    return known(place.put(array.astype(wanted, copy=False).view(wanted)), place)


def _held(data: Any, array: np.ndarray, dtype: Dtype) -> np.ndarray:
    """Python's numbers in a dtype that was asked for; fractions are cut off."""
    if array.dtype.kind not in COMPLEXES or dtype.kind not in REALS:
        try:
            # Not through float64, in which a large integer would lose digits.
            return np.asarray(data, dtype) if dtype.kind in INTEGERS else array
        except (OverflowError, ValueError):
            pass
    raise DtypeError(f"tensor: {dtype} cannot hold {data!r:.60}")


def usual_dtype(data: Any, array: np.ndarray) -> Dtype:
    """The dtype for `data`, which NumPy made an array of.

    Python's numbers take our defaults, or the dtype of tensors and arrays beside them
    if that can hold them.
    """
    leaves = _leaves(data)
    kinds = _kinds(leaves)
    if kinds <= DEFAULT.keys():
        if kinds and kinds <= {int, bool} and array.dtype.kind not in "bi":
            raise DtypeError(
                f"tensor: {data!r:.60} does not fit into int64; say which dtype"
            )
        usual = {np.dtype(kind).kind: dtype for kind, dtype in DEFAULT.items()}
        return usual[array.dtype.kind]
    numbers = kinds & DEFAULT.keys()
    if not numbers:
        return array.dtype
    dtype = np.result_type(*{x.dtype for x in leaves if type(x) not in numbers})
    for kind in numbers:
        if dtype not in WEAK[kind]:
            dtype = np.result_type(dtype, DEFAULT[kind])
    return dtype


def _kinds(leaves: list[Any]) -> set[type]:
    return set(map(type, leaves))


def _leaves(data: Any) -> list[Any]:
    """What lists and tuples hold, which are nested equally deep."""
    level = [data]
    while level and _kinds(level) <= {list, tuple}:
        level = list(itertools.chain.from_iterable(level))
    return level


FUNCTIONS["tensor"] = tensor
