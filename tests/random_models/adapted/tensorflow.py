"""A chain of the adapter's layers in TensorFlow, and its gradients."""

import keras
import tensorflow as tf
from keras import layers as native
from random_models.adapted.parts import batch, named, parameters

from adapters.tensorflow import io, layers
from adapters.tensorflow.autodiff import value_and_grad
from adapters.tensorflow.recording import activations
from adapters.tensorflow.tensor import from_numpy, to_numpy

# In the order of the shapes that layers have elsewhere, channels first.
MAKERS = {
    "linear": lambda of, name, dtype: layers.linear(of["bias"][0], name, dtype),
    "layer_norm": lambda of, name, dtype: layers.layer_norm(name, dtype),
    "batch_norm": lambda of, name, dtype: layers.batch_norm(name, dtype),
    "embedding": lambda of, name, dtype: layers.embedding(*of["weight"], name, dtype),
    "positions": lambda of, name, dtype: layers.positions(*of["weight"], name, dtype),
    "lstm": lambda of, name, dtype: layers.lstm(of["state_weight"][0], name, dtype),
    "gru": lambda of, name, dtype: layers.gru(of["state_weight"][0], name, dtype),
    "last": lambda of, name, dtype: layers.last(name, dtype),
    "attention": lambda of, name, dtype: layers.attention(of["heads"], name, dtype),
    "conv1d": lambda of, name, dtype: _convolution(of, name, dtype),
    "conv2d": lambda of, name, dtype: _convolution(of, name, dtype),
    "max_pool2d": lambda of, name, dtype: layers.max_pool(of["size"][0], name, dtype),
    "global_max_pool": lambda of, name, dtype: layers.max_pool(None, name, dtype),
    "global_average_pool": lambda of, name, dtype: layers.average_pool(name, dtype),
    "flatten": lambda of, name, dtype: layers.flatten(dtype),
    "relu": lambda of, name, dtype: layers.relu(name, dtype),
    "leaky_relu": lambda of, name, dtype: layers.leaky_relu(of["slope"], name, dtype),
    "gelu": lambda of, name, dtype: layers.gelu(name, dtype),
}
PADDINGS = {"conv1d": native.ZeroPadding1D, "conv2d": native.ZeroPadding2D}


def _convolution(of, name, dtype):
    F, _, *size = of["weight"]
    return layers.convolution(F, tuple(size), name, dtype, stride=of["stride"][0])


def _parts(model):
    """The layers, and those that only Keras needs: turned axes and borders of zeros."""
    dtype = model.dtype
    is_convolved = model.layers[0].kind in PADDINGS
    if is_convolved:
        axes = range(2, len(model.layers[0].shape))
        yield native.Permute((*axes, 1), dtype=dtype)
    for layer in model.layers:
        if layer.kind in PADDINGS:
            border = layer.settings["padding"][0]
            yield PADDINGS[layer.kind](border, dtype=dtype)
        of = layer.params | layer.settings
        yield MAKERS[layer.kind](of, layer.name, dtype)
    rank = len(model.layers[-1].shape)
    if is_convolved and rank > 2:
        yield native.Permute((rank - 1, *range(1, rank - 1)), dtype=dtype)


def differentiated(model, arrays):
    """Every result, the loss, and gradients by the parameters, as NumPy arrays."""
    inputs = {name: from_numpy(a) for name, a in batch(model, arrays).items()}
    first = keras.Input(inputs["x"].shape[1:], dtype=inputs["x"].dtype)
    own = keras.Sequential([first, *_parts(model)])
    io.load(own, {n: from_numpy(a) for n, a in parameters(model, arrays).items()})
    params = own.trainable_variables

    def loss(own, inputs):
        y = own(inputs["x"], training=True)
        return tf.reduce_sum(y * inputs["share"])

    value, grads = value_and_grad(loss, own, params, inputs)
    values = activations(own, named(model), lambda: own(inputs["x"], training=True))
    results = {name: to_numpy(y) for name, y in values.items()}
    found = {name: to_numpy(g) for name, g in io.named(own, params, grads).items()}
    return results | {"loss": to_numpy(value)}, found
