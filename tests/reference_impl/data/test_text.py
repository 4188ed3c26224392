"""Texts, and the stretches of them that are learned from."""

import numpy as np
import pytest

from reference_impl import DtypeError, RangeError, ShapeError
from reference_impl.data import names, next_tokens, tinyshakespeare


def test_shakespeare_has_65_kinds_of_characters(published):
    published("tinyshakespeare.txt")

    text = tinyshakespeare()

    assert len(text) == 1_115_394
    assert len({*text}) == 65
    assert text.startswith("First Citizen:")


def test_names_are_words_of_small_letters(published):
    published("names.txt")

    words = names()

    assert len(words) == 32_033
    assert words[:3] == ["emma", "olivia", "ava"]
    assert {*"".join(words)} == {*"abcdefghijklmnopqrstuvwxyz"}


def test_targets_are_what_follows():
    x, y = next_tokens(np.arange(10, 17), 3)

    assert x.tolist() == [[10, 11, 12], [11, 12, 13], [12, 13, 14], [13, 14, 15]]
    assert (y == x + 1).all()


def test_stretches_take_no_memory_and_cannot_be_written():
    tokens = np.arange(1000)

    x, y = next_tokens(tokens, 100)

    assert np.shares_memory(x, tokens)
    assert not x.flags.writeable
    assert not y.flags.writeable


def test_wrong_arguments_are_named():
    with pytest.raises(ShapeError, match=r"tokens must have one axis, \(2, 2\) came"):
        next_tokens(np.zeros((2, 2), int), 1)
    for steps in (0, 5):
        with pytest.raises(RangeError, match=rf"lie in \[1, 5\).* {steps} came"):
            next_tokens(np.arange(5), steps)
    with pytest.raises(DtypeError, match="next_tokens: steps must be an integer"):
        next_tokens(np.arange(5), 1.5)


@pytest.mark.parametrize("tokens", [[1, 2, 3], "abc", None], ids=str)
def test_stretches_are_those_of_an_array(tokens):
    message = f"tokens must be a NumPy array, a {type(tokens).__name__} came"
    with pytest.raises(DtypeError, match=f"next_tokens: {message}"):
        next_tokens(tokens, 1)
