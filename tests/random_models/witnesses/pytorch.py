"""What was found in PyTorch: each function returns how far it is from what is right."""

import math

import torch
import torch.nn.functional as F


def softplus_is_linear():
    x = torch.tensor(20.5, dtype=torch.float64)
    return abs(F.softplus(x).item() - 20.5 - math.log1p(math.exp(-20.5)))
