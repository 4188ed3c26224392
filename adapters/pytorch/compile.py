"""Ways to run in PyTorch: op by op, or a graph compiled by Inductor."""

from collections.abc import Callable

import torch
from torch import nn


def compiled(function: Callable, model: nn.Module, mode: str) -> Callable:
    """The function, run in this mode: what is compiled is the model that it calls."""
    # `model.compile()` compiles nothing of an `nn.Sequential` (PyTorch 2.13).
    if mode == "torch.compile" and "forward" not in vars(model):
        model.forward = torch.compile(model.forward)
    return function
