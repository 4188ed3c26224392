"""Keys: what random numbers are functions of.

There is no hidden state. A key is good for one use: `split` makes several out of one,
and `fold_in` one for every number. What a second use of the same object would repeat is
refused, which finds the commonest mistake with explicit randomness, not every one: a
key that has passed through a tree, as into a compiled function, is a new object.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from .device import Device
from .dtype import INTEGERS, check_kind, uint32, uint64
from .elements import tensor
from .errors import DtypeError, KeyReuseError, RangeError, ShapeError
from .number import integer
from .operands import Operand, as_tensors
from .ops.creation import made
from .ops.elementwise import astype
from .ops.joining import unstack
from .ops.threefry import _blocks
from .parameters import known_elements
from .tensor import Tensor

_lock = threading.Lock()


def _renew_lock() -> None:
    """Open it in a forked process, where no other thread draws."""
    global _lock
    _lock = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_lock)


@dataclass(eq=False)
class Key:
    """What random numbers are functions of; `key` and `split` make them.

    A tree with one leaf, so that a compiled function can take it; what comes out of a
    tree is a new key, which has not been used.

    Attributes
    ----------
    words : Tensor
        Two of uint32.
    """

    words: Tensor

    def __post_init__(self) -> None:
        self._user = ""  # no field: a tree does not hand it on


def _words(key: Key, who: str) -> Tensor:
    if not isinstance(key, Key):
        raise DtypeError(
            f"{who}: a key is needed, {type(key).__name__} came; `random.key(seed)` "
            f"makes one"
        )
    (words,) = as_tensors(who, (key.words,))
    if words.dtype != uint32 or words.shape != (2,):
        kind = DtypeError if words.shape == (2,) else ShapeError
        raise kind(
            f"{who}: a key of two uint32 is needed, one of "
            f"{words.dtype}{list(words.shape)} came"
        )
    return words


@contextlib.contextmanager
def use(key: Key, who: str) -> Iterator[Tensor]:
    """Lend the words of a key, which is used up once what is drawn with them is there.

    Raises
    ------
    DtypeError, ShapeError
        If it is no key, or does not have two words.
    KeyReuseError
        If it was used before, or by another thread meanwhile; only `fold_in`, whose
        results depend on more than the key, may use one again.
    """
    words = _words(key, who)
    _check_unused(key, who)
    yield words
    with _lock:  # of several threads that draw at the same time, one keeps its draw
        _check_unused(key, who)
        key._user = who


def _check_unused(key: Key, who: str) -> None:
    user = key._user
    if user and not user == who == "fold_in":
        raise KeyReuseError(
            f"{who}: this key has been used by {user}, and the same random bits would "
            f"come again; make a key for each by `first, second = split(key)`, or "
            f"repeat them on purpose with `clone(key)`"
        )


def key(seed: int, *, device: str | Device | None = None) -> Key:
    """The key that a seed stands for.

    Parameters
    ----------
    seed : int
        In [0, 2**64).

    Raises
    ------
    DtypeError, RangeError
        If the seed is no integer, or out of range.
    """
    words = divmod(_counter("key: the seed", seed), 2**32)
    return Key(tensor(np.array(words, uint32), device=device))


def _counter(who: str, number: Any) -> int:
    whole = integer(who, number)
    if not 0 <= whole < 2**64:
        raise RangeError(f"{who} must lie in [0, 2**64), {whole} came")
    return whole


def split(key: Key, n: int = 2) -> tuple[Key, ...]:
    """Make several independent keys out of one.

    Raises
    ------
    KeyReuseError
        If the key was used before.
    DtypeError, RangeError
        If `n` is no integer, or negative.
    OutOfMemoryError
        If there is no room for so many.
    """
    count = integer("split: n", n)
    if count < 0:
        raise RangeError(f"split: n must not be negative, {count} came")
    with use(key, "split") as words:
        numbers = made("split", np.arange, count, dtype=uint64)
        counters = tensor(numbers, device=words.device)
        return tuple(map(Key, unstack(_blocks(words, counters))))


def fold_in(key: Key, number: Operand) -> Key:
    """Make a key that depends on another and on a number, as that of a training step.

    Numbers may be folded into one key again and again, but nothing else may be done
    with it. That they differ is not checked.

    Parameters
    ----------
    number : int, or integer tensor without axes
        In [0, 2**64). As a tensor it need not be known yet; then it is not checked,
        and a negative one counts modulo 2**64.

    Raises
    ------
    KeyReuseError
        If another function used the key before.
    DtypeError, ShapeError, RangeError
        If the number is none, is several, or out of range.
    """
    who = "fold_in: the number"
    if isinstance(number, Tensor):
        check_kind(number.dtype, INTEGERS, who="fold_in")
        if number.shape:
            raise ShapeError(f"fold_in: one number is needed, {number.shape} came")
        _counter(who, known_elements(who, number, 0))
        counter = astype(number, uint64)
    else:
        array = np.array(_counter(who, number), uint64)
        counter = tensor(array, device=_words(key, "fold_in").device)
    with use(key, "fold_in") as words:
        return Key(_blocks(words, counter))


def clone(key: Key) -> Key:
    """The same key, unused: to repeat its random bits on purpose."""
    return Key(_words(key, "clone"))
