"""Machine code on the disk, beside the text that it was made of.

An entry is found by everything that its code depends on, so nothing is ever out of
date. The folder may be deleted at any time, and shared by several processes: files are
there whole or not at all, and damaged ones are made anew. Where the folder cannot be
written, code lives as long as the process.
"""

from __future__ import annotations

import ast
import functools
import hashlib
import importlib.metadata
import json
import os
import platform
import struct
import tempfile
import warnings
from collections.abc import Iterator
from dataclasses import astuple
from pathlib import Path

from ..kernel import LLVM, PYTHON, Source
from ..whole_file import write_whole
from .code import Code
from .target import Target

FOLDER_VARIABLE = "REFERENCE_IMPL_CACHE"

_SUFFIXES = {PYTHON: ".py", LLVM: ".ll"}
_MAGIC = b"KERNEL01"
# Magic, key, checksum; then names, a zero byte and the object file.
_HEADER = struct.Struct("<8s32s32s")
_ROOT = Path(__file__).resolve().parents[3]


def folder() -> Path:
    """Where entries are: `REFERENCE_IMPL_CACHE`, or in the user's cache folder."""
    if chosen := os.environ.get(FOLDER_VARIABLE):
        return Path(os.path.expanduser(chosen))  # as it is if there is no such user
    base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(base).expanduser() / "reference_impl" / "kernels"


def key(source: Source, target: Target) -> bytes:
    """The SHA-256 of everything that the machine code of a source depends on."""
    parts = (source.name, source.text, source.language, *astuple(target))
    everything = (*parts, *_versions(), *_language(source))
    return hashlib.sha256(json.dumps(everything).encode()).digest()


@functools.cache
def _versions() -> tuple[str, ...]:
    packages = [importlib.metadata.version(name) for name in ("numba", "llvmlite")]
    compiler = [
        _digest(Path(__file__).with_name(n)) for n in ("target.py", "worker.py")
    ]
    return (platform.python_version(), *packages, *compiler)


@functools.cache
def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _language(source: Source) -> list[str]:
    """Digests of the modules of this framework that the text imports."""
    if source.language != PYTHON:
        return []
    found: set[Path] = set()
    waiting = list(_imports(source.text, _ROOT))
    while waiting:
        path = waiting.pop()
        if path not in found and path.is_file():
            found.add(path)
            waiting += _imports_of_file(path)
    return [_digest(path) for path in sorted(found)]


@functools.cache
def _imports_of_file(path: Path) -> tuple[Path, ...]:
    return tuple(_imports(path.read_text(encoding="utf-8"), path.parent))


def _imports(text: str, package: Path) -> Iterator[Path]:
    """The files that may be meant by the imports of a text in a package."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (_file(_ROOT, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ([_ROOT, package, *package.parents])[node.level]
            yield _file(base, node.module or "")
            for alias in node.names:
                yield _file(base, f"{node.module or ''}.{alias.name}")


def _file(base: Path, module: str) -> Path:
    return base.joinpath(*filter(None, module.split("."))).with_suffix(".py")


def text_file(source: Source, digest: bytes) -> Path:
    """The file that holds the text of a source; it is written if it is not there."""
    name = _stem(source, digest) + _SUFFIXES[source.language]
    path, text = folder() / name, source.text.encode()
    if not _holds(path, text) and not _is_written(path, text):
        path = Path(_folder_of_this_process().name) / name
        path.write_bytes(text)
    return path


def _holds(path: Path, contents: bytes) -> bool:
    return _contents(path) == contents


def _contents(path: Path) -> bytes | None:
    """What a file holds; nothing if it is none, or cannot be read.

    A pipe would have to be waited for, and a device may never end.
    """
    try:
        return path.read_bytes() if path.is_file() else None
    except OSError:
        return None


@functools.cache
def _folder_of_this_process() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="reference_impl_")


def read(source: Source, digest: bytes) -> Code | None:
    """The code of a source, unless there is none or it is damaged."""
    entry = _contents(folder() / f"{_stem(source, digest)}.o")
    if entry is None or len(entry) < _HEADER.size:
        return None
    magic, found, checksum = _HEADER.unpack_from(entry)
    body = entry[_HEADER.size :]
    if magic != _MAGIC or found != digest or checksum != hashlib.sha256(body).digest():
        return None
    names, _, object_file = body.partition(b"\0")
    return Code(object_file, tuple(names.decode().split()))


def write(source: Source, digest: bytes, code: Code) -> None:
    """Keep the code of a source; warn once if the folder does not take it."""
    body = " ".join(code.needs).encode() + b"\0" + code.object_file
    header = _HEADER.pack(_MAGIC, digest, hashlib.sha256(body).digest())
    _is_written(folder() / f"{_stem(source, digest)}.o", header + body)


def _stem(source: Source, digest: bytes) -> str:
    return f"{source.name}-{digest.hex()[:12]}"


def _is_written(path: Path, contents: bytes) -> bool:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if _contents(path) is None:  # or the new one would be as little readable
            path.unlink(missing_ok=True)
        write_whole(path, contents)
    except OSError as error:
        _warn_once(path.parent, str(error))
        return False
    return True


_warned: set[Path] = set()


def _warn_once(place: Path, reason: str) -> None:
    if not _warned:
        _warned.add(place)
        warnings.warn(
            f"kernels are built anew by every process: {place} cannot be written "
            f"({reason}); {FOLDER_VARIABLE} names another folder",
            stacklevel=2,
        )
