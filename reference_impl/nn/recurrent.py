"""Recurrent layers: one map, the cell, applied to every step of a sequence.

What does not depend on the state is computed for all steps at once, before the loop.
The loop is one op, also eagerly: a cell is called once, and its graph run step by step.
`stacked` has what is made of such layers.

Deliberately absent: sequences of several lengths in one batch, and projections of the
state.
"""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from ..core import random, tree
from ..core.compile import compile
from ..core.dtype import Dtype, as_dtype, float32
from ..core.errors import ShapeError
from ..core.number import check_at_least
from ..core.ops import permute_dims, tanh, zeros
from ..core.random import Key
from ..core.scan import scan
from ..core.shape import Shape
from ..core.tensor import Tensor
from .cells import gru_cell, gru_cell_reset_before, lstm_cell, rnn_cell
from .initialisers import Fans, Initialiser
from .layer import Layer, check_trains_as_called
from .parameters import check_initialisers, check_made
from .parts import static


def hidden_uniform(key: Key, shape: Shape, fans: Fans, dtype: Dtype) -> Tensor:
    """Equally likely between -1/sqrt(H) and 1/sqrt(H), where H is the state's size.

    What PyTorch gives every parameter of a recurrent layer. Keras begins with glorot's
    uniform for the weight, orthogonal rows for the hidden weight, and zeros.
    """
    bound = 1 / math.sqrt(fans.outputs)
    return random.uniform(key, shape, low=-bound, high=bound, dtype=dtype)


class SequenceLayer(Layer):
    """A layer that reads a sequence with a state.

    A call takes x (N, T, D) and the first state, and returns a pair: ys (N, T, H) and
    the last state. Without a first state there are zeros.
    """

    def __call__(self, x: Tensor, state: Any = None) -> Any:
        """The output of every step, and the last state."""
        raise NotImplementedError(f"{type(self).__name__}: no map is defined")

    def training(
        self, x: Tensor, key: Key | None = None, state: Any = None
    ) -> tuple[Any, Self]:
        """What a call returns, as in training, and the layer of the next step.

        Raises
        ------
        TypeError
            As `Layer.training` does.
        """
        check_trains_as_called(self)
        return self(x, state), self


@dataclass(frozen=True)
class Recurrent(SequenceLayer):
    """A cell along a sequence; a kind of cell inherits from it and defines `cell`.

    Shapes
    ------
    weight         (D, G H), where G is the number of gates
    hidden_weight  (H, G H)
    bias           (G H,), or None
    x              (N, T, D)
    state          (N, H), the first one; zeros if None
    result         ys (N, T, H), and the last state

    Raises
    ------
    ShapeError
        If `x` is no batch of sequences of D features, or the state is not (N, H).
    TreeError
        If the state has other parts than the cell's.
    """

    GATES: ClassVar[int] = 1

    weight: Tensor
    hidden_weight: Tensor
    bias: Tensor | None = None

    @classmethod
    def init(
        cls,
        key: Key,
        inputs: int,
        size: int,
        *,
        weight: Initialiser = hidden_uniform,
        hidden_weight: Initialiser = hidden_uniform,
        bias: Initialiser | None = hidden_uniform,
        dtype: Any = float32,
        **settings: Any,
    ) -> Self:
        """A layer with random parameters; the fans are those of a single gate.

        Raises
        ------
        RangeError
            If the size is less than 1.
        """
        check_at_least(cls.__name__, 1, size=size)
        check_initialisers(
            cls.__name__, weight=weight, hidden_weight=hidden_weight, bias=bias
        )
        width, wanted = cls.GATES * size, as_dtype(dtype)
        first, second, third = random.split(key, 3)
        within = Fans(size, size)
        return cls(
            weight(first, (inputs, width), Fans(inputs, size), wanted),
            hidden_weight(second, (size, width), within, wanted),
            None if bias is None else bias(third, (width,), within, wanted),
            **settings,
        )

    def cell(self, state: Any, gates: Tensor) -> Any:
        """The state after a step, given the inputs' part (N, G H) of the gates.

        It stands for all steps, so it cannot look at values; see `scan`.
        """
        raise NotImplementedError(f"{type(self).__name__}: no cell is defined")

    def first_state(self, zero: Tensor) -> Any:
        """The state before the first step, made of zeros (N, H)."""
        return zero

    def output(self, state: Any) -> Tensor:
        """What of the state is handed to the next layer."""
        return state

    def __call__(self, x: Tensor, state: Any = None) -> Any:
        """The output of every step, and the last state."""
        check_made(type(self).__name__, weight=self.weight)
        self._check_input(x)
        # Steps first while it is small: 5 % of a training step less than moving gates.
        gates = permute_dims(x, (1, 0, 2)) @ self.weight
        gates = gates if self.bias is None else gates + self.bias

        def step(state: Any, gates: Tensor) -> tuple[Any, Tensor]:
            state = self.cell(state, gates)
            return state, self.output(state)

        first = self._state_or_zeros(state, gates)
        last, ys = scan(compile(step), first, gates)
        return permute_dims(ys, (1, 0, 2)), last

    def _check_input(self, x: Tensor) -> None:
        D = self.weight.shape[0]
        if x.ndim != 3 or x.shape[2] != D:
            raise ShapeError(
                f"{type(self).__name__}: sequences (N, T, {D}) are needed, {x.shape} "
                f"came"
            )

    def _state_or_zeros(self, state: Any, gates: Tensor) -> Any:
        shape = (gates.shape[1], self.hidden_weight.shape[0])
        zero = zeros(shape, dtype=gates.dtype, device=gates.device)
        first, who = self.first_state(zero), type(self).__name__
        if state is None:
            return first
        for x in tree.matching(who, tree.flatten(first)[1], state):
            if x.shape != shape:
                raise ShapeError(f"{who}: a state {shape} is needed, {x.shape} came")
        return state


@dataclass(frozen=True)
class RNN(Recurrent):
    """A state that is an affine map of itself and the input, through a tanh.

    Parameters
    ----------
    activation : function
        `tanh`, or `relu` as PyTorch offers it too.

    Notes
    -----
    Shapes and errors are those of `Recurrent`, with one gate. There is one bias as in
    Keras; PyTorch has two, which count by their sum only.
    """

    activation: Any = static(default=tanh)

    def cell(self, state: Any, gates: Tensor) -> Any:
        """The state after a step; see `rnn_cell`."""
        return rnn_cell(state, gates, self.hidden_weight, activation=self.activation)


@dataclass(frozen=True)
class LSTM(Recurrent):
    """A state h with a memory c beside it, which gates keep, add to and let out.

    Notes
    -----
    Shapes and errors are those of `Recurrent`, with four gates in the order i f g o;
    the state is the pair (h, c). The order is that of PyTorch, Keras and MXNet; ONNX
    has i o f g. There is one bias as in Keras; PyTorch and MXNet have two, which count
    by their sum only. Keras begins with a bias of 1 for the forget gate.
    """

    GATES: ClassVar[int] = 4

    def cell(self, state: Any, gates: Tensor) -> Any:
        """The state after a step; see `lstm_cell`."""
        return lstm_cell(state, gates, self.hidden_weight)

    def first_state(self, zero: Tensor) -> Any:
        """The pair (h, c) before the first step."""
        return zero, zero

    def output(self, state: Any) -> Tensor:
        """The state h; the memory is the layer's own."""
        return state[0]


@dataclass(frozen=True)
class GRU(Recurrent):
    """A state that one gate keeps in part, while another resets what is read of it.

    Parameters
    ----------
    reset_after : bool
        Whether the reset gate scales what the product with the hidden weight has made,
        as in PyTorch and by default in Keras, or the state before the product, as in
        ONNX by default.

    Notes
    -----
    Shapes and errors are those of `Recurrent`, with three gates in the order r z n as
    in PyTorch and MXNet; Keras and ONNX have z r n. The hidden bias (3H,), or None, is
    scaled by the reset gate; where that comes before, it adds to the bias.
    """

    GATES: ClassVar[int] = 3

    hidden_bias: Tensor | None = None
    reset_after: bool = static(default=True)

    @classmethod
    def init(
        cls,
        key: Key,
        inputs: int,
        size: int,
        *,
        hidden_bias: Any = hidden_uniform,
        dtype: Any = float32,
        **options: Any,
    ) -> Self:
        """A layer with random parameters; for the other options see `Recurrent`."""
        check_initialisers(cls.__name__, hidden_bias=hidden_bias)
        first, second = random.split(key)
        layer = super().init(first, inputs, size, dtype=dtype, **options)
        if hidden_bias is None:
            return layer
        shape, fans = (cls.GATES * size,), Fans(size, size)
        begun = hidden_bias(second, shape, fans, as_dtype(dtype))
        return dataclasses.replace(layer, hidden_bias=begun)

    def cell(self, state: Any, gates: Tensor) -> Any:
        """The state after a step; see `gru_cell` and `gru_cell_reset_before`."""
        if self.reset_after:
            return gru_cell(state, gates, self.hidden_weight, self.hidden_bias)
        if self.hidden_bias is not None:
            gates = gates + self.hidden_bias
        return gru_cell_reset_before(state, gates, self.hidden_weight)
