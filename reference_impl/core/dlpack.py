"""Memory that is shared with other frameworks, through the DLPack protocol.

A capsule of DLPack holds the address of elements, their shape and dtype, and keeps
them alive. NumPy makes and reads capsules for every dtype but bfloat16, which it does
not know. So bfloat16 travels as uint16, and the label in the capsule is exchanged on
the way.
"""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np

from .arena import cache_aligned
from .blocks import ALIGNMENT_BYTES
from .dtype import as_dtype, bfloat16
from .errors import DeviceError, DtypeError

CPU = (1, 0)  # DLPack's kind of device and its number
_READABLE_HERE = (1, 3, 13)  # main memory; that which CUDA pins or manages
_VERSIONED = (1, 0)  # the first version that can say that memory is read-only

# DLPack's codes for kinds of elements.
_UNSIGNED, _BFLOAT = 1, 4

# The kind and the bits of an element are two bytes in the structure behind a capsule,
# whose name tells its version. Source: dlpack.h, versions 0.8 and 1.0.
_LABEL_OFFSETS = {b"dltensor": 20, b"dltensor_versioned": 52}

_name_of = ctypes.pythonapi.PyCapsule_GetName
_name_of.restype, _name_of.argtypes = ctypes.c_char_p, [ctypes.py_object]
_address_of = ctypes.pythonapi.PyCapsule_GetPointer
_address_of.restype = ctypes.c_void_p
_address_of.argtypes = [ctypes.py_object, ctypes.c_char_p]


def exported(
    array: np.ndarray,
    *,
    stream: Any = None,
    max_version: tuple[int, int] | None = None,
    dl_device: tuple[Any, int] | None = None,
    copy: bool | None = None,
) -> Any:
    """A capsule with the elements of an array; the arguments are those of DLPack.

    Raises
    ------
    BufferError
        If the elements cannot be given as asked.

    Notes
    -----
    Whoever reads version 1.0 is told that the elements must not be written to. Older
    readers cannot be told; they get the same memory if it is ours and begins on a cache
    line, without which TensorFlow ends the process, and else a copy.
    """
    given = array.view(np.uint16) if array.dtype == bfloat16 else array.view()
    if max_version is not None and max_version >= _VERSIONED:
        given.flags.writeable = False
    elif copy is not False and not (array.flags.writeable and _is_aligned(array)):
        elements, given = given, cache_aligned(given.shape, given.dtype)
        given[...] = elements
    capsule = given.__dlpack__(
        stream=stream, max_version=max_version, dl_device=dl_device, copy=copy
    )
    if array.dtype == bfloat16:
        _exchange(capsule, _UNSIGNED, _BFLOAT)
    return capsule


def _is_aligned(array: np.ndarray) -> bool:
    return array.__array_interface__["data"][0] % ALIGNMENT_BYTES == 0


def imported(
    x: Any, *, to_cpu: bool = False, copy: bool | None = None, who: str
) -> np.ndarray:
    """A read-only array over the elements of another framework's array.

    Parameters
    ----------
    to_cpu : bool
        Ask the other framework for a copy in main memory if `x` lies elsewhere.

    Raises
    ------
    DeviceError
        If `x` lies elsewhere; `who` opens the message.
    DtypeError
        If `x` is no such array, or its elements have no dtype of ours.
    BufferError
        If the elements would have to be copied, and `copy` forbids it.
    """
    if not hasattr(x, "__dlpack_device__"):
        raise DtypeError(
            f"{who}: an array with `__dlpack__` is needed, {type(x).__name__} came"
        )
    kind, _ = x.__dlpack_device__()
    if kind not in _READABLE_HERE and not to_cpu:
        raise DeviceError(
            f"{who}: the elements lie on a device of DLPack's kind {int(kind)}; "
            f'say `device="cpu"` for a copy in main memory'
        )
    messenger = _Messenger(x)
    options: dict[str, Any] = {"device": "cpu"} if to_cpu else {}
    if copy is not None:
        options["copy"] = copy
    array = np.from_dlpack(messenger, **options)
    view = array.view(bfloat16 if messenger.has_bfloat16 else as_dtype(array.dtype))
    view.flags.writeable = False
    return view


class _Messenger:
    """Hands another framework's capsule to NumPy and names bfloat16 uint16."""

    def __init__(self, x: Any) -> None:
        self.x = x
        self.has_bfloat16 = False

    def __dlpack_device__(self) -> tuple[Any, int]:
        return self.x.__dlpack_device__()

    def __dlpack__(self, **options: Any) -> Any:
        # A framework that knows no such options raises TypeError, and NumPy asks again.
        capsule = self.x.__dlpack__(**options)
        self.has_bfloat16 = _exchange(capsule, _BFLOAT, _UNSIGNED)
        return capsule


def _exchange(capsule: Any, old: int, new: int) -> bool:
    """Exchange the label of 16-bit elements in a capsule; say whether it was `old`."""
    name = _name_of(capsule)
    address = _address_of(capsule, name) + _LABEL_OFFSETS[name]
    label = (ctypes.c_uint8 * 2).from_address(address)
    if tuple(label) != (old, 16):
        return False
    label[0] = new
    return True
