"""Arrays in and out of PyTorch."""

import numpy as np
import torch


def versions() -> dict[str, str]:
    """The versions that the results depend on."""
    return {"torch": torch.__version__, "numpy": np.__version__}


def configure(threads: int) -> None:
    """Fix what the results depend on.

    The number of threads, and deterministic kernels.
    """
    torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(True)


def from_numpy(array: np.ndarray) -> torch.Tensor:
    """The framework's tensor with a NumPy array's elements and dtype."""
    return torch.tensor(array.copy())  # which has no negative strides


def to_numpy(x: torch.Tensor) -> np.ndarray:
    """A NumPy array with a tensor's elements."""
    return x.detach().numpy().copy()
