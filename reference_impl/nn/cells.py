"""Cells: one step of a recurrent network, from a state and an input to the next state.

The product with the input does not depend on the state, so `recurrent` takes it for all
steps at once. What a cell gets as `gates` is x W + b, of which each gate has a part.
"""

from __future__ import annotations

from typing import Any

from ..core.ops import sigmoid, split, tanh
from ..core.tensor import Tensor


def rnn_cell(
    h: Tensor, gates: Tensor, hidden_weight: Tensor, *, activation: Any = tanh
) -> Tensor:
    """The state tanh(x W + b + h U).

    Shapes
    ------
    h, gates       (N, H)
    hidden_weight  (H, H)
    result         (N, H)

    Notes
    -----
    Source: Elman 1990, "Finding structure in time".
    """
    return activation(gates + h @ hidden_weight)


def lstm_cell(
    state: tuple[Tensor, Tensor], gates: Tensor, hidden_weight: Tensor
) -> tuple[Tensor, Tensor]:
    """The state and the memory of a long short-term memory.

        i, f, g, o = x W + b + h U
        c' = sigmoid(f) c + sigmoid(i) tanh(g)
        h' = sigmoid(o) tanh(c')

    Shapes
    ------
    state          h and c, each (N, H)
    gates          (N, 4H)
    hidden_weight  (H, 4H)
    result         h' and c', each (N, H)

    Notes
    -----
    Source: Hochreiter and Schmidhuber 1997, "Long short-term memory"; the forget gate
    is that of Gers, Schmidhuber and Cummins 2000, "Learning to forget".
    """
    h, c = state
    i, f, g, o = split(gates + h @ hidden_weight, 4, axis=-1)
    c = sigmoid(f) * c + sigmoid(i) * tanh(g)
    return sigmoid(o) * tanh(c), c


def gru_cell(
    h: Tensor, gates: Tensor, hidden_weight: Tensor, hidden_bias: Tensor | None = None
) -> Tensor:
    """The state of a gated recurrent unit that resets what the product has made of it.

        r, z, n = x W + b  and  r_h, z_h, n_h = h U + d
        r, z = sigmoid(r + r_h), sigmoid(z + z_h)
        h' = (1 - z) tanh(n + r n_h) + z h

    Shapes
    ------
    h              (N, H)
    gates          (N, 3H)
    hidden_weight  (H, 3H)
    hidden_bias    (3H,), or None
    result         (N, H)

    Notes
    -----
    Source: Cho et al. 2014, "Learning phrase representations using RNN encoder-decoder
    for statistical machine translation", in its first version.
    """
    hidden = h @ hidden_weight
    hidden = hidden if hidden_bias is None else hidden + hidden_bias
    r, z, n = split(gates, 3, axis=-1)
    r_h, z_h, n_h = split(hidden, 3, axis=-1)
    n = tanh(n + sigmoid(r + r_h) * n_h)
    return n + sigmoid(z + z_h) * (h - n)


def gru_cell_reset_before(h: Tensor, gates: Tensor, hidden_weight: Tensor) -> Tensor:
    """The state of a gated recurrent unit that resets it before the product.

        r, z = sigmoid(x W + b + h U)
        h' = (1 - z) tanh(x W + b + (r h) U) + z h

    Shapes are those of `gru_cell`, and the source is its third version, equations 5
    to 8.
    """
    size = 2 * h.shape[-1]
    r, z = split(sigmoid(gates[..., :size] + h @ hidden_weight[:, :size]), 2, axis=-1)
    n = tanh(gates[..., size:] + (r * h) @ hidden_weight[:, size:])
    return n + z * (h - n)
