"""What a layer is: a map with parameters, as a frozen record.

A layer is a tree (`core/tree.py`): its fields are parameters, statistics, other layers,
and `static` settings. Calling it is the map as it is used after training. `training` is
the map as it is used in training, which may draw random numbers and may update running
statistics. Nothing is changed in place: `training` returns the layer of the next step
with the result.
"""

from __future__ import annotations

import functools
import inspect
from dataclasses import dataclass
from typing import Any, Self

from ..core import tree
from ..core.dtype import float32
from ..core.random import Key
from ..core.shape import Shape
from ..core.tensor import Tensor
from .summary import Summary, summary


@dataclass(frozen=True)
class Layer:
    """A map with parameters.

    A layer of one's own is a frozen dataclass that inherits from this one and says what
    a call does. Where training does something else, it has a method `training`, too:
    if it draws random numbers, has statistics, or has a part that does.

    Raises
    ------
    TypeError
        If a class has fields or an `__init__` of its own, and is no dataclass.
    """

    def __new__(cls, *_: Any, **__: Any) -> Self:
        """A layer without its fields yet, if its class says which they are."""
        _check_is_record(cls)  # type: ignore[arg-type]
        return super().__new__(cls)

    def __call__(self, x: Tensor) -> Tensor:
        """Apply the map, as it is used after training."""
        raise NotImplementedError(f"{type(self).__name__}: no map is defined")

    def training(self, x: Tensor, key: Key | None = None) -> tuple[Tensor, Self]:
        """Apply the map as it is used in training; also the layer of the next step.

        Parameters
        ----------
        key : Key, optional
            What random numbers are functions of; layers that draw some need one.

        Raises
        ------
        TypeError
            If the layer does not say what training does, and a part of it does
            something else in training.
        """
        check_trains_as_called(self)
        return self(x), self

    def summary(self, shape: Shape, *, dtype: Any = float32) -> Summary:
        """The layers inside, with their results, sizes and costs; see `summary.py`."""
        return summary(self, shape, dtype=dtype)


@functools.cache
def _check_is_record(kind: type[Layer]) -> None:
    """Raise an error if a tree would not see what layers of a class consist of."""
    for base in kind.__mro__:
        own = vars(base)
        if "__dataclass_fields__" in own or not issubclass(base, Layer):
            continue
        notes = inspect.get_annotations(base).values()
        # A note of a class variable, which may be a string, names no field.
        if "__init__" in own or not all("ClassVar" in str(note) for note in notes):
            raise TypeError(
                f"{base.__name__}: a layer is a frozen dataclass, whose fields are its "
                f"parts; put @dataclass(frozen=True) above the class, the parts in its "
                f"body, such as `hidden: nn.Linear`, and `__init__` nowhere"
            )


def check_trains_as_called(layer: Layer) -> None:
    """Raise an error if a part of a layer does something else in training."""
    different = _different_part(layer)
    if different is not None:
        path, part = different
        raise TypeError(
            f"{type(layer).__name__}: a part of it trains differently ({path}: "
            f"{type(part).__name__}); define `training`, which calls that of the part"
        )


def _different_part(part: Any) -> tuple[str, Layer] | None:
    """The path and the layer of a part with a training of its own, if there is one.

    It is an innermost layer: those that hold others hand training on to them.
    """
    for key, child in (tree.children(part) or {}).items():
        if child is None or isinstance(child, Tensor):
            continue
        found = _different_part(child)
        if found is not None:
            return f"{key}.{found[0]}", found[1]
        if _has_training(child.__class__) and not _holds_layers(child):
            return str(key), child
    return None


def _holds_layers(part: Any) -> bool:
    inside = (tree.children(part) or {}).values()
    return any(isinstance(child, Layer) or _holds_layers(child) for child in inside)


@functools.cache
def _has_training(kind: Any) -> bool:
    """Whether a class of layers defines `training`; above its map it is a default."""
    if not issubclass(kind, Layer):
        return False
    for base in kind.__mro__:
        if "training" in vars(base) or "__call__" in vars(base):
            return "training" in vars(base) and base is not Layer
    return False
