"""What tokenizers accept: texts, and numbers of tokens."""

from __future__ import annotations

import numpy as np

from ..core.errors import DtypeError, RangeError, ShapeError


def check_text(who: str, name: str, text: str) -> None:
    """Raise an error unless a text is a `str`; bytes are none before they are decoded.

    Raises
    ------
    DtypeError
        `who` opens the message.
    """
    if not isinstance(text, str):
        raise DtypeError(f"{who}: {name} must be a str, a {type(text).__name__} came")


def checked_ids(who: str, ids: np.ndarray, vocabulary_size: int) -> np.ndarray:
    """The numbers as an array, if they are those of tokens.

    Raises
    ------
    ShapeError, DtypeError, RangeError
        If there is not one axis, other numbers than integers, or one outside of
        [0, vocabulary_size).
    """
    try:
        array = np.asarray(ids)
    except ValueError:
        raise ShapeError(f"{who}: ids must have one axis, {ids!r:.60} came") from None
    if array.ndim != 1:
        raise ShapeError(f"{who}: ids must have one axis, {array.shape} came")
    if not array.size:
        return array.astype(np.int64)  # an empty list has no integer type by itself
    if array.dtype.kind not in "iu":
        raise DtypeError(f"{who}: ids must be integers, {array.dtype} came")
    wrong = array[(array < 0) | (array >= vocabulary_size)]
    if wrong.size:
        raise RangeError(
            f"{who}: ids must lie in [0, {vocabulary_size}), {wrong[0]} came"
        )
    return array
