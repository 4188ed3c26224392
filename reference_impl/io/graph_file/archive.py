"""The archive around a graph: its members, its checksum, its constants.

What a file claims is compared with its length before anything of that size is made.
"""

from __future__ import annotations

import hashlib
import io
import json
import math
import os
import struct
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from ...core.dtype import Dtype, bfloat16
from ...core.errors import FileError
from ...core.graph import Graph, check_graph
from ...core.shape import Shape
from ...core.tensor import Tensor, known
from ...core.whole_file import write_whole
from ..literals import unrepeated
from .reader import Reader, Record
from .writer import Writer, type_record

FORMAT, VERSION = "reference_impl graph", 1
_JSON = "graph.json"
_SHA256 = b"sha256:"
_COMMENT_BYTES = len(_SHA256) + 64
_BEGIN = b"PK\x03\x04"  # of a zip archive that has members

# What the standard library raises on an archive that is none.
_BROKEN = (
    zipfile.BadZipFile,
    NotImplementedError,
    RuntimeError,
    EOFError,
    struct.error,
)


def save_graph(graph: Graph, path: str | os.PathLike[str]) -> None:
    """Write a graph to a file, whole or not at all; see `load_graph`.

    Raises
    ------
    CaptureError
        If an op is not registered, or has an attribute that a file cannot hold.
    FreedError
        If a constant was freed.
    OSError
        If the file cannot be written; an older one of this name is as it was.
    """
    check_graph("save_graph", graph)
    write_whole(path, _packed(graph))


def load_graph(path: str | os.PathLike[str]) -> Graph:
    """Read a graph that `save_graph` wrote.

    Every node is derived again by its op's own rules, and must come out with the shape
    and dtype that the file says. Constants live on the CPU.

    Raises
    ------
    FileError
        If the file is damaged or no graph; the message names it and what differs.
    OSError
        If the file cannot be read.
    """
    contents = Path(path).read_bytes()
    try:
        return _unpacked(contents)
    except FileError as error:
        problem = str(error)
    except RecursionError:
        problem = "it is nested too deeply"
    raise FileError(f"load_graph: {os.fspath(path)}: {problem}")


def _packed(graph: Graph) -> bytes:
    writer = Writer()
    document = {
        "format": FORMAT,
        "version": VERSION,
        "graph": writer.graph(graph),
        "constants": [type_record(x) for x in writer.constants],
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        # A ZipInfo has no time of its own: equal graphs make equal files.
        text = json.dumps(document, allow_nan=False)
        archive.writestr(zipfile.ZipInfo(_JSON), text)
        for index, x in enumerate(writer.constants):
            archive.writestr(zipfile.ZipInfo(_member(index)), _npy(x))
        archive.comment = b"." * _COMMENT_BYTES
    covered = buffer.getvalue()[:-_COMMENT_BYTES]
    return covered + _checksum(covered)


def _checksum(covered: bytes) -> bytes:
    return _SHA256 + hashlib.sha256(covered).hexdigest().encode()


def _member(index: int) -> str:
    return f"constants/{index}.npy"


def _npy(x: Tensor) -> bytes:
    buffer = io.BytesIO()
    stored = unrepeated(x.device.get(x.data)).view(_stored(x.dtype))
    np.lib.format.write_array(buffer, stored, allow_pickle=False)
    return buffer.getvalue()


def _stored(dtype: Dtype) -> Dtype:
    # NumPy's format has no name for bfloat16.
    return np.dtype(np.uint16) if dtype == bfloat16 else dtype


def _unpacked(contents: bytes) -> Graph:
    _check_whole(contents)
    try:
        with zipfile.ZipFile(io.BytesIO(contents)) as archive:
            members = _members(archive, len(contents))
    except _BROKEN as error:
        raise FileError(f"the archive is broken: {error}") from None
    record = Record(_parsed(members), _JSON)
    for key, needed in (("format", FORMAT), ("version", VERSION)):
        if (came := record.take(key, object)) != needed:
            raise record.error(f"{key} {needed!r} is needed, {came!r} came")
    types = record.records("constants")
    needed_names = {_JSON, *map(_member, range(len(types)))}
    if missing := needed_names - set(members):
        raise FileError(f"member {min(missing)} is missing")
    if extra := set(members) - needed_names:
        raise FileError(f"member {min(extra)!r} does not belong here")
    constants = [
        _constant(members[_member(i)], each, _member(i)) for i, each in enumerate(types)
    ]
    return Reader(constants).whole(record.record("graph"))


def _check_whole(contents: bytes) -> None:
    if not contents.startswith(_BEGIN):
        raise FileError("it is no zip archive")
    covered, comment = contents[:-_COMMENT_BYTES], contents[-_COMMENT_BYTES:]
    if not comment.startswith(_SHA256):
        raise FileError(
            f"it is truncated: its {len(contents)} bytes do not end with a checksum"
        )
    if comment != (needed := _checksum(covered)):
        raise FileError(
            f"it is damaged: the checksum of its bytes is {needed.decode()}, at its "
            f"end stands {comment.decode(errors='replace')}"
        )


def _members(archive: zipfile.ZipFile, nbytes: int) -> dict[str, bytes]:
    """The members by name. They are stored plainly, so none is larger than the file."""
    infos = archive.infolist()
    names = [info.filename for info in infos]
    if len(set(names)) != len(names):
        raise FileError("two members have one name")
    if any(info.compress_type != zipfile.ZIP_STORED for info in infos):
        raise FileError("a member is compressed")
    claimed = sum(info.file_size for info in infos)
    if claimed > nbytes:
        raise FileError(f"its members claim {claimed} bytes, it has {nbytes}")
    return {info.filename: archive.read(info) for info in infos}


def _parsed(members: dict[str, bytes]) -> Any:
    if _JSON not in members:
        raise FileError(f"member {_JSON} is missing")
    try:
        return json.loads(members[_JSON])
    except ValueError as error:
        raise FileError(f"{_JSON} is no JSON: {error}") from None


def _constant(contents: bytes, record: Record, member: str) -> Tensor:
    """A constant from NumPy's format, if it is what the JSON says."""
    shape, dtype = record.type()
    stored, order, start = _npy_header(contents, member)
    if stored.dtype != _stored(dtype):
        raise FileError(f"{member} has dtype {stored.dtype}, graph.json says {dtype}")
    if not _broadcasts(stored.shape, shape):
        raise FileError(f"{member} has shape {stored.shape}, graph.json says {shape}")
    needed = math.prod(stored.shape) * stored.dtype.itemsize
    if len(contents) - start != needed:
        raise FileError(
            f"{member}: {needed} bytes of elements are needed, "
            f"{len(contents) - start} came"
        )
    flat = np.frombuffer(contents, stored.dtype, offset=start).copy()
    array = flat.reshape(stored.shape, order=order).view(dtype)
    return known(array if array.shape == shape else np.broadcast_to(array, shape))


def _npy_header(contents: bytes, member: str) -> tuple[Any, Any, int]:
    """An array like the stored one that takes no memory, its order, where it begins."""
    file = io.BytesIO(contents)
    try:
        if np.lib.format.read_magic(file) != (1, 0):
            raise ValueError("version 1.0 of NumPy's format is needed")
        shape, is_fortran, dtype = np.lib.format.read_array_header_1_0(file)
        like = np.broadcast_to(np.zeros((), dtype), shape)
    except Exception as error:  # NumPy parses the header as Python text
        raise FileError(f"{member} is no array: {error}") from None
    return like, "F" if is_fortran else "C", file.tell()


def _broadcasts(stored: Shape, shape: Shape) -> bool:
    """Whether an array is as large as its constant, or 1 long where it repeats."""
    return len(stored) == len(shape) and all(
        size in (1, wanted) for size, wanted in zip(stored, shape, strict=True)
    )
