"""Ways to run in PyTorch: op by op, or a graph compiled by Inductor."""

from collections.abc import Callable

from torch import nn


def compiled(function: Callable, model: nn.Module, mode: str) -> Callable:
    """The function, run in this mode: what is compiled is the model that it calls."""
    if mode == "torch.compile":
        model.compile()
    return function
