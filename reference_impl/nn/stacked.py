"""Layers made of recurrent layers: one above the other, and both directions."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, Self

from ..core.errors import TreeError
from ..core.ops import concat, flip
from ..core.random import Key
from ..core.scope import scope
from ..core.tensor import Tensor
from .containers import split_or_none
from .layer import Layer
from .recurrent import SequenceLayer


@dataclass(frozen=True)
class Stacked(SequenceLayer):
    """Layers with a state, each of which reads what the one before has put out.

    Shapes
    ------
    x       (N, T, D)
    states  a list with the first state of every layer
    result  ys (N, T, H) of the last layer, and a list with the last states

    Raises
    ------
    TreeError
        If there is not one state for each layer.

    Notes
    -----
    PyTorch's `num_layers`. In training, `dropout` is applied between the layers.
    """

    layers: list[SequenceLayer]
    dropout: Layer | None = None

    def __call__(self, x: Tensor, states: Any = None) -> Any:
        """The output of the last layer, and the last state of each."""
        last = []
        for i, (layer, state) in enumerate(self._with_states(states)):
            with scope(str(i)):
                x, after = layer(x, state)
            last.append(after)
        return x, last

    def training(
        self, x: Tensor, key: Key | None = None, states: Any = None
    ) -> tuple[Any, Self]:
        """The same with dropout; each layer and each dropout gets a key of its own."""
        keys = iter(split_or_none(key, 2 * len(self.layers)))
        last: list[Any] = []
        layers: list[SequenceLayer] = []
        for i, (layer, state) in enumerate(self._with_states(states)):
            if layers and self.dropout is not None:
                x, _ = self.dropout.training(x, next(keys))
            with scope(str(i)):
                (x, after), layer = layer.training(x, next(keys), state)
            last.append(after)
            layers.append(layer)
        return (x, last), dataclasses.replace(self, layers=layers)

    def _with_states(self, states: Any) -> list[tuple[SequenceLayer, Any]]:
        count = len(self.layers)
        states = [None] * count if states is None else states
        if len(states) != count:
            raise TreeError(f"Stacked: {count} states are needed, {len(states)} came")
        return list(zip(self.layers, states, strict=True))


@dataclass(frozen=True)
class Bidirectional(SequenceLayer):
    """Two layers with a state, of which one begins at the end of the sequence.

    Shapes
    ------
    x       (N, T, D)
    states  a pair, the first state of each
    result  ys (N, T, 2H), forwards beside backwards, and the pair of last states

    Notes
    -----
    Source: Schuster and Paliwal 1997, "Bidirectional recurrent neural networks". The
    last state backwards is the one after the first element of the sequence.
    """

    forwards: SequenceLayer
    backwards: SequenceLayer

    def __call__(self, x: Tensor, states: Any = None) -> Any:
        """Both outputs of every step, and both last states."""
        first, second = (None, None) if states is None else states
        with scope("forwards"):
            ahead = self.forwards(x, first)
        x = flip(x, 1)
        with scope("backwards"):
            back = self.backwards(x, second)
        return _side_by_side(ahead, back)

    def training(
        self, x: Tensor, key: Key | None = None, states: Any = None
    ) -> tuple[Any, Self]:
        """The same as in training, each layer with a key of its own."""
        first, second = (None, None) if states is None else states
        one, other = split_or_none(key, 2)
        with scope("forwards"):
            ahead, forwards = self.forwards.training(x, one, first)
        x = flip(x, 1)
        with scope("backwards"):
            back, backwards = self.backwards.training(x, other, second)
        return _side_by_side(ahead, back), type(self)(forwards, backwards)


def _side_by_side(ahead: Any, back: Any) -> Any:
    (ys, last), (reversed_ys, end) = ahead, back
    return concat([ys, flip(reversed_ys, 1)], axis=-1), (last, end)
