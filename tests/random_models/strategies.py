"""Random models, drawn by Hypothesis so that what fails shrinks well.

A model grows by one layer at a time. A layer may read any earlier result that fits, so
there are branches, and where branches meet again there are sums, products and joins. A
shorter list of layers, a simpler kind, a later source and smaller sizes are all earlier
in the order in which Hypothesis shrinks.

Where frameworks have different conventions for a derivative, at a kink or where two
elements are equally large, nothing is compared: a layer that has such a place reads
what cannot be there, if necessary through `positions`, which adds a table of drawn
numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from hypothesis import strategies as st
from random_models.kinds import FAMILIES, KINDS
from random_models.layers import reference
from random_models.model import Layer, Model, Shape
from random_models.settings import Draw, Drawn

import reference_impl as ri

MOST_LAYERS = 8
SAMPLES = st.integers(2, 3)
SEEDS = st.integers(0, 2**16)
ROWS = st.tuples(SAMPLES, st.integers(1, 6))
SEQUENCES = st.tuples(SAMPLES, st.integers(1, 4), st.integers(1, 6))
IMAGES = st.tuples(SAMPLES, *(st.integers(1, most) for most in (4, 5, 5)))
# Most layers read images, and hardly any layer makes one of something else.
SHAPES = ROWS | SEQUENCES | IMAGES | IMAGES


class Growing:
    """A model that is not finished, and what is known of the values that are there."""

    def __init__(self, draw: Draw) -> None:
        self.draw = draw
        self.inputs: dict[str, Shape] = {}
        self.layers: list[Layer] = []
        self.shapes: dict[str, Shape] = {}
        self.special: dict[str, frozenset[str]] = {}

    def add_input(self, shape: Shape) -> str:
        name = f"x{len(self.inputs)}"
        self.inputs[name] = shape
        return name

    def add_value(self, shape: Shape) -> str:
        """An input that layers may read."""
        name = self.add_input(shape)
        self.shapes[name], self.special[name] = shape, frozenset()
        return name

    def possible(self, family: Iterable[str]) -> list[str]:
        """The kinds of a family for which there are sources."""
        return [kind for kind in family if kind == "embedding" or self._sources(kind)]

    def add_layer(self, kind: str) -> None:
        """A layer of a possible kind."""
        if kind == "embedding":
            N, *_ = next(iter(self.inputs.values()))
            tokens = self.add_input((N, self.draw(st.integers(1, 4))))
            self.append(kind, (tokens,))
            return
        # Half of the layers read the latest that fits: models become deep.
        latest, *others = self._sources(kind)
        reads = self.draw(st.just(latest) | st.sampled_from([latest, *others]))
        if KINDS[kind].kink in self._special(reads):
            reads = (self.append("positions", reads),)
        self.append(kind, reads)

    def _special(self, reads: tuple[str, ...]) -> frozenset[str]:
        """What elements there may be in what is read, `ZEROS` or `TIES`."""
        return frozenset().union(*(self.special.get(n, frozenset()) for n in reads))

    def _sources(self, kind: str) -> list[tuple[str, ...]]:
        """What a layer of this kind can read, the latest first."""
        names = list(reversed(self.shapes))
        pairs = [(a, b) for a in names for b in names if a != b]
        pairs += [(a, a) for a in names]
        choices = pairs if KINDS[kind].reads == 2 else [(name,) for name in names]
        fits = KINDS[kind].fits
        return [c for c in choices if fits(*(self.shapes[name] for name in c))]

    def append(
        self,
        kind: str,
        reads: tuple[str, ...],
        draw: Callable[..., Drawn] | None = None,
    ) -> str:
        """A layer that reads these values, and its name.

        Parameters
        ----------
        draw : function (draw, shapes), optional
            What takes the place of the kind's own.
        """
        about, name = KINDS[kind], f"y{len(self.layers)}"
        shapes = [(self.inputs | self.shapes)[each] for each in reads]
        settings, params = (draw or about.draw)(self.draw, *shapes)
        shape = _result(kind, shapes, params, settings)
        self.layers.append(Layer(name, kind, reads, settings, params, shape))
        self.shapes[name] = shape
        self.special[name] = self._special(reads) - about.clears | about.gives
        return name

    def finished(self, dtype: str, seed: int) -> Model:
        """The model, without inputs that nobody reads."""
        read = {name for layer in self.layers for name in layer.reads}
        inputs = {name: shape for name, shape in self.inputs.items() if name in read}
        return Model(inputs, tuple(self.layers), dtype, seed)


def _result(
    kind: str, shapes: list[Shape], params: dict[str, Shape], settings: dict[str, Any]
) -> Shape:
    """The shape of what a layer computes, as the reference infers it."""
    dtype = np.int64 if kind == "embedding" else np.float64
    like = [ri.zeros(shape, dtype=dtype) for shape in shapes]
    like += [ri.zeros(shape, dtype=np.float64) for shape in params.values()]
    function = getattr(reference, kind)
    graph = ri.capture(lambda *arrays: function(*arrays, **settings), *like)
    return tuple(graph.outputs[0].shape)


@st.composite
def models(draw: Draw, dtypes: tuple[str, ...] = ("float64",)) -> Model:
    """Models of up to `MOST_LAYERS` layers, besides those that `positions` adds."""
    growing = Growing(draw)
    first = growing.add_value(draw(SHAPES))
    if draw(st.booleans()):
        N = growing.shapes[first][0]
        growing.add_value((N, *draw(SHAPES)[1:]))
    # One decision for each layer: to leave one out shrinks a model.
    while not growing.layers or (
        len(growing.layers) < MOST_LAYERS and draw(st.integers(0, MOST_LAYERS))
    ):
        families = [f for f in map(growing.possible, FAMILIES.values()) if f]
        growing.add_layer(draw(st.sampled_from(draw(st.sampled_from(families)))))
    return growing.finished(draw(st.sampled_from(dtypes)), draw(SEEDS))


@st.composite
def models_of_one(draw: Draw, kind: str) -> Model:
    """Models of a single layer of this kind."""
    growing = Growing(draw)
    if KINDS[kind].reads == 2:
        shape = draw(SHAPES.filter(lambda s: kind != "matmul" or len(s) == 3))
        other = (shape[0], shape[-1], 2) if kind == "matmul" else shape
        growing.add_value(shape)
        growing.add_value(other)
    else:
        growing.add_value(draw(SHAPES.filter(_fits(kind))))
    growing.add_layer(kind)
    return growing.finished("float64", draw(SEEDS))


def _fits(kind: str) -> Any:
    return lambda shape: kind == "embedding" or KINDS[kind].fits(shape)
