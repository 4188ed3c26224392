"""Machine code: bytes of an object file, and what it needs from its surroundings."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Code:
    """An object file with one function.

    Attributes
    ----------
    needs : tuple of str
        Functions that it calls and does not hold, such as `expf` and `memset`.
    """

    object_file: bytes
    needs: tuple[str, ...] = ()


_SYMBOL_TABLE, _UNDEFINED = 2, 0


def undefined(object_file: bytes) -> tuple[str, ...]:
    """The symbols that an object file in ELF names and does not define.

    LLVM ends the process when it cannot resolve one, so they are looked up before. Of
    other formats (macOS) nothing is known here: the answer is empty.

    Source: System V Application Binary Interface, chapter 4 (64-bit, little-endian).
    """
    if object_file[:6] != b"\x7fELF\x02\x01":
        return ()
    sections = list(_sections(object_file))
    names: list[str] = []
    for kind, offset, size, link in sections:
        if kind == _SYMBOL_TABLE:
            strings = sections[link][1]
            for start in range(offset + 24, offset + size, 24):  # the first is empty
                name, _, _, section = struct.unpack_from("<IBBH", object_file, start)
                if section == _UNDEFINED:
                    begin = strings + name
                    end = object_file.index(b"\0", begin)
                    names.append(object_file[begin:end].decode())
    return tuple(name for name in names if name)


def _sections(object_file: bytes) -> Iterator[tuple[int, int, int, int]]:
    """Kind, offset, size and linked section of every section."""
    (table,) = struct.unpack_from("<Q", object_file, 40)
    size, count = struct.unpack_from("<HH", object_file, 58)
    for number in range(count):
        fields = struct.unpack_from("<IIQQQQI", object_file, table + number * size)
        yield fields[1], fields[4], fields[5], fields[6]
