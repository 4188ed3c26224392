"""IDX: the format of MNIST, an array behind a header that says its type and shape.

Two zero bytes, a type code, the number of axes, their sizes as big-endian integers of
four bytes, and the elements. Files that gzip packed are unpacked on the way.

Source: Y. LeCun, C. Cortes and C. Burges 1998, "The MNIST database".
"""

from __future__ import annotations

import gzip
import io
import math
import os
import zlib
from pathlib import Path

import numpy as np

from ..core.errors import FileError

DTYPES = {0x08: "u1", 0x09: "i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
GZIP = b"\x1f\x8b"  # how such files begin
SIZE_BYTES = 4
CHUNK_BYTES = 1 << 20


def read_idx(path: str | os.PathLike[str]) -> np.ndarray:
    """The array of a file, packed or not.

    Raises
    ------
    FileError
        If the header is none, or says what no array can be, or there are fewer or more
        elements than it says.
    OSError
        If the file cannot be opened.
    """
    path = Path(path)
    with path.open("rb") as file:
        is_packed = file.read(len(GZIP)) == GZIP
    try:
        with gzip.open(path) if is_packed else path.open("rb") as file:
            return _array(file, path)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise FileError(f"{path}: cannot be unpacked: {error}") from error


def _array(file: io.BufferedIOBase, path: Path) -> np.ndarray:
    dtype, ndim = _kind(_up_to(file, 4), path)
    header = _up_to(file, SIZE_BYTES * ndim)
    if len(header) < SIZE_BYTES * ndim:
        raise FileError(
            f"{path}: the header must have {SIZE_BYTES * ndim} bytes for the sizes of "
            f"{ndim} axes, {len(header)} came"
        )
    shape = tuple(np.frombuffer(header, ">u4").tolist())
    nbytes = math.prod(shape) * dtype.itemsize
    elements = _up_to(file, nbytes + 1)
    if len(elements) != nbytes:
        came = "more" if len(elements) > nbytes else len(elements)
        raise FileError(
            f"{path}: {dtype.name}{list(shape)} takes {nbytes} bytes, {came} came"
        )
    array = np.frombuffer(elements, dtype).astype(dtype.newbyteorder("="))
    try:
        return array.reshape(shape)
    except ValueError as error:  # too many axes, or too large ones where another is 0
        raise FileError(
            f"{path}: {dtype.name} of {ndim} axes, {shape!s:.60}, is no array: {error}"
        ) from None


def _kind(start: bytes, path: Path) -> tuple[np.dtype, int]:
    if len(start) < 4 or start[:2] != b"\0\0" or start[2] not in DTYPES:
        codes = ", ".join(f"{code:02x}" for code in DTYPES)
        raise FileError(
            f"{path}: an IDX file begins with 0000, a type code ({codes}) and the "
            f"number of axes; {start.hex() or 'nothing'} came"
        )
    return np.dtype(DTYPES[start[2]]), start[3]


def _up_to(file: io.BufferedIOBase, nbytes: int) -> bytes:
    """What there is, but no more than asked for."""
    # In chunks, because a damaged header may ask for more than any memory holds.
    read = bytearray()
    while chunk := file.read(min(nbytes - len(read), CHUNK_BYTES)):
        read += chunk
    return bytes(read)
