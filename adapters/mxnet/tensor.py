"""Arrays in and out of MXNet."""

import warnings

import mxnet as mx
import numpy as np


def versions() -> dict[str, str]:
    """The versions that the results depend on."""
    return {"mxnet": mx.__version__, "numpy": np.__version__}


def configure(threads: int) -> None:
    """Fix what the results depend on.

    MXNet reads its number of threads, and whether to use oneDNN, from the environment
    when it is loaded; the starting process has set both.
    """
    mx.random.seed(0)
    # The graph of a part of a model is meant to leave out what others read.
    warnings.filterwarnings("ignore", "Parameter .* used by any computation")


def from_numpy(array: np.ndarray) -> mx.nd.NDArray:
    """The framework's tensor with a NumPy array's elements and dtype."""
    # Without a dtype float64 would become float32.
    return mx.nd.array(array, dtype=array.dtype)


def to_numpy(x: mx.nd.NDArray) -> np.ndarray:
    """A NumPy array with a tensor's elements."""
    return x.asnumpy()
