import numpy as np
import pytest

import reference_impl as ri
from reference_impl.core.ops.threefry import POSITIONS_AT_ONCE, _bits, encrypted

# Key, counter and block, from the file kat_vectors of Random123, which is the
# implementation by the authors of the cipher.
KNOWN_ANSWERS = {
    "zeros": ((0, 0), (0, 0), (0x6B200159, 0x99BA4EFE)),
    "ones": ((2**32 - 1,) * 2, (2**32 - 1,) * 2, (0x1CB996FC, 0xBB002BE7)),
    "digits of pi": (
        (0x13198A2E, 0x03707344),
        (0x243F6A88, 0x85A308D3),
        (0xC4923A9C, 0x483DF7A0),
    ),
}

KEY = np.array([1, 2], np.uint32)


def bits(shape, dtype=ri.uint32):
    return _bits(ri.tensor(KEY), shape=shape, dtype=dtype).numpy()


def block(counter):
    return np.concatenate(encrypted(KEY, np.array([counter], np.uint64)))


@pytest.mark.parametrize("name", KNOWN_ANSWERS)
def test_the_cipher_gives_the_known_answers(name):
    key, (high, low), needed = KNOWN_ANSWERS[name]
    counters = np.array([high << 32 | low], np.uint64)

    x, y = encrypted(np.array(key, np.uint32), counters)

    assert (x.item(), y.item()) == needed


def test_the_bits_of_an_element_depend_on_its_position_alone():
    many = bits((3, POSITIONS_AT_ONCE))

    np.testing.assert_array_equal(many.ravel()[:12], bits((2, 6)).ravel())
    for position in (0, POSITIONS_AT_ONCE - 1, POSITIONS_AT_ONCE, many.size - 1):
        x, y = block(position)
        assert many.ravel()[position] == x ^ y


def test_narrow_elements_are_the_last_bits_of_wider_ones():
    x = bits((100,))

    np.testing.assert_array_equal(bits((100,), ri.uint16), x & 0xFFFF)
    np.testing.assert_array_equal(bits((100,), ri.uint8), x & 0xFF)


def test_an_element_of_64_bits_is_a_whole_block():
    first, last = bits((2,), ri.uint64).tolist(), block(1).tolist()

    assert first[1] == last[0] << 32 | last[1]


@pytest.mark.parametrize("shape", [(), (0,), (2, 0), (1,)], ids=str)
def test_there_may_be_one_element_or_none(shape):
    assert bits(shape).shape == shape
