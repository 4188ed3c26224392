"""Ways to run in TensorFlow: a graph traced from Python, or op by op."""

import tensorflow as tf


def compiled(function, model, mode):
    """The function, run in this mode."""
    return tf.function(function) if mode == "tf.function" else function
