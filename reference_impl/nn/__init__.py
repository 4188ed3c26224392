"""Layers, losses, initialisers and distributions, composed of the core's ops.

Modules import downwards only:

    initialisers               first values of parameters
    layer                      what a layer is; what an optimiser updates of it
    containers                 layers made of layers
    linear                     the affine map
    losses                     maps to one number that training makes small
"""

from .containers import Activation, Residual, Sequential
from .initialisers import Fans, Initialiser, fan_in_uniform
from .layer import Layer, merge, split, static, statistic
from .linear import Linear
from .losses import cross_entropy, mean_squared_error

__all__ = [
    "Activation",
    "Fans",
    "Initialiser",
    "Layer",
    "Linear",
    "Residual",
    "Sequential",
    "cross_entropy",
    "fan_in_uniform",
    "mean_squared_error",
    "merge",
    "split",
    "static",
    "statistic",
]
