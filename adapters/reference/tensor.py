"""Arrays in and out of the reference framework."""

import numpy as np

import reference_impl as ri


def versions() -> dict[str, str]:
    """The versions that the results depend on."""
    return {"reference_impl": ri.__version__, "numpy": np.__version__}


def configure(threads: int) -> None:
    """Fix nothing: NumPy's BLAS read its number of threads when it was loaded.

    The process that starts this one has set it in the environment.
    """


def from_numpy(array: np.ndarray) -> ri.Tensor:
    """The framework's tensor with a NumPy array's elements and dtype."""
    return ri.tensor(array)


def to_numpy(x: ri.Tensor) -> np.ndarray:
    """A NumPy array with a tensor's elements."""
    return x.numpy()
