"""Layers of drawn models as the adapters' own, for all but TensorFlow."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np
from random_models.model import SHARE, Layer, Model, Shape

from adapters.contract import Arrays

# What a convolution has stands in the shape of its filters, (F, C, *size).
MAKERS: dict[str, Any] = {
    "linear": lambda make, of, x, dtype: make.linear(*of.params["weight"], dtype),
    "layer_norm": lambda make, of, x, dtype: make.layer_norm(x[-1], dtype),
    "batch_norm": lambda make, of, x, dtype: make.batch_norm(x[1], dtype),
    "embedding": lambda make, of, x, dtype: make.embedding(*of.params["weight"], dtype),
    "positions": lambda make, of, x, dtype: make.positions(*of.params["weight"], dtype),
    "lstm": lambda make, of, x, dtype: make.lstm(
        x[-1], of.params["state_weight"][0], dtype
    ),
    "gru": lambda make, of, x, dtype: make.gru(
        x[-1], of.params["state_weight"][0], dtype
    ),
    "last": lambda make, of, x, dtype: make.last(),
    "attention": lambda make, of, x, dtype: make.attention(of.settings["heads"]),
    "conv1d": lambda make, of, x, dtype: _convolution(make, of, dtype),
    "conv2d": lambda make, of, x, dtype: _convolution(make, of, dtype),
    "max_pool2d": lambda make, of, x, dtype: make.max_pool(of.settings["size"][0]),
    "global_max_pool": lambda make, of, x, dtype: make.max_pool(),
    "global_average_pool": lambda make, of, x, dtype: make.average_pool(),
    "flatten": lambda make, of, x, dtype: make.flatten(),
    "relu": lambda make, of, x, dtype: make.relu(),
    "leaky_relu": lambda make, of, x, dtype: make.leaky_relu(of.settings["slope"]),
    "gelu": lambda make, of, x, dtype: make.gelu(),
}
# In TensorFlow it is made of two layers, and has no name.
UNNAMED = ("flatten",)


def _convolution(make: ModuleType, of: Layer, dtype: Any) -> Any:
    F, C, *size = of.params["weight"]
    stride, padding = of.settings["stride"][0], of.settings["padding"][0]
    return make.convolution(C, F, tuple(size), dtype, stride=stride, padding=padding)


def built(model: Model, make: ModuleType, dtype: Any, **others: Any) -> Any:
    """A chain of layers by an adapter's `layers.py`.

    Parameters
    ----------
    others : functions by kind
        What takes the place of `MAKERS`.
    """
    makers = MAKERS | others
    return make.sequential(
        **{
            layer.name: makers[layer.kind](make, layer, shape, dtype)
            for layer, shape in zip(model.layers, read(model), strict=True)
        }
    )


def read(model: Model) -> list[Shape]:
    """The shapes of what the layers of a chain read."""
    return [*model.inputs.values(), *(layer.shape for layer in model.layers[:-1])]


def parameters(model: Model, arrays: Arrays) -> Arrays:
    """What an adapter loads: parameters, and statistics as they begin."""
    found = {n: arrays[n] for layer in model.layers for n in layer.arguments()}
    for layer in model.layers:
        if layer.kind == "batch_norm":
            C = layer.params["weight"]
            found[f"{layer.name}.mean"] = np.zeros(C, model.dtype)
            found[f"{layer.name}.variance"] = np.ones(C, model.dtype)
    return found


def named(model: Model) -> list[str]:
    """The layers whose results are recorded."""
    return [layer.name for layer in model.layers if layer.kind not in UNNAMED]


def batch(model: Model, arrays: Arrays) -> Arrays:
    """What a chain reads, and the weights of its loss."""
    [x], last = model.inputs, model.layers[-1]
    return {"x": arrays[x], "share": arrays[last.name + SHARE]}
