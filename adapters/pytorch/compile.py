"""Ways to run in PyTorch: op by op, or a graph compiled by Inductor."""

import torch


def compiled(function, model, mode):
    """The function, run in this mode."""
    return torch.compile(function) if mode == "torch.compile" else function
