"""Where numbers lie in arrays, and of which type they are."""

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn


def conv_layout():
    return nn.Conv2d(3, 8, 5).weight.shape


def conv_layout_equal():
    x = torch.arange(8.0).reshape(1, 2, 2, 2)
    weight = torch.arange(8.0).reshape(1, 2, 2, 2)
    return F.conv2d(x, weight).sum()


def dense_layout():
    return nn.Linear(3, 2).weight.shape


def dense_layout_equal():
    weight = torch.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    return F.linear(torch.tensor([1.0, 2.0, 3.0]), weight.T)


def flatten_order():
    x = torch.arange(1.0, 9.0).reshape(1, 2, 2, 2)
    return nn.Flatten()(x)[0]


def dense_on_sequences():
    return nn.Linear(4, 5)(torch.zeros(2, 3, 4)).shape


def float_types():
    return [
        str(torch.tensor(x).dtype).removeprefix("torch.") for x in (0.5, np.array(0.5))
    ]


def float_types_equal():
    return str(torch.tensor(np.array(0.5)).dtype).removeprefix("torch.")


def float_labels():
    logits = torch.tensor([[1.0, 0.0]])
    return F.cross_entropy(logits, torch.tensor([0.9]))


def float_labels_equal():
    logits = torch.tensor([[1.0, 0.0]])
    return F.cross_entropy(logits, torch.tensor([0]))
