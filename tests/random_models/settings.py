"""Settings and parameters of layers, drawn for the shapes of what they read.

Each function takes Hypothesis' `draw` and the shapes, and returns the keyword arguments
of the function that computes the layer, and the shapes of its parameters in the order
of that function's arguments. Smaller and plainer ones come first: what fails shrinks
towards them.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st
from random_models.model import TOKENS, Shape

from adapters.zoo.model import EPS, SLOPE

LEAST_NORMALISED = 3  # with two elements nothing but their order counts

Draw = Callable[[st.SearchStrategy[Any]], Any]
Drawn = tuple[dict[str, Any], dict[str, Shape]]


def nothing(draw: Draw, *shapes: Shape) -> Drawn:
    return {}, {}


def slope(draw: Draw, shape: Shape) -> Drawn:
    return {"slope": SLOPE}, {}


def no_dropout(draw: Draw, shape: Shape) -> Drawn:
    return {"p": 0.0}, {}


def axis(draw: Draw, shape: Shape) -> Drawn:
    axes = [a for a in range(1, len(shape)) if shape[a] > 1]
    return {"axis": draw(st.sampled_from(axes))}, {}


def reduction(draw: Draw, shape: Shape) -> Drawn:
    axis = draw(st.integers(1, len(shape) - 1))
    # A result has two axes at least.
    keeps = len(shape) == 2 or draw(st.booleans())
    return {"axis": axis, "keeps_axis": keeps}, {}


def linear(draw: Draw, shape: Shape) -> Drawn:
    D = draw(st.integers(1, 4))
    return {}, {"weight": (shape[-1], D), "bias": (D,)}


def table(draw: Draw, shape: Shape) -> Drawn:
    return {}, {"weight": shape[1:]}


def embedding(draw: Draw, shape: Shape) -> Drawn:
    return {}, {"weight": (TOKENS, draw(st.integers(1, 4)))}


def slopes(draw: Draw, shape: Shape) -> Drawn:
    return {}, {"weight": (shape[1],)}


def _windows(
    draw: Draw, shape: Shape, *, most_dilation: int, is_pool: bool
) -> dict[str, tuple[int, ...]]:
    """Windows that fit into the image, by what is told of them for each axis."""
    along = [_window(draw, S, most_dilation, is_pool) for S in shape[2:]]
    names = ("size", "stride", "padding", "dilation")
    return dict(zip(names, zip(*along, strict=True), strict=True))


def _window(
    draw: Draw, length: int, most_dilation: int, is_pool: bool
) -> tuple[int, int, int, int]:
    """The size, stride, padding and dilation of a window along one axis."""
    size = draw(st.integers(1, 3))
    # PyTorch refuses pools with more padding than half of a window.
    most_padding = size // 2 if is_pool else 1
    padding = draw(st.integers(max(0, (size - length + 1) // 2), most_padding))
    room = (length + 2 * padding - 1) // max(size - 1, 1)
    dilation = draw(st.integers(1, max(1, min(most_dilation, room))))
    return size, draw(st.integers(1, 2)), padding, dilation


def convolution(draw: Draw, shape: Shape) -> Drawn:
    settings: dict[str, Any] = _windows(draw, shape, most_dilation=2, is_pool=False)
    C = shape[1]
    groups = draw(st.sampled_from([g for g in range(1, C + 1) if C % g == 0]))
    filters = groups * draw(st.integers(1, 2))
    weight = (filters, C // groups, *settings.pop("size"))
    return settings | {"groups": groups}, {"weight": weight, "bias": (filters,)}


def transposed_convolution(draw: Draw, shape: Shape) -> Drawn:
    filters = draw(st.integers(1, 3))
    size = tuple(draw(st.integers(1, 3)) for _ in shape[2:])
    stride = tuple(draw(st.integers(1, 2)) for _ in shape[2:])
    # Padding takes away from the result, of which something must be left.
    padding = tuple(
        draw(st.integers(0, 1 if k > 1 and (n - 1) * s + k > 2 else 0))
        for n, s, k in zip(shape[2:], stride, size, strict=True)
    )
    weight = (shape[1], filters, *size)
    settings = {"stride": stride, "padding": padding}
    return settings, {"weight": weight, "bias": (filters,)}


def max_pool(draw: Draw, shape: Shape) -> Drawn:
    settings = _windows(draw, shape, most_dilation=1, is_pool=True)
    del settings["dilation"]
    return settings, {}


def average_pool(draw: Draw, shape: Shape) -> Drawn:
    settings, _ = max_pool(draw, shape)
    return settings | {"counts_padding": draw(st.booleans())}, {}


def norm(axis: int) -> Callable[..., Drawn]:
    def drawn(draw: Draw, shape: Shape) -> Drawn:
        size = (shape[axis],)
        return {"eps": EPS}, {"weight": size, "bias": size}

    return drawn


def rms_norm(draw: Draw, shape: Shape) -> Drawn:
    return {"eps": EPS}, {"weight": shape[-1:]}


def groups_of_a_norm(shape: Shape) -> list[int]:
    C, rest = shape[1], math.prod(shape[2:])
    return [
        g for g in range(1, C + 1) if C % g == 0 and C // g * rest >= LEAST_NORMALISED
    ]


def group_norm(draw: Draw, shape: Shape) -> Drawn:
    settings, params = norm(1)(draw, shape)
    groups = draw(st.sampled_from(groups_of_a_norm(shape)))
    return {"groups": groups} | settings, params


def recurrent(gates: int, *biases: str) -> Callable[..., Drawn]:
    def drawn(draw: Draw, shape: Shape) -> Drawn:
        H = draw(st.integers(1, 3))
        matrices = {
            "input_weight": (shape[-1], gates * H),
            "state_weight": (H, gates * H),
        }
        return {}, matrices | dict.fromkeys(biases, (gates * H,))

    return drawn


def attention(draw: Draw, shape: Shape) -> Drawn:
    D = shape[2] // 3
    heads = draw(st.sampled_from([h for h in range(1, D + 1) if D % h == 0]))
    return {"heads": heads, "is_causal": draw(st.booleans())}, {}


def reshape(draw: Draw, shape: Shape) -> Drawn:
    size = math.prod(shape[1:])
    rank = draw(st.integers(1, 3))
    parts = []
    for _ in range(rank - 1):
        parts.append(draw(st.sampled_from([d for d in (1, 2, 3, 4) if size % d == 0])))
        size //= parts[-1]
    return {"shape": (*parts, size)}, {}


def transpose(draw: Draw, shape: Shape) -> Drawn:
    return {"axes": (0, *draw(st.permutations(range(1, len(shape)))))}, {}


def part(draw: Draw, shape: Shape) -> Drawn:
    axis = draw(st.integers(1, len(shape) - 1))
    start = draw(st.integers(0, shape[axis] - 1))
    stop = draw(st.integers(start + 1, shape[axis]))
    step = draw(st.integers(1, 2))
    return {"axis": axis, "start": start, "stop": stop, "step": step}, {}


def pad(draw: Draw, shape: Shape) -> Drawn:
    """Zeros before and after each axis of a sequence or image."""
    widths = st.tuples(st.integers(0, 2), st.integers(0, 2))
    return {"widths": tuple(draw(widths) for _ in shape[2:])}, {}


def upsample(draw: Draw, shape: Shape) -> Drawn:
    return {"scale": draw(st.integers(1, 2))}, {}


def join(draw: Draw, shape: Shape, other: Shape) -> Drawn:
    axes = [
        a
        for a in range(1, len(shape))
        if shape[:a] == other[:a] and shape[a + 1 :] == other[a + 1 :]
    ]
    return {"axis": draw(st.sampled_from(axes))}, {}
