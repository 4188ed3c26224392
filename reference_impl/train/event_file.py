"""Files of events, as TensorBoard reads them: numbers with a name, a step and a time.

A file is a row of records in TFRecord's framing (a length, its checksum, the bytes,
their checksum), each a message in Protocol Buffers' encoding. The messages are `Event`
and, inside, `Summary` and `Value`, of which only the fields used here are written.

Source: TensorFlow's `core/lib/io/record_writer.h`, `core/util/event.proto` and
`core/framework/summary.proto`; Protocol Buffers' page "Encoding".
"""

from __future__ import annotations

import struct

_VARINT, _DOUBLE, _BYTES, _FLOAT = 0, 1, 2, 5  # wire types
_POLYNOMIAL = 0x82F63B78  # Castagnoli's, its bits reversed


def version(seconds: float) -> bytes:
    """The event that a file begins with."""
    return _record(_event(seconds) + _text(3, "brain.Event:2"))


def session_start(seconds: float, step: int) -> bytes:
    """The event of a start: what earlier files of a run say of later steps is void."""
    return _record(_event(seconds, step) + _bytes(7, _varint(1, 1)))


def scalar(seconds: float, step: int, tag: str, number: float) -> bytes:
    """The event of one number."""
    value = _text(1, tag) + _tag(2, _FLOAT) + struct.pack("<f", _float32(number))
    return _record(_event(seconds, step) + _bytes(5, _bytes(1, value)))


def _float32(number: float) -> float:
    try:
        struct.pack("<f", number)
    except OverflowError:
        return float("inf") if number > 0 else float("-inf")
    return number


def _event(seconds: float, step: int = 0) -> bytes:
    return _tag(1, _DOUBLE) + struct.pack("<d", seconds) + _varint(2, step)


def _tag(number: int, wire_type: int) -> bytes:
    return _base128(number << 3 | wire_type)


def _varint(number: int, x: int) -> bytes:
    return _tag(number, _VARINT) + _base128(x)


def _bytes(number: int, content: bytes) -> bytes:
    return _tag(number, _BYTES) + _base128(len(content)) + content


def _text(number: int, text: str) -> bytes:
    return _bytes(number, text.encode())


def _base128(x: int) -> bytes:
    """Seven bits a byte, the lowest first; all but the last have the eighth set."""
    digits = bytearray()
    while x >= 0x80:
        digits.append(x & 0x7F | 0x80)
        x >>= 7
    return bytes(digits) + bytes((x,))


def _record(content: bytes) -> bytes:
    length = struct.pack("<Q", len(content))
    return length + _masked(length) + content + _masked(content)


def _masked(content: bytes) -> bytes:
    """A checksum, turned so that a checksum of data with checksums is a good one."""
    crc = crc32c(content)
    return struct.pack("<I", ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF)


def crc32c(content: bytes) -> int:
    """The cyclic redundancy check of 32 bits with Castagnoli's polynomial.

    Source: RFC 3720, appendix B.4.
    """
    crc = 0xFFFFFFFF
    for byte in content:
        crc = crc >> 8 ^ _TABLE[(crc ^ byte) & 0xFF]
    return crc ^ 0xFFFFFFFF


def _remainder(byte: int) -> int:
    for _ in range(8):
        byte = byte >> 1 ^ (_POLYNOMIAL if byte & 1 else 0)
    return byte


_TABLE = [_remainder(byte) for byte in range(256)]
