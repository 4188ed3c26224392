"""Initialisers: functions of a key that make a parameter's first value.

An initialiser knows the shape and, apart from it, the fans: how many inputs a result
of the layer depends on, and how many results an input moves. They cannot be read off
the shape, for each layer keeps its parameters in a layout of its own.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

from ..core import random
from ..core.dtype import Dtype
from ..core.random import Key
from ..core.shape import Shape
from ..core.tensor import Tensor


class Fans(NamedTuple):
    """How many inputs a result depends on, and how many results an input moves."""

    inputs: int
    outputs: int


# (key, shape, fans, dtype) -> the parameter
Initialiser = Callable[[Key, Shape, Fans, Dtype], Tensor]


def fan_in_uniform() -> Initialiser:
    """Equally likely between -1/sqrt(inputs) and 1/sqrt(inputs).

    What PyTorch gives the weights and biases of linear, convolutional and recurrent
    layers by default.
    """

    def init(key: Key, shape: Shape, fans: Fans, dtype: Dtype) -> Tensor:
        bound = 1 / math.sqrt(fans.inputs)
        return random.uniform(key, shape, low=-bound, high=bound, dtype=dtype)

    return init
