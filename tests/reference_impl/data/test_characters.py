"""Characters as numbers."""

import numpy as np
import pytest

from reference_impl import DtypeError, RangeError, ShapeError
from reference_impl.data import CharacterTokenizer

hypothesis = pytest.importorskip("hypothesis", reason="Hypothesis is not installed")
given, st = hypothesis.given, hypothesis.strategies

# Half surrogate pairs included: every str.
ANY_TEXT = st.text(st.characters(exclude_categories=()))


@given(ANY_TEXT)
def test_decoding_undoes_encoding(text):
    tokenizer = CharacterTokenizer.of(text)

    assert tokenizer.decode(tokenizer.encode(text)) == text


@given(st.lists(st.characters(), unique=True), st.data())
def test_numbers_are_positions_in_the_vocabulary(characters, data):
    text = data.draw(
        st.text(st.sampled_from(characters)) if characters else st.just("")
    )

    ids = CharacterTokenizer("".join(characters)).encode(text)

    assert ids.tolist() == [characters.index(each) for each in text]
    assert ids.dtype == np.int64


def test_the_vocabulary_of_a_text_is_in_the_order_of_codes():
    tokenizer = CharacterTokenizer.of("ba😀 ab\n")

    assert tokenizer.vocabulary == "\n ab😀"
    assert len(tokenizer) == 5


def test_a_character_comes_once():
    with pytest.raises(RangeError, match="each character once, 'b' came 2 times"):
        CharacterTokenizer("abcb")


@pytest.mark.parametrize("vocabulary", ["ab", "xy", ""])
def test_an_unknown_character_is_named_with_its_place(vocabulary):
    with pytest.raises(
        RangeError, match=f"vocabulary of {len(vocabulary)}, 'm' came at 0"
    ):
        CharacterTokenizer(vocabulary).encode("mmm")


def test_an_unknown_character_may_come_late():
    with pytest.raises(RangeError, match="vocabulary of 2, '😀' came at 3"):
        CharacterTokenizer("ab").encode("aba😀")


def test_lists_and_all_integers_are_decoded():
    tokenizer = CharacterTokenizer("abc")

    assert tokenizer.decode([2, 0]) == "ca"
    assert tokenizer.decode([]) == ""
    assert tokenizer.decode(np.array([1, 1], np.uint8)) == "bb"


def test_numbers_of_no_character_are_refused():
    tokenizer = CharacterTokenizer("abc")

    with pytest.raises(RangeError, match=r"ids must lie in \[0, 3\), 3 came"):
        tokenizer.decode([0, 3])
    with pytest.raises(RangeError, match=r"ids must lie in \[0, 3\), -1 came"):
        tokenizer.decode([-1])
    with pytest.raises(DtypeError, match="ids must be integers, float64 came"):
        tokenizer.decode([0.5])
    with pytest.raises(ShapeError, match=r"ids must have one axis, \(1, 2\) came"):
        tokenizer.decode([[0, 1]])


@pytest.mark.parametrize("text", [b"abc", None, ["a"]], ids=str)
def test_a_text_is_a_str(text):
    message = f"must be a str, a {type(text).__name__} came"
    with pytest.raises(DtypeError, match=f"CharacterTokenizer: text {message}"):
        CharacterTokenizer("abc").encode(text)
    with pytest.raises(DtypeError, match=f"CharacterTokenizer: text {message}"):
        CharacterTokenizer.of(text)
    with pytest.raises(DtypeError, match=f"CharacterTokenizer: vocabulary {message}"):
        CharacterTokenizer(text)


def test_rows_of_several_lengths_are_no_text():
    with pytest.raises(
        ShapeError, match=r"ids must have one axis, \[\[1\], \[1, 2\]\]"
    ):
        CharacterTokenizer("abc").decode([[1], [1, 2]])
