"""Layers and losses, as plain compositions of the core's ops."""

from .layers import Layer, Linear, ReLU, Sequential
from .losses import cross_entropy, mean_squared_error

__all__ = [
    "Layer",
    "Linear",
    "ReLU",
    "Sequential",
    "cross_entropy",
    "mean_squared_error",
]
