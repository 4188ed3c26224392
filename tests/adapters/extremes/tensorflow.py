"""Layers and losses of the adapter in TensorFlow, and their gradients."""

import keras
import tensorflow as tf
from keras import layers as native

from adapters.tensorflow import io
from adapters.tensorflow.compile import compiled
from adapters.tensorflow.tensor import from_numpy, to_numpy

# Those that read channels, which are last here.
CHANNELS = (
    *(native.MaxPooling2D, native.GlobalMaxPooling1D, native.GlobalAveragePooling2D),
    native.BatchNormalization,
)


def setting(value):
    """As the adapter's layers take it."""
    return value


def layer(own, arrays, g, mode):
    """A layer's result in training, and gradients by what it reads and holds."""
    has_channels = isinstance(own, CHANNELS)
    x = from_numpy(arrays["x"])
    shape = _channels_last(x).shape if has_channels else x.shape
    model = keras.Sequential([keras.Input(shape[1:], dtype=x.dtype), own])
    io.load(model, {n: from_numpy(a) for n, a in arrays.items()})

    def function(x):
        if not has_channels:
            return model(x, training=True)
        return _channels_first(model(_channels_last(x), training=True))

    params = model.trainable_variables
    y, by_params, by_inputs = _differentiated(function, params, arrays, g, mode)
    named = io.named(model, params, by_params)
    return y, {n: to_numpy(dy) for n, dy in named.items()} | by_inputs


def loss(function, arrays, g, mode):
    """A loss, and gradients by its arguments."""
    y, _, gradients = _differentiated(function, [], arrays, g, mode)
    return y, gradients


def _differentiated(function, params, arrays, g, mode):
    inputs = {n: from_numpy(a) for n, a in arrays.items() if "." not in n}
    real = [n for n, x in inputs.items() if x.dtype.is_floating]

    def both(inputs, g):
        by = [p.value for p in params], [inputs[n] for n in real]
        with tf.GradientTape() as tape:
            tape.watch(by[1])
            y = function(**inputs)
        found = tape.gradient(y, by, output_gradients=g)
        # Of a table, TensorFlow gives the rows that were read; the others are zero.
        return y, *([tf.convert_to_tensor(dy) for dy in part] for part in found)

    y, by_params, by_inputs = compiled(both, mode)(inputs, g)
    return y, by_params, dict(zip(real, map(to_numpy, by_inputs), strict=True))


def _channels_last(x):
    return tf.transpose(x, (0, *range(2, len(x.shape)), 1))


def _channels_first(x):
    rank = len(x.shape)
    return tf.transpose(x, (0, rank - 1, *range(1, rank - 1))) if rank > 2 else x
