"""Characters as numbers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..core.errors import RangeError
from .token_ids import check_text, checked_ids

CODE_POINT = np.dtype("<u4")


@dataclass(frozen=True)
class CharacterTokenizer:
    """A map between texts and numbers, one for each character.

    Attributes
    ----------
    vocabulary : str
        The characters, each once; their positions are their numbers.

    Raises
    ------
    DtypeError, RangeError
        If it is no `str`, or a character comes twice.
    """

    vocabulary: str

    def __post_init__(self) -> None:
        check_text("CharacterTokenizer", "vocabulary", self.vocabulary)
        repeated = self._points[self._order][1:] == self._points[self._order][:-1]
        if repeated.any():
            character = self.vocabulary[self._order[repeated.argmax()]]
            raise RangeError(
                f"CharacterTokenizer: vocabulary must have each character once, "
                f"{character!r} came {self.vocabulary.count(character)} times"
            )

    @classmethod
    def of(cls, text: str) -> CharacterTokenizer:
        """The tokenizer of all characters of a text, in the order of their codes.

        Raises
        ------
        DtypeError
            If the text is no `str`.
        """
        check_text("CharacterTokenizer", "text", text)
        return cls("".join(sorted({*text})))

    def __len__(self) -> int:
        return len(self.vocabulary)

    def encode(self, text: str) -> np.ndarray:
        """The numbers of the characters; (T,), int64.

        Raises
        ------
        DtypeError, RangeError
            If the text is no `str`, or has a character that is not in the vocabulary.
        """
        check_text("CharacterTokenizer", "text", text)
        codes, order = _codes(text), self._order
        sorted_codes = self._points[order]
        places = np.searchsorted(sorted_codes, codes)
        is_known = places < len(self)
        is_known[is_known] = sorted_codes[places[is_known]] == codes[is_known]
        if not is_known.all():
            first = int(is_known.argmin())
            raise RangeError(
                f"CharacterTokenizer: characters must be in the vocabulary of "
                f"{len(self)}, {text[first]!r} came at {first}"
            )
        return order[places]

    def decode(self, ids: np.ndarray) -> str:
        """The text that has these numbers.

        Raises
        ------
        ShapeError, DtypeError, RangeError
            If there are several axes, other numbers than integers, or numbers of no
            character.
        """
        points = self._points[checked_ids("CharacterTokenizer", ids, len(self))]
        return points.tobytes().decode("utf-32-le", "surrogatepass")

    @cached_property
    def _points(self) -> np.ndarray:
        return _codes(self.vocabulary)

    @cached_property
    def _order(self) -> np.ndarray:
        return np.argsort(self._points)


def _codes(text: str) -> np.ndarray:
    # Every str has such codes, even one with half a surrogate pair.
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), CODE_POINT)
