"""Parameters in and out of Gluon, by one table: what each layer calls its arrays.

Its linear weights, and those of recurrent layers, are (D_out, D_in).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import mxnet as mx
import numpy as np
from mxnet.gluon import Block, HybridBlock, Parameter, nn, rnn

from ..contract import Arrays
from .tensor import from_numpy, to_numpy

_Map = Callable[[np.ndarray], np.ndarray]  # its own inverse
_Kinds = dict[str, tuple[str, _Map]]


def _same(array: np.ndarray) -> np.ndarray:
    return array


_FILTERS: _Kinds = {"weight": ("weight", _same), "bias": ("bias", _same)}
_NORM: _Kinds = {"weight": ("gamma", _same), "bias": ("beta", _same)}
_MOMENTS: _Kinds = {"mean": ("running_mean", _same), "variance": ("running_var", _same)}
_TABLE: _Kinds = {"weight": ("weight", _same)}  # also of blocks that are not Gluon's
_GATES: _Kinds = {
    "input_weight": ("l0_i2h_weight", np.transpose),
    "state_weight": ("l0_h2h_weight", np.transpose),
}
# Canonical kinds of each layer, the attribute that holds the array, and its layout.
_ATTRIBUTES: dict[Any, _Kinds] = {
    nn.Dense: {"weight": ("weight", np.transpose), "bias": ("bias", _same)},
    nn.Conv1D: _FILTERS,
    nn.Conv2D: _FILTERS,
    nn.BatchNorm: _NORM | _MOMENTS,
    nn.LayerNorm: _NORM,
    nn.Embedding: _TABLE,
    rnn.LSTM: _GATES | {"bias": ("l0_i2h_bias", _same)},
    rnn.GRU: _GATES
    | {
        "input_bias": ("l0_i2h_bias", _same),
        "state_bias": ("l0_h2h_bias", _same),
    },
}


def load(model: HybridBlock, arrays: Arrays) -> HybridBlock:
    """The model, given these canonical arrays; what has no name is zero."""
    model.initialize(mx.init.Zero())
    for name, p, layout in _named(model, ""):
        p.set_data(from_numpy(layout(arrays[name])))
    return model


def parameters(model: HybridBlock) -> Arrays:
    """Parameters and statistics under canonical names."""
    return {name: layout(to_numpy(p.data())) for name, p, layout in _named(model, "")}


def named(model: HybridBlock, gradients: Mapping[str, mx.nd.NDArray]) -> Arrays:
    """Gradients, by Gluon's names of the parameters, under canonical names."""
    return {
        name: layout(to_numpy(gradients[p.name]))
        for name, p, layout in _named(model, "")
        if p.name in gradients
    }


def _named(block: Block, path: str) -> Iterator[tuple[str, Parameter, _Map]]:
    """Canonical names, parameters and layouts, layer after layer."""
    for kind, (attribute, layout) in _ATTRIBUTES.get(type(block), _TABLE).items():
        p = getattr(block, attribute, None)
        if p is not None:
            yield f"{path}{kind}", p, layout
    for name, child in block._children.items():
        yield from _named(child, f"{path}{name}.")
