import struct

import pytest

from reference_impl.train.event_file import crc32c, scalar, session_start, version


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", 0),
        (b"123456789", 0xE3069283),
        (bytes(32), 0x8A9136AA),
        (b"\xff" * 32, 0x62A8AB43),
        (bytes(range(32)), 0x46DD794E),
    ],
)
def test_the_checksum_is_that_of_rfc_3720(content, expected):
    assert crc32c(content) == expected


def unmasked(four_bytes):
    (masked,) = struct.unpack("<I", four_bytes)
    turned = (masked - 0xA282EAD8) & 0xFFFFFFFF
    return (turned >> 17 | turned << 15) & 0xFFFFFFFF


def content(record):
    """What a record holds, its frame checked."""
    length = struct.unpack("<Q", record[:8])[0]
    body = record[12 : 12 + length]
    assert len(record) == length + 16
    assert unmasked(record[8:12]) == crc32c(record[:8])
    assert unmasked(record[-4:]) == crc32c(body)
    return body


def test_the_first_event_is_the_version_byte_for_byte():
    expected = b"\x09" + struct.pack("<d", 1.5) + b"\x10\x00" + b"\x1a\x0dbrain.Event:2"

    assert content(version(1.5)) == expected


def test_a_start_is_a_session_log_byte_for_byte():
    expected = b"\x09" + struct.pack("<d", 1.5) + b"\x10\x03" + b"\x3a\x02\x08\x01"

    assert content(session_start(1.5, 3)) == expected


def test_a_number_is_a_summary_byte_for_byte():
    value = b"\x0a\x04loss" + b"\x15" + struct.pack("<f", 0.25)
    summary = b"\x0a" + bytes([len(value)]) + value
    expected = (
        b"\x09"
        + struct.pack("<d", 1.5)
        + b"\x10\xac\x02"  # 300 = 0b10_0101100
        + b"\x2a"
        + bytes([len(summary)])
        + summary
    )

    assert content(scalar(1.5, 300, "loss", 0.25)) == expected


@pytest.mark.parametrize(("number", "bits"), [(1e300, "inf"), (-1e300, "-inf")])
def test_a_number_beyond_float32_is_infinite(number, bits):
    assert content(scalar(0.0, 0, "x", number))[-4:] == struct.pack("<f", float(bits))
