"""What `fit` must be given, looked at before training begins."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import NoneType
from typing import Any

from ..core.errors import DtypeError
from ..core.random import Key
from ..optim import Optimiser
from .batches import Batches
from .callback import Callback

# By the name of an argument: its classes, and what they are in words.
_NEEDED: dict[str, tuple[Any, str]] = {
    "loss": (Callable, "a function (prediction, y) -> scalar"),
    "optimiser": (Optimiser, "an Optimiser, such as `optim.adam()`"),
    "loader": (Batches, "a `data.Loader`, or have a length and a method `epoch`"),
    "key": ((Key, NoneType), "a key, such as `ri.random.key(0)`, or None"),
    "evaluate": ((Callable, NoneType), "a function of a model, or None"),
    "callbacks": (Sequence, "a sequence of callbacks, such as [train.Progress()]"),
}


def check_arguments(**given: Any) -> None:
    """Raise an error if an argument of `fit` is of another kind than it must be.

    Raises
    ------
    DtypeError
        The message names the argument.
    """
    for name, x in given.items():
        _check_kind(name, x, *_NEEDED[name])
    for i, each in enumerate(given["callbacks"]):
        _check_kind(f"callbacks[{i}]", each, Callback, "a Callback")


def _check_kind(name: str, given: Any, kinds: Any, needed: str) -> None:
    # A class has the methods of its instances, and is none of them.
    if isinstance(given, type):
        raise DtypeError(
            f"fit: {name} must be {needed}; the class {given.__name__} came"
        )
    if not isinstance(given, kinds):
        raise DtypeError(f"fit: {name} must be {needed}; a {type(given).__name__} came")
