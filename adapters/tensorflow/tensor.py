"""Arrays in and out of TensorFlow."""

import keras
import numpy as np
import tensorflow as tf


def versions() -> dict[str, str]:
    """The versions that the results depend on."""
    return {
        "tensorflow": tf.__version__,
        "keras": keras.__version__,
        "numpy": np.__version__,
    }


def configure(threads: int) -> None:
    """Fix what the results depend on.

    The number of threads, and deterministic kernels.
    """
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(threads)
    keras.utils.set_random_seed(0)
    tf.config.experimental.enable_op_determinism()


def from_numpy(array: np.ndarray) -> tf.Tensor:
    """The framework's tensor with a NumPy array's elements and dtype."""
    return tf.constant(array)


def to_numpy(x: tf.Tensor | np.ndarray) -> np.ndarray:
    """A NumPy array with a tensor's elements.

    What a session gives is one already.
    """
    return np.array(x)
