"""The kinds of layers by family: what each can read, and where it has kinks.

Axis 0 counts the samples. With three axes a value is a sequence: (N, C, T) to what
convolves it, (N, T, D) to what reads it step by step; with four it is (N, C, H, W).
Simple kinds stand first, because what fails shrinks towards them.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from random_models import settings
from random_models.model import Shape
from random_models.settings import LEAST_NORMALISED, Drawn

MOST_ELEMENTS = 64  # of what is read by a layer that may enlarge it
# What elements may be that were not drawn at random.
ZEROS, TIES = "zeros", "ties"  # exactly 0 or 1; equal to one another
_ZEROS, _TIES = frozenset([ZEROS]), frozenset([TIES])


@dataclass(frozen=True)
class Kind:
    """What the strategy must know of a kind of layer.

    Attributes
    ----------
    fits : function of shapes
        Whether the layer can read values of these shapes.
    draw : function (draw, shapes)
        Settings, and shapes of parameters.
    reads : int
        How many values it reads.
    kink : str, optional
        Where frameworks may differ, each with reason, in the derivative: at `ZEROS` and
        other special numbers, or at `TIES`.
    gives, clears : set of str
        Whether results may have such elements of their own; whether they have none even
        if there are some in what is read.
    """

    fits: Callable[..., bool] = lambda *shapes: True
    draw: Callable[..., Drawn] = settings.nothing
    reads: int = 1
    kink: str | None = None
    gives: frozenset[str] = frozenset()
    clears: frozenset[str] = frozenset()


def _ranks(*ranks: int, most: int = 2 * MOST_ELEMENTS) -> Callable[..., bool]:
    """Whether a value has so many axes, and not too many elements."""
    return lambda shape: len(shape) in ranks and math.prod(shape) <= most


_ANY = _ranks(2, 3, 4)
_GROWING = _ranks(2, 3, 4, most=MOST_ELEMENTS)
_IMAGE = _ranks(4, most=MOST_ELEMENTS)


def _wide(shape: Shape) -> bool:
    return _ANY(shape) and shape[-1] >= LEAST_NORMALISED


def _has_two(shape: Shape) -> bool:
    """Whether there is an axis with something to choose from."""
    return _ANY(shape) and max(shape[1:]) > 1


def _fits_beside(shape: Shape, other: Shape) -> bool:
    if len(shape) != len(other) or shape[0] != other[0]:
        return False
    apart = sum(n != m for n, m in zip(shape, other, strict=True))
    return apart <= 1 and _GROWING(shape) and _GROWING(other)


def _fits_after(shape: Shape, other: Shape) -> bool:
    return (
        len(shape) == len(other) == 3
        and shape[0] == other[0]
        and shape[2] == other[1]
        and shape[1] * other[2] <= MOST_ELEMENTS
    )


def _same(shape: Shape, other: Shape) -> bool:
    return shape == other


FAMILIES: dict[str, dict[str, Kind]] = {
    "linear": {"linear": Kind(_ANY, settings.linear, clears=_ZEROS)},
    "elements": {
        "relu": Kind(gives=_ZEROS | _TIES),
        "leaky_relu": Kind(draw=settings.slope, kink=ZEROS),
        "prelu": Kind(_ANY, settings.slopes, kink=ZEROS),
        "elu": Kind(kink=ZEROS),
        "selu": Kind(kink=ZEROS),
        "gelu": Kind(),
        "silu": Kind(),
        "sigmoid": Kind(),
        "tanh": Kind(),
        "softplus": Kind(),
        "softsign": Kind(),
        "hard_tanh": Kind(kink=ZEROS, gives=_ZEROS | _TIES),
        "dropout": Kind(draw=settings.no_dropout),
    },
    "products": {
        "positions": Kind(_ANY, settings.table, clears=_ZEROS | _TIES),
        "add": Kind(_same, reads=2),
        "multiply": Kind(_same, reads=2),
        "matmul": Kind(_fits_after, reads=2),
        "softmax": Kind(_has_two, settings.axis),
        "log_softmax": Kind(_has_two, settings.axis),
    },
    "shapes": {
        "flatten": Kind(_ANY),
        "reshape": Kind(_ANY, settings.reshape),
        "transpose": Kind(_ANY, settings.transpose),
        "slice_axis": Kind(_ANY, settings.part),
        "concatenate": Kind(_fits_beside, settings.join, reads=2, gives=_TIES),
        "pad": Kind(
            _ranks(3, 4, most=MOST_ELEMENTS), settings.pad, gives=_ZEROS | _TIES
        ),
        "upsample": Kind(_IMAGE, settings.upsample, gives=_TIES),
    },
    "reductions": {
        "reduce_sum": Kind(_ANY, settings.reduction),
        "reduce_mean": Kind(_ANY, settings.reduction),
        "reduce_max": Kind(_ANY, settings.reduction, kink=TIES),
        "global_average_pool": Kind(_ranks(3, 4)),
        "global_max_pool": Kind(_ranks(3, 4), kink=TIES),
        "last": Kind(_ranks(3)),
    },
    "windows": {
        "conv1d": Kind(_ranks(3), settings.convolution, gives=_TIES, clears=_ZEROS),
        "conv2d": Kind(_ranks(4), settings.convolution, gives=_TIES, clears=_ZEROS),
        "conv_transpose2d": Kind(
            _IMAGE, settings.transposed_convolution, gives=_TIES, clears=_ZEROS
        ),
        "max_pool1d": Kind(_ranks(3), settings.max_pool, kink=TIES, gives=_TIES),
        "max_pool2d": Kind(_ranks(4), settings.max_pool, kink=TIES, gives=_TIES),
        "average_pool1d": Kind(_ranks(3), settings.average_pool, gives=_TIES),
        "average_pool2d": Kind(_ranks(4), settings.average_pool, gives=_TIES),
    },
    "normalisations": {
        "batch_norm": Kind(
            lambda shape: (
                _ANY(shape) and math.prod(shape) // shape[1] >= LEAST_NORMALISED
            ),
            settings.norm(1),
            clears=_ZEROS,
        ),
        "layer_norm": Kind(_wide, settings.norm(-1), clears=_ZEROS),
        "rms_norm": Kind(_wide, settings.rms_norm),
        "group_norm": Kind(
            lambda shape: (
                _ranks(3, 4)(shape) and bool(settings.groups_of_a_norm(shape))
            ),
            settings.group_norm,
            clears=_ZEROS,
        ),
        "instance_norm": Kind(
            lambda shape: (
                _ranks(3, 4)(shape) and math.prod(shape[2:]) >= LEAST_NORMALISED
            ),
            settings.norm(1),
            clears=_ZEROS,
        ),
    },
    "sequences": {
        "embedding": Kind(draw=settings.embedding, gives=_TIES),
        "rnn": Kind(_ranks(3), settings.recurrent(1, "bias"), clears=_ZEROS),
        "lstm": Kind(_ranks(3), settings.recurrent(4, "bias"), clears=_ZEROS),
        "gru": Kind(
            _ranks(3), settings.recurrent(3, "input_bias", "state_bias"), clears=_ZEROS
        ),
        "attention": Kind(
            lambda shape: _ranks(3)(shape) and shape[2] % 3 == 0, settings.attention
        ),
    },
}

KINDS = {name: kind for family in FAMILIES.values() for name, kind in family.items()}
