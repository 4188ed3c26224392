"""Keys: what random numbers are functions of.

There is no hidden state. A key is good for one use: `split` makes several out of one,
and `fold_in` one for every number. What a second use of the same object would repeat is
refused, which finds the commonest mistake with explicit randomness, not every one: a
key that has passed through a tree, as into a compiled function, is a new object.
"""

from __future__ import annotations

from dataclasses import dataclass
from operator import index

import numpy as np

from .device import Device
from .dtype import INTEGERS, check_kind, uint32, uint64
from .elements import tensor
from .errors import DtypeError, KeyReuseError, RangeError, ShapeError
from .operands import Operand
from .ops.elementwise import astype
from .ops.joining import unstack
from .ops.threefry import _blocks
from .tensor import Tensor


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


def _checked(key: Key, who: str) -> Key:
    if not isinstance(key, Key):
        raise DtypeError(
            f"{who}: a key is needed, {type(key).__name__} came; `random.key(seed)` "
            f"makes one"
        )
    return key


def use(key: Key, who: str) -> Tensor:
    """Use a key up, and return its words.

    Raises
    ------
    DtypeError
        If it is no key.
    KeyReuseError
        If it was used before; only `fold_in`, whose results depend on more than the
        key, may use one again.
    """
    user = _checked(key, who)._user
    if user and not user == who == "fold_in":
        raise KeyReuseError(
            f"{who}: this key has been used by {user}, and the same random bits would "
            f"come again; make a key for each by `first, second = split(key)`, or "
            f"repeat them on purpose with `clone(key)`"
        )
    key._user = who
    return key.words


def key(seed: int, *, device: str | Device | None = None) -> Key:
    """The key that a seed stands for.

    Parameters
    ----------
    seed : int
        In [0, 2**64).

    Raises
    ------
    RangeError
        If the seed is out of range.
    """
    words = divmod(_counter(seed, "key: the seed"), 2**32)
    return Key(tensor(np.array(words, uint32), device=device))


def _counter(number: int, what: str) -> int:
    if not 0 <= index(number) < 2**64:
        raise RangeError(f"{what} must lie in [0, 2**64), {number} came")
    return index(number)


def split(key: Key, n: int = 2) -> tuple[Key, ...]:
    """Make several independent keys out of one.

    Raises
    ------
    KeyReuseError
        If the key was used before.
    RangeError
        If `n` is negative.
    """
    if index(n) < 0:
        raise RangeError(f"split: n must not be negative, {n} came")
    words = use(key, "split")
    counters = tensor(np.arange(n, dtype=uint64), device=words.device)
    return tuple(map(Key, unstack(_blocks(words, counters))))


def fold_in(key: Key, number: Operand) -> Key:
    """Make a key that depends on another and on a number, as that of a training step.

    Numbers may be folded into one key again and again, but nothing else may be done
    with it. That they differ is not checked.

    Parameters
    ----------
    number : int, or integer tensor without axes
        In [0, 2**64). As a tensor it need not be known yet.

    Raises
    ------
    KeyReuseError
        If another function used the key before.
    DtypeError, ShapeError, RangeError
        If the number is none, is several, or out of range.
    """
    device = _checked(key, "fold_in").words.device
    if isinstance(number, Tensor):
        check_kind(number.dtype, INTEGERS, who="fold_in")
        if number.shape:
            raise ShapeError(f"fold_in: one number is needed, {number.shape} came")
        counter = astype(number, uint64)
    else:
        array = np.array(_counter(number, "fold_in: the number"), uint64)
        counter = tensor(array, device=device)
    return Key(_blocks(use(key, "fold_in"), counter))


def clone(key: Key) -> Key:
    """The same key, unused: to repeat its random bits on purpose."""
    return Key(_checked(key, "clone").words)
