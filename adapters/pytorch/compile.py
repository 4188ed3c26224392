"""Ways to run in PyTorch: op by op, or a graph compiled by Inductor."""

from collections.abc import Callable

import torch


def compiled(function: Callable, mode: str) -> Callable:
    """The function of a model and a batch, run in this mode."""
    return torch.compile(function) if mode == "torch.compile" else function
