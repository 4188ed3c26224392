"""Ways to run in TensorFlow.

A graph traced from Python, or op by op. The other two ways have files of their own:
fit.py and session.py.
"""

from collections.abc import Callable

import tensorflow as tf


def compiled(function: Callable, mode: str) -> Callable:
    """The function, run in this mode.

    Keras' `fit` traces it too.
    """
    return function if mode == "eager" else tf.function(function)
