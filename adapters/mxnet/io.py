"""Parameters in and out of MXNet.

A table says what each kind of layer calls its arrays. Linear weights, and those of
recurrent layers, are (D_out, D_in).
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import mxnet as mx
import numpy as np
from mxnet.gluon import Block, HybridBlock, Parameter, nn, rnn

from ..contract import Arrays, Shapes
from .tensor import from_numpy, to_numpy

_Turn = Callable[[np.ndarray], np.ndarray]  # which is also the way back
_Kinds = dict[str, tuple[str, _Turn]]


def _same(array: np.ndarray) -> np.ndarray:
    return array


_FILTERS: _Kinds = {"weight": ("weight", _same), "bias": ("bias", _same)}
_NORM: _Kinds = {"weight": ("gamma", _same), "bias": ("beta", _same)}
_MOMENTS: _Kinds = {"mean": ("running_mean", _same), "variance": ("running_var", _same)}
_WEIGHT: _Kinds = {"weight": ("weight", _same)}  # also of blocks that are not Gluon's
_GATES: _Kinds = {
    "input_weight": ("l0_i2h_weight", np.transpose),
    "state_weight": ("l0_h2h_weight", np.transpose),
}
# The canonical name of a parameter, Gluon's, and how to turn the one into the other.
_TABLE: dict[Any, _Kinds] = {
    nn.Dense: {"weight": ("weight", np.transpose), "bias": ("bias", _same)},
    nn.Conv1D: _FILTERS,
    nn.Conv2D: _FILTERS,
    nn.BatchNorm: _NORM | _MOMENTS,
    nn.LayerNorm: _NORM,
    nn.Embedding: _WEIGHT,
    rnn.LSTM: _GATES | {"bias": ("l0_i2h_bias", _same)},
    rnn.GRU: _GATES
    | {
        "input_bias": ("l0_i2h_bias", _same),
        "state_bias": ("l0_h2h_bias", _same),
    },
}


def load(model: HybridBlock, arrays: Arrays) -> HybridBlock:
    """Give a model these canonical parameters and statistics.

    What has no canonical name is zero, but for constants.
    """
    for p in model.collect_params().values():
        if p._data is None:
            p.initialize(default_init=mx.init.Zero())
    for name, p, turn in _entries(model, ""):
        p.set_data(from_numpy(turn(arrays[name])))
    return model


def shapes(model: HybridBlock) -> Shapes:
    """The canonical shape of each parameter and statistic, as its layer declares it.

    A size that a layer would learn from its input is 0.
    """
    return {n: turn(np.empty(p.shape)).shape for n, p, turn in _entries(model, "")}


def parameters(model: HybridBlock) -> Arrays:
    """Parameters and statistics under canonical names."""
    return {name: turn(to_numpy(p.data())) for name, p, turn in _entries(model, "")}


def named(model: HybridBlock, tensors: Mapping[str, mx.nd.NDArray]) -> Arrays:
    """Tensors that belong to parameters, such as gradients, by canonical names."""
    return {
        name: turn(to_numpy(tensors[p.name]))
        for name, p, turn in _entries(model, "")
        if p.name in tensors
    }


def _entries(block: Block, path: str) -> Iterator[tuple[str, Parameter, _Turn]]:
    """Canonical name, parameter and turn of everything that the model holds."""
    for kind, (attribute, turn) in _TABLE.get(type(block), _WEIGHT).items():
        p = getattr(block, attribute, None)
        if p is not None:
            yield f"{path}{kind}", p, turn
    for name, child in block._children.items():
        yield from _entries(child, f"{path}{name}.")
