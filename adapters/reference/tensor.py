"""Arrays in and out of the reference framework."""

import numba
import numpy as np

import reference_impl as ri


def versions() -> dict[str, str]:
    """The versions that the results depend on."""
    return {
        "reference_impl": ri.__version__,
        "numpy": np.__version__,
        "numba": numba.__version__,
    }


def configure(threads: int) -> None:
    """Fix what the results depend on: the number of threads.

    NumPy's BLAS reads its number of threads from the environment when it is loaded;
    the process that starts this one has set it.
    """
    numba.set_num_threads(min(threads, numba.config.NUMBA_NUM_THREADS))


def from_numpy(array: np.ndarray) -> ri.Tensor:
    """The framework's tensor with a NumPy array's elements and dtype."""
    return ri.tensor(array)


def to_numpy(x: ri.Tensor) -> np.ndarray:
    """A NumPy array with a tensor's elements."""
    return x.numpy()
