"""The canonical parameters of layers, by the kind of layer."""

from __future__ import annotations

from .model import Shapes


def linear(name: str, inputs: int, outputs: int) -> Shapes:
    """Every output from every input: y = x weight + bias."""
    return {f"{name}.weight": (inputs, outputs), f"{name}.bias": (outputs,)}


def filters(
    name: str, channels: int, outputs: int, *size: int, bias: bool = True
) -> Shapes:
    """A convolution; one size for sequences, two for images."""
    found: Shapes = {f"{name}.weight": (outputs, channels, *size)}
    return found | ({f"{name}.bias": (outputs,)} if bias else {})


def norm(name: str, size: int) -> Shapes:
    """What a normalisation, of batches or of layers, multiplies by and adds."""
    return {f"{name}.weight": (size,), f"{name}.bias": (size,)}


def statistics(name: str, size: int) -> Shapes:
    """What a batch normalisation remembers."""
    return {f"{name}.mean": (size,), f"{name}.variance": (size,)}


def embedding(name: str, rows: int, size: int) -> Shapes:
    """A row of numbers for each token, place, user or item."""
    return {f"{name}.weight": (rows, size)}


def lstm(name: str, inputs: int, size: int) -> Shapes:
    """Gates i f g o (Hochreiter and Schmidhuber 1997; Gers et al. 2000)."""
    return {
        f"{name}.input_weight": (inputs, 4 * size),
        f"{name}.state_weight": (size, 4 * size),
        f"{name}.bias": (4 * size,),
    }


def gru(name: str, inputs: int, size: int) -> Shapes:
    """Gates r z n, the reset after the product (Cho et al. 2014, version 1)."""
    return {
        f"{name}.input_weight": (inputs, 3 * size),
        f"{name}.state_weight": (size, 3 * size),
        f"{name}.input_bias": (3 * size,),
        f"{name}.state_bias": (3 * size,),
    }
