"""Ways to run in PyTorch.

Op by op, or a graph compiled by Inductor.
"""

from collections.abc import Callable

import torch


def compiled(function: Callable, mode: str) -> Callable:
    """The function, run in this mode."""
    return torch.compile(function) if mode == "torch.compile" else function
