"""Arrays in and out of PyTorch."""

import numpy as np
import torch


def versions():
    """The versions that the results depend on."""
    return {"torch": torch.__version__, "numpy": np.__version__}


def configure(threads):
    """Fix what the results depend on: the number of threads, deterministic kernels."""
    torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(True)


def from_numpy(array):
    """The framework's tensor with a NumPy array's elements and dtype."""
    return torch.tensor(array)


def to_numpy(x):
    """A NumPy array with a tensor's elements."""
    return x.detach().numpy().copy()
