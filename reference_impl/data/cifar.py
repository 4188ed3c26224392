"""The binary version of CIFAR-10: a packed archive of fixed-size records.

Members are read by their names and never written to disk. A record is a byte for the
class, and 3,072 for the red, green and blue planes, row by row.

Source: A. Krizhevsky 2009, "Learning multiple layers of features from tiny images".
"""

from __future__ import annotations

import gzip
import os
import tarfile
import zlib
from pathlib import Path

import numpy as np

from ..core.errors import FileError
from .dataset import Dataset

IMAGE_SHAPE = (3, 32, 32)
RECORD_BYTES = 1 + 3 * 32 * 32
CHUNK_BYTES = 1 << 20
CLASSES = 10
TRAIN = [f"cifar-10-batches-bin/data_batch_{i}.bin" for i in range(1, 6)]
TEST = "cifar-10-batches-bin/test_batch.bin"


def read_cifar10(path: str | os.PathLike[str]) -> Dataset:
    """The images of an archive of five files for training and one for testing.

    Shapes
    ------
    x  (N, 3, 32, 32), uint8
    y  (N,), int64 in [0, 10)

    Raises
    ------
    FileError
        If the archive is damaged, or lacks a member, or a member has no whole number of
        records, or a class does not exist.
    OSError
        If the file cannot be opened.
    """
    path = Path(path)
    members = _members(path, {*TRAIN, TEST})
    records = {
        name: _records(data, f"{path}: {name}") for name, data in members.items()
    }
    train = np.concatenate([records[name] for name in TRAIN])
    return Dataset(*_images(train), *_images(records[TEST]))


def _members(path: Path, names: set[str]) -> dict[str, bytes]:
    found = {}
    try:
        # As a stream: to jump back would unpack everything before again.
        with gzip.open(path) as file:
            with tarfile.open(fileobj=file, mode="r|") as tar:
                for member in tar:
                    stream = tar.extractfile(member) if member.name in names else None
                    if stream is not None:
                        found[member.name] = stream.read()
            while file.read(CHUNK_BYTES):  # the checksum is behind what fills it up
                pass
    except (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise FileError(f"{path}: cannot be unpacked: {error}") from error
    if missing := names - found.keys():
        raise FileError(f"{path}: must contain {', '.join(sorted(missing))}")
    return found


def _records(data: bytes, who: str) -> np.ndarray:
    if len(data) % RECORD_BYTES:
        raise FileError(
            f"{who} must consist of records of {RECORD_BYTES} bytes, {len(data)} came"
        )
    records = np.frombuffer(data, np.uint8).reshape(-1, RECORD_BYTES)
    largest = records[:, 0].max(initial=0)
    if largest >= CLASSES:
        raise FileError(f"{who}: classes must lie in [0, {CLASSES}), {largest} came")
    return records


def _images(records: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    pixels = np.ascontiguousarray(records[:, 1:]).reshape(-1, *IMAGE_SHAPE)
    return pixels, records[:, 0].astype(np.int64)
