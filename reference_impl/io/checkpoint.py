"""Trees of tensors in files: what training writes down to be continued.

The format is safetensors: a JSON header with the name, dtype and place of every array,
then their bytes. Any tool of the field reads it, and reading it runs nothing. Arrays
have the names that `tree.names` gives: `params.layers.hidden.weight`.

Two things are added in the header's metadata. `sha256` is that of the whole file with
zeros in place of these 64 digits, so a wrong byte anywhere is noticed. `complex128`
lists the arrays of this dtype, for which safetensors has no name: they are stored as
float64 with a last axis of real and imaginary part.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import safetensors
from safetensors.numpy import save as as_safetensors

from ..core import tree
from ..core.dtype import SUPPORTED, Dtype, bfloat16, bool_, complex128, float64
from ..core.elements import tensor
from ..core.errors import FileError, TreeError
from ..core.tensor import Tensor
from ..core.whole_file import write_whole

FORMAT, VERSION = "reference_impl checkpoint", "1"
_OWN = {"format", "version", "sha256", "complex128"}
_DIGEST = b'"sha256":"'  # JSON escapes the quotes inside of names and of other values
_BLANK = b"0" * 64
_RESERVED = "__metadata__"  # what safetensors calls the metadata among the arrays

# How safetensors calls our dtypes: float32 is "F32".
_NAMES: dict[str, Dtype] = {
    f"{dtype.kind.upper()}{8 * dtype.itemsize}": dtype
    for dtype in SUPPORTED
    if dtype not in (bool_, bfloat16, complex128)
} | {"BOOL": bool_, "BF16": bfloat16}


# What reading nonsense may raise; nested deeply enough, it is too much for Python.
_WRONG = (
    safetensors.SafetensorError,
    KeyError,
    TypeError,
    ValueError,
    RecursionError,
)


class Stored(NamedTuple):
    """The arrays of a checkpoint by name, and its metadata."""

    arrays: dict[str, np.ndarray]
    metadata: dict[str, str]


def save_checkpoint(
    path: str | os.PathLike[str],
    values: Any,
    metadata: Mapping[str, str] | None = None,
) -> None:
    """Write a tree of tensors to a file, whole or not at all; see `load_checkpoint`.

    Parameters
    ----------
    values : tree of tensors
    metadata : mapping of str to str, optional
        What else the header says, for whoever looks at the file.

    Raises
    ------
    TreeError
        If a leaf is no tensor, two have one name, a text is not Unicode, or metadata
        are no strings or have a name that the format uses.
    OSError
        If the file cannot be written; an older one of this name is as it was.
    """
    said = dict(metadata or {})
    if any(type(x) is not str for pair in said.items() for x in pair) or _OWN & {*said}:
        raise TreeError(
            f"save_checkpoint: metadata are strings under other names than "
            f"{', '.join(sorted(_OWN))}; {said!r:.60} came"
        )
    leaves = _named("save_checkpoint", values)
    wide = [name for name, x in leaves.items() if x.dtype == complex128]
    said |= {
        "format": FORMAT,
        "version": VERSION,
        "sha256": _BLANK.decode(),
        "complex128": json.dumps(wide),
    }
    _check_texts([*leaves, *said, *said.values()])
    arrays = {name: _plain(x.numpy()) for name, x in leaves.items()}
    contents = bytearray(as_safetensors(arrays, said))
    start = contents.index(_DIGEST) + len(_DIGEST)
    digest = hashlib.sha256(contents).hexdigest().encode()
    contents[start : start + len(digest)] = digest
    write_whole(path, contents)


def load_checkpoint(
    path: str | os.PathLike[str], like: Any, *, exact: bool = True
) -> Any:
    """Read a tree that `save_checkpoint` wrote.

    Parameters
    ----------
    like : tree of tensors
        What is expected: the structure, and the shape, dtype and device of every leaf.
    exact : bool
        Whether other arrays in the file are an error; otherwise they are left out.

    Raises
    ------
    FileError
        If the file is damaged or no checkpoint; the message names it and what differs.
    TreeError
        If it holds another tree: an array is missing, or one too many, or has another
        shape or dtype.
    OSError
        If it cannot be read.
    """
    wanted = _named("load_checkpoint", like)
    found = _stored("load_checkpoint", path).arrays
    if not exact:
        found = {name: x for name, x in found.items() if name in wanted}
    if wrong := _difference(wanted, found):
        raise TreeError(f"load_checkpoint: {os.fspath(path)}: {wrong}")
    leaves = [tensor(found[name], device=x.device) for name, x in wanted.items()]
    return tree.unflatten(tree.flatten(like)[1], leaves)


def read_checkpoint(path: str | os.PathLike[str]) -> Stored:
    """All that a checkpoint holds, whatever its tree was.

    Raises
    ------
    FileError
        If the file is damaged or no checkpoint; the message names it and what differs.
    OSError
        If it cannot be read.
    """
    return _stored("read_checkpoint", path)


def _stored(who: str, path: str | os.PathLike[str]) -> Stored:
    contents = bytearray(Path(path).read_bytes())
    try:
        _check_whole(contents)
        return _parsed(bytes(contents))
    except FileError as error:
        raise FileError(f"{who}: {os.fspath(path)}: {error}") from None


def _named(who: str, values: Any) -> dict[str, Tensor]:
    names, leaves = tree.names(values), tree.flatten(values)[0]
    for name, leaf in zip(names, leaves, strict=True):
        if not isinstance(leaf, Tensor):
            raise TreeError(
                f"{who}: the leaves must be tensors, {name} is a {type(leaf).__name__}"
            )
    if _RESERVED in names:
        raise TreeError(f"{who}: the name {_RESERVED} is the format's own")
    if len(set(names)) != len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise TreeError(f"{who}: two leaves have the name {twice}")
    return dict(zip(names, leaves, strict=True))


def _check_texts(texts: Iterable[str]) -> None:
    for text in texts:
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise TreeError(
                f"save_checkpoint: names and metadata must be Unicode, {text!r:.60} "
                f"with half a surrogate pair at {error.start} came"
            ) from None


def _plain(array: np.ndarray) -> np.ndarray:
    """The array as safetensors takes it: contiguous, of a dtype that it knows."""
    array = np.asarray(array, order="C")
    if array.dtype == complex128:
        return array.reshape(*array.shape, 1).view(float64)
    return array


def _check_whole(contents: bytearray) -> None:
    """Compare the checksum; leave zeros in its place."""
    at = contents.find(_DIGEST) + len(_DIGEST)
    if at < len(_DIGEST):
        raise FileError(
            f"it is damaged or no checkpoint: its {len(contents)} bytes name no sha256"
        )
    said = bytes(contents[at : at + len(_BLANK)])
    contents[at : at + len(_BLANK)] = _BLANK
    if (needed := hashlib.sha256(contents).hexdigest()) != said.decode(
        errors="replace"
    ):
        raise FileError(
            f"it is damaged or truncated: the sha256 of its {len(contents)} bytes is "
            f"{needed}, its header says {said.decode(errors='replace')}"
        )


def _parsed(contents: bytes) -> Stored:
    try:
        entries = safetensors.deserialize(contents)
        nbytes = int.from_bytes(contents[:8], "little")
        metadata = json.loads(contents[8 : 8 + nbytes])[_RESERVED]
        arrays = {name: _array(name, each) for name, each in entries}
        for name in json.loads(metadata.get("complex128", "[]")):
            arrays[name] = arrays[name].view(complex128)[..., 0]
    except FileError:
        raise
    except _WRONG as error:
        raise FileError(f"it is no safetensors file: {error}") from None
    for key, needed in (("format", FORMAT), ("version", VERSION)):
        if (came := metadata.get(key)) != needed:
            raise FileError(f"{key} {needed!r} is needed, {came!r} came")
    return Stored(arrays, {k: x for k, x in metadata.items() if k not in _OWN})


def _array(name: str, entry: Mapping[str, Any]) -> np.ndarray:
    if entry["dtype"] not in _NAMES:
        raise FileError(f"{name} has dtype {entry['dtype']}, which is not supported")
    return np.frombuffer(entry["data"], _NAMES[entry["dtype"]]).reshape(entry["shape"])


def _difference(wanted: Mapping[str, Any], found: Mapping[str, Any]) -> str:
    """How the arrays of a file differ from what is wanted; empty if they do not."""
    if missing := [name for name in wanted if name not in found]:
        return f"{missing[0]} is missing"
    if extra := [name for name in found if name not in wanted]:
        return f"{extra[0]} does not belong here"
    for name, x in wanted.items():
        for what in ("shape", "dtype"):
            needed, came = getattr(x, what), getattr(found[name], what)
            if needed != came:
                return f"{name} has {what} {came}, {needed} is needed"
    return ""
