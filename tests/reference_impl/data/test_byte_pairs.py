"""Byte pairs, beside an implementation of lists and dictionaries."""

import errno
import json
import os
from collections import Counter
from itertools import pairwise

import numpy as np
import pytest

from reference_impl import DtypeError, FileError, RangeError, ShapeError
from reference_impl.data import BytePairTokenizer, byte_pairs

hypothesis = pytest.importorskip("hypothesis", reason="Hypothesis is not installed")
given, st = hypothesis.given, hypothesis.strategies

# Few letters, so that pairs repeat and overlap; one of several bytes.
DENSE_TEXT = st.text(st.sampled_from("ab é"), max_size=60)
FOX = "the fox the ox the box aaaaaaa " * 3
TRAINED = BytePairTokenizer.train(FOX, 20)


def naive_join(tokens, pair, new):
    out, i = [], 0
    while i < len(tokens):
        if tuple(tokens[i : i + 2]) == pair:
            out.append(new)
            i += 2
        else:
            out.append(tokens[i])
            i += 1
    return out


def naive_merges(text, count):
    tokens, merges = list(text.encode()), []
    for new in range(256, 256 + count):
        counts = Counter(pairwise(tokens))
        if not counts or max(counts.values()) < 2:
            break
        pair = min(counts, key=lambda each: (-counts[each], each))
        merges.append(pair)
        tokens = naive_join(tokens, pair, new)
    return tuple(merges)


def naive_encode(text, merges):
    """The earliest merge that is possible, again and again."""
    tokens = list(text.encode())
    ranks = {pair: i for i, pair in enumerate(merges)}
    while found := [ranks[pair] for pair in pairwise(tokens) if pair in ranks]:
        tokens = naive_join(tokens, merges[min(found)], 256 + min(found))
    return tokens


@given(DENSE_TEXT, st.integers(0, 12))
def test_training_joins_the_commonest_pair(text, merges):
    trained = BytePairTokenizer.train(text, merges)

    assert trained.merges == naive_merges(text, merges)


@given(DENSE_TEXT, DENSE_TEXT)
def test_encoding_joins_in_the_order_of_training(text, other):
    trained = BytePairTokenizer.train(text, 12)

    assert trained.encode(other).tolist() == naive_encode(other, trained.merges)


@given(st.text())
def test_decoding_undoes_encoding_of_any_text(text):
    assert TRAINED.decode(TRAINED.encode(text)) == text


@given(st.lists(st.integers(0, len(TRAINED) - 1)))
def test_any_tokens_are_some_text(ids):
    expected = b"".join(TRAINED.vocabulary[i] for i in ids)

    assert TRAINED.decode(ids) == expected.decode("utf-8", "replace")


def test_a_run_is_joined_from_the_left():
    ids = BytePairTokenizer(((97, 97),)).encode("aaaaabaa")

    assert ids.tolist() == [256, 256, 97, 98, 256]
    assert ids.dtype == np.int64


def test_training_ends_when_no_pair_comes_twice():
    assert BytePairTokenizer.train("abcd", 5).merges == ()
    assert BytePairTokenizer.train("", 5).merges == ()
    assert BytePairTokenizer.train("abab", 5).merges == ((97, 98),)


def test_the_vocabulary_says_what_tokens_stand_for():
    tokenizer = BytePairTokenizer(((104, 101), (116, 256)))

    assert len(tokenizer) == 258
    assert tokenizer.vocabulary[-2:] == (b"he", b"the")


def test_what_is_saved_is_loaded(tmp_path):
    path = tmp_path / "pairs.json"
    path.write_text("old")

    TRAINED.save(path)

    assert BytePairTokenizer.load(path) == TRAINED
    assert json.loads(path.read_text())["merges"][0] == list(TRAINED.merges[0])
    assert [*tmp_path.iterdir()] == [path]


DAMAGED = {
    "must be JSON": "{",
    'must be an object whose "format" is "byte pairs 1"': "[]",
    '"merges" must be a list, NoneType came': '{"format": "byte pairs 1"}',
    r"merges\[0\] must join two tokens of \[0, 256\), \(1, 256\) came": (
        '{"format": "byte pairs 1", "merges": [[1, 256]]}'
    ),
    r"merges\[1\] must join two tokens of \[0, 257\), \(True, 1\) came": (
        '{"format": "byte pairs 1", "merges": [[1, 2], [true, 1]]}'
    ),
    r"merges\[0\] .*, \(1,\) came": '{"format": "byte pairs 1", "merges": [[1]]}',
    r"merges\[0\] .*, 7 came": '{"format": "byte pairs 1", "merges": [7]}',
    "it is nested too deeply": "[" * 100_000,
}


@pytest.mark.parametrize(("message", "text"), DAMAGED.items(), ids=list(DAMAGED))
def test_a_damaged_file_is_refused_by_its_name(tmp_path, message, text):
    path = tmp_path / "pairs.json"
    path.write_text(text)

    with pytest.raises(
        FileError, match=rf"pairs\.json: (BytePairTokenizer: )?{message}"
    ):
        BytePairTokenizer.load(path)


@pytest.mark.parametrize("pair", [(1, 2, 3), (1.0, 2.5), (1,), 7, [1, 2]], ids=str)
def test_merges_are_pairs_of_integers(pair):
    with pytest.raises(RangeError, match=r"BytePairTokenizer: merges\[0\] must join"):
        BytePairTokenizer((pair,))


def test_a_full_disk_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    def full(handle):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    path = tmp_path / "pairs.json"
    TRAINED.save(path)
    monkeypatch.setattr(os, "fsync", full)

    with pytest.raises(OSError, match=r"No space left on device: .*pairs\.json'"):
        BytePairTokenizer().save(path)

    assert BytePairTokenizer.load(path) == TRAINED
    assert [*tmp_path.iterdir()] == [path]


def test_a_file_of_other_bytes_is_refused(tmp_path):
    path = tmp_path / "pairs.json"
    path.write_bytes(b"\xff\xfe\x00\x80")

    with pytest.raises(FileError, match=r"pairs\.json: must be JSON"):
        BytePairTokenizer.load(path)


def test_wrong_arguments_are_named():
    with pytest.raises(RangeError, match="merges must be at least 0, -1 came"):
        BytePairTokenizer.train("text", -1)
    with pytest.raises(DtypeError, match=r"merges must be an integer, 1\.5 came"):
        BytePairTokenizer.train("text", 1.5)
    with pytest.raises(
        RangeError, match=r"merges\[1\] must join two tokens of \[0, 25"
    ):
        BytePairTokenizer(((1, 2), (257, 0)))
    with pytest.raises(RangeError, match="half a surrogate pair came at 2"):
        TRAINED.encode("ab\ud800")
    with pytest.raises(RangeError, match=r"ids must lie in \[0, 256\), 256 came"):
        BytePairTokenizer().decode([256])
    with pytest.raises(DtypeError, match="ids must be integers"):
        TRAINED.decode([0.0])
    with pytest.raises(ShapeError, match="ids must have one axis"):
        TRAINED.decode([[0]])


def test_text_becomes_half_as_long_by_256_merges(published):
    text = published("tinyshakespeare.txt").read_text("utf-8")[:100_000]

    trained = BytePairTokenizer.train(text, 256)
    ids = trained.encode(text)

    assert len(trained) == 512
    assert len(ids) < len(text) * 0.52
    assert trained.decode(ids) == text


def test_pairs_of_many_kinds_of_tokens_are_told_apart():
    tokens = np.array([50_000, 59_999, 50_000, 59_999, 7], np.int32)

    assert byte_pairs._commonest(tokens, 60_000) == (50_000, 59_999)


@pytest.mark.parametrize("text", [b"abc", None, ["a"]], ids=str)
def test_a_text_is_a_str(text):
    message = f"text must be a str, a {type(text).__name__} came"
    with pytest.raises(DtypeError, match=f"BytePairTokenizer: {message}"):
        TRAINED.encode(text)
    with pytest.raises(DtypeError, match=f"BytePairTokenizer: {message}"):
        BytePairTokenizer.train(text, 1)


def test_rows_of_several_lengths_are_no_text():
    with pytest.raises(
        ShapeError, match=r"ids must have one axis, \[\[1\], \[1, 2\]\]"
    ):
        TRAINED.decode([[1], [1, 2]])
