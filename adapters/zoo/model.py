"""What a model is, told once for all frameworks: names, shapes, data and a recipe.

Canonical layouts: the weight of a linear layer is (D_in, D_out), filters are
(F, C, H, W) for images and (F, C, K) for sequences; a table has a row for each token;
the gates of an LSTM stand in the order i f g o with one bias, those of a GRU in the
order r z n with two, of which the second is added before the reset. A running variance
is that of the population.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from numbers import Real
from typing import Any, NamedTuple

import numpy as np

Arrays = dict[str, np.ndarray]
Shapes = dict[str, tuple[int, ...]]
First = Callable[[str, tuple[int, ...], np.random.Generator], np.ndarray]

# What all normalisations and rectifiers of the zoo share; powers of two, see Optimiser.
EPS = 2.0**-17  # of the variance, in batch and layer normalisation
BATCH_NORM_MOMENTUM = 0.125  # the share of a batch in the running statistics
SLOPE = 0.25  # of a leaky rectifier

# The settings of every optimiser, by its name.
SETTINGS: dict[str, tuple[str, ...]] = {
    "momentum": ("lr", "momentum"),
    "adam": ("lr", "beta1", "beta2", "eps"),
}


class Data(NamedTuple):
    """Samples by name, for training and for testing; their first axes count them.

    What has a fraction is float64; labels, tokens and other numbers of rows are int64.
    """

    train: Arrays
    test: Arrays


class Metric(NamedTuple):
    """How good predictions are."""

    name: str
    value: float


@dataclass(frozen=True)
class Optimiser:
    """A rule for updates, and its numbers.

    All numbers are sums of few powers of two: exact in float32, so that a framework
    that keeps them in float32 computes the same.

    Attributes
    ----------
    name : str
        In `SETTINGS`. "momentum": v <- momentum v + g, then p <- p - lr v. "adam":
        p <- p - lr m' / (sqrt(v') + eps), where m' and v' are estimates of the first
        and second moment of g. They are exponential moving averages with the rates
        of decay beta1 and beta2, corrected for their bias towards zero: divided by
        1 - beta^t in step t.
    settings : dict
        Those that `SETTINGS` names, each a finite number.
    """

    name: str
    settings: Mapping[str, float]

    @classmethod
    def from_dict(cls, optimiser: Mapping[str, Any]) -> Optimiser:
        """The optimiser of which `as_dict` gives this."""
        if not isinstance(optimiser, Mapping):
            came = type(optimiser).__name__
            raise ValueError(f"optimiser: must be a dict, {came} came")
        settings = dict(optimiser)
        return cls(settings.pop("name", None), settings)

    def as_dict(self) -> dict[str, Any]:
        """The name and the numbers side by side."""
        return {"name": self.name, **self.settings}

    def check(self) -> None:
        """Refuse what is not one of `SETTINGS`.

        Raises
        ------
        ValueError
            If there is no such optimiser, or a setting is missing, unknown or no
            finite number.
        """
        if self.name not in list(SETTINGS):
            raise unknown("optimiser", "rule", self.name, SETTINGS)
        wrong = [*mismatches(self.settings, SETTINGS[self.name])]
        for name, value in self.settings.items():
            if isinstance(value, bool) or not (
                isinstance(value, Real) and math.isfinite(value)
            ):
                wrong.append(f"{name} must be a finite number, {value!r} came")
        if wrong:
            raise ValueError(f"optimiser: {self.name}: {'; '.join(wrong)}")


def momentum(lr: float, momentum: float = 0.875) -> Optimiser:
    """Gradient descent with momentum."""
    return Optimiser("momentum", {"lr": lr, "momentum": momentum})


def adam(lr: float, beta1: float = 0.875, beta2: float = 0.9921875) -> Optimiser:
    """Adam (Kingma and Ba 2015, algorithm 1)."""
    return Optimiser(
        "adam", {"lr": lr, "beta1": beta1, "beta2": beta2, "eps": 2.0**-20}
    )


def unchanged(samples: Arrays) -> Arrays:
    """The samples as they are."""
    return samples


@dataclass(frozen=True)
class Model:
    """A model as all adapters build it, and how it is trained.

    Attributes
    ----------
    about : str
        One line.
    layers : tuple of str
        Named results, in the order in which data passes through the model.
    shapes : dict
        The canonical parameters, in the order of the layers.
    statistics : dict
        What batch normalisations have seen so far: means and variances.
    first : dict
        What makes the first values of some parameters; the others are as in
        `first_value`.
    data : str or function
        "digits", "diabetes" or "mnist1d" of `reference_impl.data`, with `x` and `y`;
        or a function that makes the samples.
    prepare : function
        What this model makes of the samples for training, and of those for testing.
    noise : dict
        Arrays of standard normal numbers that come with every batch, and the shape of
        one sample of each.
    objectives : dict
        The names of loss functions in the order of a step, each with the prefix of the
        parameters that it trains.
    metric : function (predictions, test samples)
    optimiser, steps, batch
        The recipe: how it is trained, with how many updates, of how many samples.
    reaches : float
        What the recipe reaches at least, as measured by the metric.
    """

    about: str
    layers: tuple[str, ...]
    shapes: Shapes
    data: str | Callable[[], Data]
    metric: Callable[[np.ndarray, Arrays], Metric]
    optimiser: Optimiser
    steps: int
    batch: int
    reaches: float
    higher_is_better: bool
    statistics: Shapes = field(default_factory=dict)
    first: dict[str, First] = field(default_factory=dict)
    prepare: Callable[[Arrays], Arrays] = unchanged
    noise: Shapes = field(default_factory=dict)
    objectives: dict[str, str] = field(default_factory=lambda: {"loss": ""})

    def trained(self, objective: str) -> tuple[str, ...]:
        """The names of the parameters that an objective trains."""
        prefix = self.objectives[objective]
        return tuple(name for name in self.shapes if name.startswith(prefix))

    def first_values(self, rng: np.random.Generator) -> Arrays:
        """Parameters to start from, and statistics, in float64."""
        shapes = self.shapes | self.statistics
        makers = {name: self.first.get(name, first_value) for name in shapes}
        return {name: makers[name](name, shapes[name], rng) for name in shapes}

    def check(self, arrays: Arrays) -> None:
        """Refuse what are not this model's parameters and statistics.

        Raises
        ------
        ValueError
            If an array is missing, unknown, of another shape or another dtype than
            all others, or not finite. It names each, what was needed and what came.
        """
        if not isinstance(arrays, Mapping):
            came = type(arrays).__name__
            raise ValueError(f"parameters: must be a dict of arrays, {came} came")
        shapes = self.shapes | self.statistics
        wrong = [*mismatches(arrays, shapes)]
        dtypes: dict[str, str] = {}  # those that came, each with the first to have it
        for name in (name for name in shapes if name in arrays):
            fault = _fault(arrays[name], shapes[name])
            if fault:
                wrong.append(f"{name} must be {fault} came")
            else:
                dtypes.setdefault(arrays[name].dtype.name, name)
        if len(dtypes) > 1:
            came = " and ".join(f"{dtype} ({name})" for dtype, name in dtypes.items())
            wrong.append(f"all must be of one dtype, {came} came")
        if wrong:
            raise ValueError(f"parameters: {'; '.join(wrong)}")


def unknown(who: str, kind: str, name: object, known: Iterable[str]) -> ValueError:
    """The error for a name that does not exist."""
    return ValueError(f"{who}: no {kind} {name!r}; there is: {', '.join(known)}")


def mismatches(came: Iterable[str], needed: Iterable[str]) -> Iterator[str]:
    """Names that came and are not needed, or the other way around, in words."""
    yield from (f"{name} is missing" for name in needed if name not in came)
    yield from (f"{name} is unknown" for name in came if name not in needed)


def _fault(array: Any, shape: tuple[int, ...]) -> str | None:
    """What an array must be, and what it is instead; nothing if it fits."""
    if not isinstance(array, np.ndarray):
        return f"a NumPy array, {type(array).__name__}"
    if array.shape != shape:
        return f"{shape}, {array.shape}"
    if array.dtype not in (np.dtype("float32"), np.dtype("float64")):
        return f"float32 or float64, {array.dtype}"
    finite = np.isfinite(array)
    return None if finite.all() else f"finite, {array[~finite][0]}"


def first_value(
    name: str, shape: tuple[int, ...], rng: np.random.Generator
) -> np.ndarray:
    """Zeros for biases and means, ones for other vectors, and else Glorot's uniform.

    Source: Glorot and Bengio 2010, equation 16. Every element of a filter counts as
    an input, and as an output.
    """
    if len(shape) == 1:
        kind = name.rpartition(".")[2]
        return np.ones(shape) if kind in ("weight", "variance") else np.zeros(shape)
    fans = shape if len(shape) == 2 else (shape[0], shape[1])
    bound = np.sqrt(6 / (sum(fans) * int(np.prod(shape[2:]))))
    return rng.uniform(-bound, bound, shape)


def normal(scale: float) -> First:
    """First values from a normal distribution with this standard deviation."""
    return lambda name, shape, rng: rng.normal(scale=scale, size=shape)


def remembering(
    name: str, shape: tuple[int, ...], rng: np.random.Generator
) -> np.ndarray:
    """The first bias of an LSTM: zeros, but ones for what it forgets by.

    Source: Jozefowicz, Zaremba and Sutskever 2015.
    """
    return np.repeat([0.0, 1.0, 0.0, 0.0], shape[0] // 4)
