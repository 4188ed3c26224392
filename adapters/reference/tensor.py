"""Arrays in and out of the reference framework."""

import numpy as np

import reference_impl as ri


def versions() -> dict[str, str]:
    """The versions that the results depend on."""
    return {"reference_impl": ri.__version__, "numpy": np.__version__}


def configure(threads: int) -> None:
    """Fix what the results depend on.

    There is nothing to fix: NumPy's BLAS read its number of threads when it was loaded,
    from the environment that the starting process has set.
    """


def from_numpy(array: np.ndarray) -> ri.Tensor:
    """The framework's tensor with a NumPy array's elements and dtype."""
    return ri.tensor(array)


def to_numpy(x: ri.Tensor) -> np.ndarray:
    """A NumPy array with a tensor's elements."""
    return x.numpy()
