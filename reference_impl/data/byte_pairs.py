"""Byte pairs: words of several bytes, found by joining what stands together most often.

The first 256 tokens are the bytes, so there is no text that cannot be written. Token
256 + i is the i-th pair of tokens that training joined. Pairs are joined over the whole
text, also across spaces; no rule says where words end.

Source: P. Gage 1994, "A new algorithm for data compression"; R. Sennrich, B. Haddow and
A. Birch 2016, "Neural machine translation of rare words with subword units", section 3.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from ..core.errors import FileError, RangeError
from ..core.number import check_at_least
from ..core.whole_file import write_whole
from .token_ids import check_text, checked_ids

BYTES = 256
FORMAT = "byte pairs 1"

Pair = tuple[int, int]


@dataclass(frozen=True)
class BytePairTokenizer:
    """A map between texts and numbers of tokens.

    Attributes
    ----------
    merges : tuple of pairs
        The tokens that each token from 256 on consists of, in the order of training.

    Raises
    ------
    RangeError
        If a pair is not one of two tokens that come before it.
    """

    merges: tuple[Pair, ...] = ()

    def __post_init__(self) -> None:
        for i, pair in enumerate(self.merges):
            if not _is_pair(pair, BYTES + i):
                raise RangeError(
                    f"BytePairTokenizer: merges[{i}] must join two tokens of "
                    f"[0, {BYTES + i}), {pair!r:.60} came"
                )

    @classmethod
    def train(cls, text: str, merges: int) -> BytePairTokenizer:
        """The tokenizer that joins the commonest pair of a text, again and again.

        Parameters
        ----------
        merges : int
            How often; training ends before when no pair comes twice.

        Raises
        ------
        DtypeError, RangeError
            If the number of merges is no integer, or negative, or the text is no `str`,
            or not Unicode.

        Notes
        -----
        Of pairs that are equally common, the one with the smallest numbers is joined. A
        merge reads the text as an array a few times: 256 of them take about two seconds
        for a megabyte.
        """
        check_at_least("BytePairTokenizer", 0, merges=merges)
        tokens, pairs = _bytes(text), []
        for new in range(BYTES, BYTES + merges):
            pair = _commonest(tokens, new)
            if pair is None:
                break
            pairs.append(pair)
            tokens = _joined(tokens, pair, new)
        return cls(tuple(pairs))

    def __len__(self) -> int:
        return BYTES + len(self.merges)

    @cached_property
    def vocabulary(self) -> tuple[bytes, ...]:
        """What each token stands for; not every one is a whole character."""
        words = [bytes([i]) for i in range(BYTES)]
        for first, second in self.merges:
            words.append(words[first] + words[second])
        return tuple(words)

    def encode(self, text: str) -> np.ndarray:
        """The numbers of the tokens; (T,), int64.

        Raises
        ------
        DtypeError, RangeError
            If the text is no `str`, or not Unicode: it has half a surrogate pair.
        """
        tokens = _bytes(text)
        for new, pair in enumerate(self.merges, BYTES):
            tokens = _joined(tokens, pair, new)
        return tokens.astype(np.int64)

    def decode(self, ids: np.ndarray) -> str:
        """The text of the tokens; what is no character in UTF-8 becomes U+FFFD.

        Raises
        ------
        ShapeError, DtypeError, RangeError
            If there are several axes, other numbers than integers, or numbers of no
            token.
        """
        array = checked_ids("BytePairTokenizer", ids, len(self))
        words = self.vocabulary
        return b"".join([words[i] for i in array.tolist()]).decode("utf-8", "replace")

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the merges as JSON, whole or not at all.

        Raises
        ------
        OSError
            If the file cannot be written; an older one of this name is as it was.
        """
        text = json.dumps({"format": FORMAT, "merges": self.merges})
        write_whole(path, f"{text}\n".encode())

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> BytePairTokenizer:
        """Read what `save` has written.

        Raises
        ------
        FileError
            If the file is something else.
        OSError
            If it cannot be read.
        """
        contents = Path(path).read_bytes()
        try:
            return cls(_merges(contents))
        except (FileError, RangeError) as error:
            problem = str(error)
        except RecursionError:
            problem = "it is nested too deeply"
        raise FileError(f"{os.fspath(path)}: {problem}")


def _is_pair(given: object, end: int) -> bool:
    # The types are Python's own: True and 1.0 equal a token, and are none.
    if type(given) is not tuple or [type(each) for each in given] != [int, int]:
        return False
    return all(0 <= token < end for token in given)


def _merges(contents: bytes) -> tuple[Pair, ...]:
    """What a file has for merges, whatever they are."""
    try:
        document = json.loads(contents)
    except ValueError as error:
        raise FileError(f"must be JSON: {error}") from error
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise FileError(f'must be an object whose "format" is "{FORMAT}"')
    pairs = document.get("merges")
    if not isinstance(pairs, list):
        raise FileError(f'"merges" must be a list, {type(pairs).__name__} came')
    return tuple(tuple(each) if isinstance(each, list) else each for each in pairs)


def _bytes(text: str) -> np.ndarray:
    check_text("BytePairTokenizer", "text", text)
    try:
        return np.frombuffer(text.encode(), np.uint8).astype(np.int32)
    except UnicodeEncodeError as error:
        raise RangeError(
            f"BytePairTokenizer: text must be Unicode, half a surrogate pair came at "
            f"{error.start}"
        ) from None


def _commonest(tokens: np.ndarray, size: int) -> Pair | None:
    """The pair of neighbours, numbers below `size`, that comes most often, if twice."""
    # 32-bit numbers are sorted twice as fast; they hold pairs up to 46,340 tokens.
    wide = np.int32 if size * size < 2**31 else np.int64
    pairs, counts = np.unique(
        tokens[:-1].astype(wide) * size + tokens[1:], return_counts=True
    )
    if counts.max(initial=0) < 2:
        return None
    # Where several are largest, argmax is the first, and `unique` has sorted.
    first, second = divmod(int(pairs[counts.argmax()]), size)
    return first, second


def _joined(tokens: np.ndarray, pair: Pair, new: int) -> np.ndarray:
    """The tokens with `new` in place of the pair, wherever it comes, from the left."""
    at = np.flatnonzero((tokens[:-1] == pair[0]) & (tokens[1:] == pair[1]))
    if not at.size:
        return tokens
    # In a run such as aaaaa the pairs overlap, and every second one is joined.
    number = np.arange(at.size)
    begins = np.concatenate([[True], np.diff(at) > 1])
    first = np.maximum.accumulate(np.where(begins, number, 0))
    at = at[(number - first) % 2 == 0]
    out = tokens.copy()
    out[at] = new
    return np.delete(out, at + 1)
