"""The models, in TensorFlow and Keras."""

import keras
import tensorflow as tf

from .layers import cross_entropy, linear, mean_squared_error, relu, sequential


def linear_regression(dtype: str) -> keras.Sequential:
    """10 -> 1."""
    return sequential(output=linear(10, 1, dtype))


def mlp(dtype: str) -> keras.Sequential:
    """64 -> 128 -> relu -> 10."""
    return sequential(
        hidden=linear(64, 128, dtype),
        relu=relu(),
        output=linear(128, 10, dtype),
    )


def activations(model: keras.Sequential, x: tf.Tensor) -> dict[str, tf.Tensor]:
    """The result of every layer, by name."""
    results = {}
    for layer in model.layers:
        results[layer.name] = x = layer(x)
    return results


MODELS = {"linear_regression": linear_regression, "mlp": mlp}
LOSSES = {"mean_squared_error": mean_squared_error, "cross_entropy": cross_entropy}
