"""Parameters in and out of Keras: its kernels are (D_in, D_out), as the canonical."""

import keras
import tensorflow as tf

from ..contract import Arrays
from .tensor import to_numpy


def load(model: keras.Sequential, arrays: Arrays) -> keras.Sequential:
    """The model, given these canonical parameters."""
    first = next(iter(arrays.values()))
    model.build((None, first.shape[0]))
    for name, variable in zip(_names(model), model.trainable_variables, strict=True):
        variable.assign(arrays[name])
    return model


def parameters(model: keras.Sequential) -> Arrays:
    """The model's parameters under canonical names."""
    return named(model, [variable.value for variable in model.trainable_variables])


def named(model: keras.Sequential, gradients: list[tf.Tensor]) -> Arrays:
    """Gradients, in the order of the model's variables, under canonical names."""
    return {n: to_numpy(g) for n, g in zip(_names(model), gradients, strict=True)}


def _names(model):
    # What others call the weight of a linear layer, Keras calls its kernel.
    return [
        f"{layer.name}.{variable.name.replace('kernel', 'weight')}"
        for layer in model.layers
        for variable in layer.trainable_variables
    ]
