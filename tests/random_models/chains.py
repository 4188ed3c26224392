"""Chains of the layers that the zoo is made of, to be built by the adapters' own code.

A layer with parameters stands first: what flows back through those behind it is seen in
its gradient. Strides, paddings and sizes are those that the adapters' layers take.
"""

from __future__ import annotations

from typing import Any

from hypothesis import assume
from hypothesis import strategies as st
from random_models import settings
from random_models.kinds import KINDS, TIES
from random_models.model import Model, Shape
from random_models.settings import Draw, Drawn
from random_models.strategies import IMAGES, ROWS, SEEDS, SEQUENCES, Growing

MOST_BEHIND = 2  # layers behind the one that is meant
ACTIVATIONS = ("relu", "leaky_relu", "gelu")
# What stands first, by the form of the data, and what may stand behind it.
FORMS: dict[str, tuple[Any, str, tuple[str, ...]]] = {
    "rows": (ROWS, "linear", ("linear", "layer_norm", *ACTIVATIONS)),
    "steps": (
        SEQUENCES,
        "linear",
        (
            *("linear", "layer_norm", "positions", "attention", "lstm", "gru"),
            *ACTIVATIONS,
        ),
    ),
    "lines": (SEQUENCES, "conv1d", ("conv1d", "global_max_pool", *ACTIVATIONS)),
    "images": (
        IMAGES,
        "conv2d",
        (
            *("conv2d", "batch_norm", "max_pool2d", "global_average_pool", "flatten"),
            *ACTIVATIONS,
        ),
    ),
    "tokens": (SEQUENCES, "embedding", ("linear", "lstm", "gru", *ACTIVATIONS)),
}
# Of a recurrent layer the last step is kept; what is made flat is read by a linear one.
FOLLOWED = {"lstm": "last", "gru": "last", "flatten": "linear"}


def convolution(draw: Draw, shape: Shape) -> Drawn:
    """The same stride and padding along every axis."""
    padding, stride = draw(st.integers(0, 1)), draw(st.integers(1, 2))
    # Every window sees something but the border: no two results are equal.
    size = tuple(
        draw(st.integers(1 + padding, min(3, n + 2 * padding))) for n in shape[2:]
    )
    filters, rank = draw(st.integers(1, 3)), len(size)
    drawn = {
        "stride": (stride,) * rank,
        "padding": (padding,) * rank,
        "dilation": (1,) * rank,
        "groups": 1,
    }
    return drawn, {"weight": (filters, shape[1], *size), "bias": (filters,)}


def max_pool(draw: Draw, shape: Shape) -> Drawn:
    """Square windows, side by side."""
    size = (draw(st.integers(1, min(3, *shape[2:]))),) * 2
    return {"size": size, "stride": size, "padding": (0, 0)}, {}


def attention(draw: Draw, shape: Shape) -> Drawn:
    """Each step reads those before it."""
    drawn, params = settings.attention(draw, shape)
    return drawn | {"is_causal": True}, params


def wide(draw: Draw, shape: Shape) -> Drawn:
    """As many results as attention and normalisations can read."""
    return {}, {"weight": (shape[-1], 6), "bias": (6,)}


OWN = {
    "conv1d": convolution,
    "conv2d": convolution,
    "max_pool2d": max_pool,
    "attention": attention,
}
LAYERS = tuple(
    dict.fromkeys(
        kind for _, first, behind in FORMS.values() for kind in (first, *behind)
    )
)


@st.composite
def chains(draw: Draw, kind: str) -> Model:
    """Models in which each layer reads the one before, with one of this kind."""
    forms = [f for f, (_, first, behind) in FORMS.items() if kind in (first, *behind)]
    form = draw(st.sampled_from(forms))
    shapes, first, behind = FORMS[form]
    growing = Growing(draw)
    shape = draw(shapes)
    if first == "embedding":
        growing.add_input(shape[:1])
        growing.add_layer(first)
    else:
        name = growing.add_value(shape)
        is_wide = kind in ("attention", "layer_norm")
        growing.append(first, (name,), wide if is_wide else OWN.get(first))
    if kind != first:
        assume(_fits(growing, kind))
        _extend(growing, kind)
    for _ in range(draw(st.integers(0, MOST_BEHIND))):
        is_rows = len(growing.layers[-1].shape) == 2
        kinds = FORMS["rows"][2] if is_rows else behind
        possible = [kind for kind in kinds if _fits(growing, kind)]
        _extend(growing, draw(st.sampled_from(possible)))
    return growing.finished("float64", draw(SEEDS))


def _fits(growing: Growing, kind: str) -> bool:
    """Whether a layer of this kind can stand next, without something at its kink."""
    last, has_ties = growing.layers[-1], any(e.kind == "relu" for e in growing.layers)
    kink = KINDS[kind].kink
    is_kink = has_ties if kink == TIES else kink in growing.special[last.name]
    return KINDS[kind].fits(last.shape) and not is_kink


def _extend(growing: Growing, kind: str) -> None:
    """A layer that reads the last, and what must follow it."""
    growing.append(kind, (growing.layers[-1].name,), OWN.get(kind))
    if kind in FOLLOWED:
        _extend(growing, FOLLOWED[kind])
