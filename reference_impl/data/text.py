"""Texts to learn from, and what a language model reads of them."""

from __future__ import annotations

import numpy as np

from ..core.errors import DtypeError, RangeError, ShapeError
from ..core.number import integer
from .download import Progress, Source, fetch

SHAKESPEARE = Source(
    "tinyshakespeare.txt",
    "https://raw.githubusercontent.com/karpathy/char-rnn/master/data/tinyshakespeare/input.txt",
    "86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed",
)
NAMES = Source(
    "names.txt",
    "https://raw.githubusercontent.com/karpathy/makemore/master/names.txt",
    "0a30b5557f192f32ab962680889aac5f6fda0f4cecf40a6d0b5694f58ea8cc4d",
)


def tinyshakespeare(*, progress: Progress | None = None) -> str:
    """Scenes of Shakespeare: 1,115,394 characters of 65 kinds.

    Raises
    ------
    DownloadError, FileError
        As `fetch` does.

    Notes
    -----
    Source: A. Karpathy 2015, "The unreasonable effectiveness of recurrent neural
    networks". Public domain.
    """
    return fetch(SHAKESPEARE, progress=progress).read_text("utf-8")


def names(*, progress: Progress | None = None) -> list[str]:
    """The first names, in small letters, that were given most often: 32,033 of them.

    Raises
    ------
    DownloadError, FileError
        As `fetch` does.

    Notes
    -----
    Source: A. Karpathy 2022, "makemore", from the Social Security Administration of the
    USA. Public domain.
    """
    return fetch(NAMES, progress=progress).read_text("utf-8").splitlines()


def next_tokens(tokens: np.ndarray, steps: int) -> tuple[np.ndarray, np.ndarray]:
    """Every stretch of a text, and what follows each of its tokens.

    Shapes
    ------
    tokens  (L,), integers
    x, y    (L - T, T), where y[i, t] comes after x[i, 0] to x[i, t]

    Raises
    ------
    ShapeError
        If the tokens have no or several axes.
    DtypeError, RangeError
        If they are no NumPy array, there are not at least T + 1 of them, or T is no
        integer, or below 1.

    Notes
    -----
    Both are read-only views: a million stretches take no memory.
    """
    if not isinstance(tokens, np.ndarray):
        raise DtypeError(
            f"next_tokens: tokens must be a NumPy array, a {type(tokens).__name__} came"
        )
    if tokens.ndim != 1:
        raise ShapeError(f"next_tokens: tokens must have one axis, {tokens.shape} came")
    if not 1 <= integer("next_tokens: steps", steps) < len(tokens):
        raise RangeError(
            f"next_tokens: steps must lie in [1, {len(tokens)}), where {len(tokens)} "
            f"is the number of tokens; {steps} came"
        )
    stretches = np.lib.stride_tricks.sliding_window_view(tokens, steps + 1)
    return stretches[:, :-1], stretches[:, 1:]
