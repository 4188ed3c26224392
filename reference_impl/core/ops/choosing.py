"""The largest element of every window, and the adjoint pair behind max pooling.

`choose` takes, from every window on a tensor, the element at the place where another
tensor has its largest one there. It is linear in the first tensor; the second only says
where. Its transpose, `spread`, adds a number for every window to that place. The
largest elements themselves are chosen from the tensor that says where they are, and as
the choice has no slope, derivatives of any order need nothing else.

Of several equal elements the first in row-major order is the largest; if some are not
numbers, the first of these.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any

import numpy as np

from ..dtype import REALS, wide_type
from ..errors import ShapeError
from ..kinds import linear
from ..op import Rule
from ..shape import Shape
from ..tensor import Tensor
from .windows import Window

__all__: list[str] = []


def _domain(of_positions: bool) -> Rule:
    """Images, or a number for every position; and what says where the largest is."""
    cases = (
        ((2, 6), Window((2,), (2,), (1,))),
        ((2, 5), Window((3,), (1,), (1,))),
        ((7, 5), Window((2, 3), (3, 1), (1, 2))),
        ((2, 1, 5, 4), Window((2, 2), (1, 2), (2, 1))),
    )

    def entry(draw: Any, shape: Shape, window: Window) -> tuple[Any, dict[str, Any]]:
        first = _positions(shape, window) if of_positions else shape
        return (draw(*first), draw(*shape)), window._asdict()

    return lambda draw: [entry(draw, *case) for case in cases]


def _choose_shape(t: Tensor, x: Tensor, **window: Shape) -> Shape:
    if t.shape != x.shape:
        raise ShapeError(
            f"choose: two tensors of one shape are needed, {t.shape} and {x.shape} came"
        )
    return _positions(x.shape, Window(**window))


def _spread_shape(g: Tensor, x: Tensor, **window: Shape) -> Shape:
    needed = _positions(x.shape, Window(**window))
    if g.shape != needed:
        raise ShapeError(
            f"spread: a number for each of {needed} windows is needed, {g.shape} came"
        )
    return x.shape


def _positions(shape: Shape, window: Window) -> Shape:
    n = len(window.sizes)
    return (*shape[:-n], *window.positions(shape[-n:]))


def _spread_back(g: Tensor, t: Tensor, x: Tensor, **window: Shape) -> Tensor:
    return _spread(g, x, **window)


@linear(
    about=1,
    transpose=_spread_back,
    shape=_choose_shape,
    kinds=REALS,
    domain=_domain(of_positions=False),
)
def _choose(t, x, *, sizes, strides, dilations):
    """Take from every window on `t` the element where `x` has its largest one.

    Shapes
    ------
    t, x    (..., S1, ..., Sn)
    result  (..., O1, ..., On)
    """
    window = Window(sizes, strides, dilations)
    if t is x:
        return _largest(x, window)
    out = np.empty_like(x, t.dtype, shape=_positions(x.shape, window))
    for layer, is_chosen in _choices(x, window):
        np.copyto(out, t[..., *layer], where=is_chosen)
    return out


@linear(
    about=1,
    transpose=lambda g, y, x, **window: _choose(g, x, **window),
    shape=_spread_shape,
    kinds=REALS,
    domain=_domain(of_positions=True),
)
def _spread(g, x, *, sizes, strides, dilations):
    """Add the number of every window to zeros, where `x` has its largest element.

    Shapes
    ------
    g       (..., O1, ..., On)
    x       (..., S1, ..., Sn)
    result  (..., S1, ..., Sn)
    """
    window = Window(sizes, strides, dilations)
    # Bits times zero or one: what is infinite must not become NaN elsewhere, and where
    # `numpy.where` would choose takes 3 times as long.
    word = f"u{g.itemsize}"
    bits = g.view(word)
    if not window.has_overlap:  # 1.5 times as fast as adding
        out = np.zeros_like(x, g.dtype)
        for layer, is_chosen in _choices(x, window):
            np.multiply(bits, is_chosen, out=out.view(word)[..., *layer])
        return out
    total = np.zeros_like(x, wide_type(g.dtype))
    for layer, is_chosen in _choices(x, window):
        total[..., *layer] += (bits * is_chosen).view(g.dtype)
    return total.astype(g.dtype, copy=False)


def _largest(x: Any, window: Window) -> Any:
    """The largest elements, along one axis after the other: half the steps of a square.

    If an element is not a number, neither is the largest.
    """
    n = len(window.sizes)
    for i, one in enumerate(zip(*window, strict=True)):
        along = Window(*((number,) for number in one))
        layers = along.layers(x.shape[i - n : i - n + 1 or None])
        rest = (slice(None),) * (n - i - 1)
        x = functools.reduce(np.maximum, [x[..., *at, *rest] for at in layers])
    return x


def _choices(x: Any, window: Window) -> Iterator[tuple[Any, np.ndarray]]:
    """For every element of the window: its layer, and where it is the one chosen."""
    largest = _largest(x, window)
    has_nan = (largest != largest).any()
    is_open = np.ones_like(largest, bool)
    *layers, last = window.layers(x.shape[-len(window.sizes) :])
    for layer in layers:
        here = x[..., *layer]
        is_chosen = here == largest
        if has_nan:  # which equals nothing
            is_chosen |= here != here
        is_chosen &= is_open
        is_open ^= is_chosen
        yield layer, is_chosen
    yield last, is_open
