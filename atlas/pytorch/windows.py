"""Windows over images: their borders, their order, and images of another size."""

import torch
import torch.nn.functional as F
from torch import nn


def same_padding():
    x = torch.arange(1.0, 7.0).reshape(1, 1, 6)
    return F.conv1d(x, torch.ones(1, 1, 3), stride=2, padding=1)[0, 0]


def same_padding_equal():
    x = F.pad(torch.arange(1.0, 7.0), (0, 1)).reshape(1, 1, 7)
    return F.conv1d(x, torch.ones(1, 1, 3), stride=2)[0, 0]


def same_by_name():
    layer = nn.Conv1d(1, 1, 3, stride=2, padding="same")
    return layer(torch.zeros(1, 1, 6)).shape[2]


def same_by_name_equal():
    layer = nn.Conv1d(1, 1, 3, stride=2, padding=1)
    return layer(torch.zeros(1, 1, 6)).shape[2]


def conv_default_padding():
    return nn.Conv2d(1, 1, 3)(torch.zeros(1, 1, 5, 5)).shape[2:]


def avg_pool_borders():
    x = torch.arange(1.0, 7.0).reshape(1, 6)
    return F.avg_pool1d(x, 3, stride=1, padding=1)[0]


def avg_pool_borders_equal():
    x = torch.arange(1.0, 7.0).reshape(1, 6)
    return F.avg_pool1d(x, 3, stride=1, padding=1, count_include_pad=False)[0]


def conv_transpose_kernel():
    x = torch.tensor([[[1.0, 2.0, 3.0]]])
    weight = torch.tensor([[[1.0, 2.0, 3.0]]])
    return F.conv_transpose1d(x, weight, stride=2)[0, 0]


def max_pool_tie():
    x = torch.tensor([[2.0, 2.0, 1.0]], requires_grad=True)
    F.max_pool1d(x, 3).sum().backward()
    return x.grad[0]


def resize_up():
    x = torch.tensor([[[[1.0, 2.0]]]])
    return F.interpolate(x, size=(1, 4), mode="bilinear")[0, 0, 0]


def resize_down():
    x = torch.tensor([[[[1.0, 2.0, 3.0, 10.0]]]])
    return F.interpolate(x, size=(1, 2), mode="bilinear")[0, 0, 0]
