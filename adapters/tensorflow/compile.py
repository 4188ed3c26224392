"""Ways to run in TensorFlow: a graph traced from Python, or op by op."""

from collections.abc import Callable

import keras
import tensorflow as tf


def compiled(function: Callable, model: keras.Model, mode: str) -> Callable:
    """The function, run in this mode."""
    return tf.function(function) if mode == "tf.function" else function
