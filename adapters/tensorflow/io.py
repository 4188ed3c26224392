"""Parameters in and out of TensorFlow.

A table says what each kind of layer calls its arrays. Convolutions have channels last.
Layouts change with TensorFlow's functions, so that this works in a graph too.
"""

from collections.abc import Callable, Iterable, Iterator
from operator import attrgetter
from typing import NamedTuple

import keras
import tensorflow as tf
from keras import layers

from ..contract import Shapes


class _Variable(NamedTuple):
    """Where a layer keeps canonical arrays, and how to come from one to the other."""

    attribute: str
    kinds: tuple[str, ...]
    native: Callable[..., tf.Tensor] = lambda array: array
    canonical: Callable[[tf.Tensor], Iterable[tf.Tensor]] = lambda x: (x,)


def _zrn(gates: tf.Tensor) -> tf.Tensor:
    """Gates r z n in the order of Keras; and back, since that swaps the first two."""
    r, z, n = tf.split(gates, 3, axis=-1)
    return tf.concat([z, r, n], axis=-1)


_BIAS = _Variable("bias", ("bias",))
_SCALE = _Variable("gamma", ("weight",))
_SHIFT = _Variable("beta", ("bias",))
_FILTERS = _Variable(  # (F, C, H, W) is (H, W, C, F), and (F, C, K) is (K, C, F)
    "kernel",
    ("weight",),
    lambda x: tf.transpose(x, (2, 1, 0) if len(x.shape) == 3 else (2, 3, 1, 0)),
    lambda x: [tf.transpose(x, (2, 1, 0) if len(x.shape) == 3 else (3, 2, 0, 1))],
)

_TABLE: dict[type[layers.Layer], tuple[_Variable, ...]] = {
    layers.Dense: (_Variable("kernel", ("weight",)), _BIAS),
    layers.Conv1D: (_FILTERS, _BIAS),
    layers.Conv2D: (_FILTERS, _BIAS),
    layers.BatchNormalization: (
        *(_SCALE, _SHIFT),
        _Variable("moving_mean", ("mean",)),
        _Variable("moving_variance", ("variance",)),
    ),
    layers.LayerNormalization: (_SCALE, _SHIFT),
    layers.Embedding: (_Variable("embeddings", ("weight",)),),
    layers.LSTM: (
        _Variable("cell.kernel", ("input_weight",)),
        _Variable("cell.recurrent_kernel", ("state_weight",)),
        _Variable("cell.bias", ("bias",)),
    ),
    layers.GRU: (
        _Variable("cell.kernel", ("input_weight",), _zrn, lambda x: [_zrn(x)]),
        _Variable(
            "cell.recurrent_kernel", ("state_weight",), _zrn, lambda x: [_zrn(x)]
        ),
        _Variable(
            "cell.bias",
            ("input_bias", "state_bias"),
            lambda *biases: _zrn(tf.stack(biases)),
            lambda x: tf.unstack(_zrn(x), num=2),
        ),
    ),
}


def load(model: keras.Model, arrays: dict[str, tf.Tensor]) -> None:
    """Give a model these canonical parameters and statistics."""
    for variable, names, entry in _entries(model):
        variable.assign(entry.native(*(arrays[name] for name in names)))


def shapes(model: keras.Model) -> Shapes:
    """The canonical shape of each parameter and statistic, as its layer declares it."""
    variables = [variable for variable, _, _ in _entries(model)]
    zeros = [tf.zeros(variable.shape, variable.dtype) for variable in variables]
    found = named(model, variables, zeros)
    return {name: tuple(x.shape) for name, x in found.items()}


def parameters(model: keras.Model) -> dict[str, tf.Tensor]:
    """Parameters and statistics under canonical names."""
    variables = [variable for variable, _, _ in _entries(model)]
    return named(model, variables, [variable.value for variable in variables])


def named(
    model: keras.Model, variables: list[keras.Variable], tensors: list[tf.Tensor]
) -> dict[str, tf.Tensor]:
    """Tensors that belong to parameters, such as gradients, by canonical names.

    `variables` say which.
    """
    found = {v.path: x for v, x in zip(variables, tensors, strict=True)}
    return {
        name: array
        for variable, names, entry in _entries(model)
        if variable.path in found
        for name, array in zip(
            names, entry.canonical(found[variable.path]), strict=True
        )
    }


def _entries(
    model: keras.Model,
) -> Iterator[tuple[keras.Variable, list[str], _Variable]]:
    """Every variable, its canonical names, and how it is kept."""
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            yield from _entries(layer)
        for kind, entries in _TABLE.items():
            for entry in entries if isinstance(layer, kind) else ():
                variable = attrgetter(entry.attribute)(layer)
                if variable is not None:  # a layer without a bias
                    names = [f"{layer.name}.{kind}" for kind in entry.kinds]
                    yield variable, names, entry
