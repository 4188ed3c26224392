"""Parameters in and out of PyTorch.

A table says what each kind of layer calls its arrays. Linear weights, and those of
recurrent layers, are (D_out, D_in).
"""

from collections.abc import Callable, Iterator, Mapping

import numpy as np
import torch
from torch import nn

from ..contract import Arrays, Shapes
from . import layers
from .tensor import from_numpy, to_numpy

_Turn = Callable[[np.ndarray], np.ndarray]  # which is also the way back


def _same(array: np.ndarray) -> np.ndarray:
    return array


_BOTH: dict[str, tuple[str, _Turn]] = {
    "weight": ("weight", _same),
    "bias": ("bias", _same),
}
# The canonical name of a parameter, PyTorch's, and how to turn the one into the other.
_TABLE: dict[type[nn.Module], dict[str, tuple[str, _Turn]]] = {
    nn.Linear: {"weight": ("weight", np.transpose), "bias": ("bias", _same)},
    nn.Conv1d: _BOTH,
    nn.Conv2d: _BOTH,
    nn.LayerNorm: _BOTH,
    layers._BatchNorm: _BOTH
    | {"mean": ("running_mean", _same), "variance": ("running_var", _same)},
    nn.Embedding: {"weight": ("weight", _same)},
    layers._Positions: {"weight": ("weight", _same)},
    # The bias that is missing here, `bias_hh_l0`, stays zero.
    nn.LSTM: {
        "input_weight": ("weight_ih_l0", np.transpose),
        "state_weight": ("weight_hh_l0", np.transpose),
        "bias": ("bias_ih_l0", _same),
    },
    nn.GRU: {
        "input_weight": ("weight_ih_l0", np.transpose),
        "state_weight": ("weight_hh_l0", np.transpose),
        "input_bias": ("bias_ih_l0", _same),
        "state_bias": ("bias_hh_l0", _same),
    },
}


def load(model: nn.Module, arrays: Arrays) -> nn.Module:
    """Give a model these canonical parameters and statistics."""
    state = {
        native: from_numpy(turn(arrays[name])) for name, native, turn in _entries(model)
    }
    model.load_state_dict(model.state_dict() | state)
    return model


def shapes(model: nn.Module) -> Shapes:
    """The canonical shape of each parameter and statistic, as its layer declares it."""
    return {name: array.shape for name, array in parameters(model).items()}


def parameters(model: nn.Module) -> Arrays:
    """Parameters and statistics under canonical names."""
    return named(model, model.state_dict())


def named(model: nn.Module, tensors: Mapping[str, torch.Tensor]) -> Arrays:
    """Tensors that belong to parameters, such as gradients, by canonical names."""
    return {
        name: turn(to_numpy(tensors[native]))
        for name, native, turn in _entries(model)
        if native in tensors
    }


def _entries(model: nn.Module) -> Iterator[tuple[str, str, _Turn]]:
    """Canonical name, PyTorch's name and turn of everything that the model holds."""
    for path, layer in model.named_modules():
        for name, (native, turn) in _TABLE.get(type(layer), {}).items():
            if getattr(layer, native) is not None:
                yield f"{path}.{name}", f"{path}.{native}", turn
