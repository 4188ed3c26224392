"""A model as data: which layers read what, and the numbers that they begin with.

A model is a list of layers, each a kind of `kinds.KINDS` with settings; a layer reads
inputs, named `x0`, `x1` and so on, and results of layers before it, `y0`, `y1` and so
on. What nobody reads is an output, and the loss is the sum of all outputs with drawn
weights, so that every element of every output matters.

To each result a tap is added, an array of zeros: the gradient by a tap is the cotangent
of the result, so that every framework says its cotangents in the way in which it says
gradients anyhow.

Nothing but NumPy is imported here: workers of every environment read this file.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import numpy as np

from adapters.contract import Arrays

Shape = tuple[int, ...]

TOKENS = 5  # how many different numbers an integer input may hold
TAP = ".tap"
SHARE = ".share"  # the weights of an output in the loss
ROUNDING = {"float32": 2.0**-24, "float64": 2.0**-53}  # of a number from 1 to 2


class Recipe(NamedTuple):
    """How an array is made; `text` is the same as a program says it."""

    shape: Shape
    kind: str
    """uniform, tokens or zeros"""

    bound: float = 0.0

    def made(self, rng: np.random.Generator, dtype: str) -> np.ndarray:
        """The array."""
        if self.kind == "tokens":
            return rng.integers(TOKENS, size=self.shape)
        if self.kind == "zeros":
            return np.zeros(self.shape, dtype)
        return rng.uniform(-self.bound, self.bound, self.shape).astype(dtype)

    def text(self, dtype: str) -> str:
        """The expression that makes it."""
        if self.kind == "tokens":
            return f"rng.integers({TOKENS}, size={self.shape})"
        if self.kind == "zeros":
            return f'np.zeros({self.shape}, "{dtype}")'
        drawn = f"rng.uniform(-{self.bound}, {self.bound}, {self.shape})"
        return drawn if dtype == "float64" else f'{drawn}.astype("{dtype}")'


@dataclass(frozen=True)
class Layer:
    """One result of a model.

    Attributes
    ----------
    name, kind : str
    reads : tuple of str
        The names of what it reads.
    settings : dict
        Keyword arguments of the function that computes it.
    params : dict
        The shapes of its parameters, in the order of the function's arguments.
    shape : tuple of int
        That of the result.
    """

    name: str
    kind: str
    reads: tuple[str, ...]
    settings: dict[str, Any]
    params: dict[str, Shape]
    shape: Shape

    def arguments(self) -> list[str]:
        """The names of the parameters in the model."""
        return [f"{self.name}.{kind}" for kind in self.params]

    def call(self, name: str) -> str:
        """The call as a program says it; arrays stand in a dict of this name."""
        reads = [r if r.startswith("y") else f'{name}["{r}"]' for r in self.reads]
        arrays = [f'{name}["{each}"]' for each in self.arguments()]
        settings = [f"{key}={value!r}" for key, value in self.settings.items()]
        return f"{self.kind}({', '.join([*reads, *arrays, *settings])})"


@dataclass(frozen=True)
class Model:
    """Layers in the order in which they are computed.

    Attributes
    ----------
    inputs : dict
        Their shapes. What only embeddings read is integers.
    """

    inputs: dict[str, Shape]
    layers: tuple[Layer, ...]
    dtype: str
    seed: int

    def __repr__(self) -> str:
        lines = [f"    {layer.name} = {layer.call('a')}" for layer in self.layers]
        inputs = ", ".join(f"{name} {shape}" for name, shape in self.inputs.items())
        head = f"Model of {inputs} in {self.dtype}, seed {self.seed}:"
        return "\n".join([head, *lines])

    def outputs(self) -> tuple[Layer, ...]:
        """The layers whose results nobody reads."""
        read = {name for layer in self.layers for name in layer.reads}
        return tuple(layer for layer in self.layers if layer.name not in read)

    def kinds(self) -> set[str]:
        """The kinds of its layers."""
        return {layer.kind for layer in self.layers}

    def recipes(self) -> dict[str, Recipe]:
        """How its arrays are made: inputs, parameters, taps, weights of the loss."""
        found = {name: self._input(name) for name in self.inputs}
        for layer in self.layers:
            for name, shape in zip(
                layer.arguments(), layer.params.values(), strict=True
            ):
                # Sums of a few products keep the size that their terms had.
                found[name] = Recipe(shape, "uniform", 0.5 if len(shape) > 1 else 1.0)
            found[layer.name + TAP] = Recipe(layer.shape, "zeros")
        for layer in self.outputs():
            found[layer.name + SHARE] = Recipe(layer.shape, "uniform", 1.0)
        return found

    def _input(self, name: str) -> Recipe:
        readers = {layer.kind for layer in self.layers if name in layer.reads}
        kind = "tokens" if "embedding" in readers else "uniform"
        return Recipe(self.inputs[name], kind, 2.0)

    def arrays(self) -> Arrays:
        """Its arrays, the same each time."""
        rng = np.random.default_rng(self.seed)
        return {n: recipe.made(rng, self.dtype) for n, recipe in self.recipes().items()}

    def as_json(self) -> dict[str, Any]:
        """All of it, in types that JSON has."""
        return asdict(self)


def from_json(data: dict[str, Any]) -> Model:
    """What `as_json` was made of."""
    layers = tuple(
        Layer(
            each["name"],
            each["kind"],
            tuple(each["reads"]),
            {name: _tuples(value) for name, value in each["settings"].items()},
            {name: _tuples(shape) for name, shape in each["params"].items()},
            _tuples(each["shape"]),
        )
        for each in data["layers"]
    )
    inputs = {name: _tuples(shape) for name, shape in data["inputs"].items()}
    return Model(inputs, layers, data["dtype"], data["seed"])


def _tuples(value: Any) -> Any:
    return tuple(map(_tuples, value)) if isinstance(value, list) else value


def wired(model: Model, functions: Any, tensors: dict[str, Any]) -> dict[str, Any]:
    """Every result of the model, and its loss.

    Parameters
    ----------
    functions : module
        One of `layers`: a function for every kind.
    tensors : dict
        The model's arrays as the framework's tensors.
    """
    values = {name: tensors[name] for name in model.inputs}
    for layer in model.layers:
        arguments = [values[name] for name in layer.reads]
        arguments += [tensors[name] for name in layer.arguments()]
        y = getattr(functions, layer.kind)(*arguments, **layer.settings)
        values[layer.name] = y + tensors[layer.name + TAP]
    terms = [
        functions.reduce_all(values[layer.name] * tensors[layer.name + SHARE])
        for layer in model.outputs()
    ]
    results = {layer.name: values[layer.name] for layer in model.layers}
    return results | {"loss": sum(terms[1:], terms[0])}
