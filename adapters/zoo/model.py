"""What a model is, told once for all frameworks: names, shapes, data and a recipe.

Canonical layouts: the weight of a linear layer is (D_in, D_out), filters are
(F, C, H, W) for images and (F, C, K) for sequences; a table has a row for each token;
the gates of an LSTM stand in the order i f g o with one bias, those of a GRU in the
order r z n with two, of which the second is added before the reset. A running variance
is that of the population.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

Arrays = dict[str, np.ndarray]
Shapes = dict[str, tuple[int, ...]]
First = Callable[[str, tuple[int, ...], np.random.Generator], np.ndarray]

# What all normalisations and rectifiers of the zoo share; powers of two, see Optimiser.
EPS = 2.0**-17  # of the variance, in batch and layer normalisation
BATCH_NORM_MOMENTUM = 0.125  # the share of a batch in the running statistics
SLOPE = 0.25  # of a leaky rectifier


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
        "momentum": v <- momentum v + g, then p <- p - lr v. "adam": m and v are means
        of g and g^2 that forget with beta1 and beta2, divided by what they lack in
        step t, 1 - beta^t; then p <- p - lr m / (sqrt(v) + eps).
    settings : dict
        `lr` and `momentum`, or `lr`, `beta1`, `beta2` and `eps`.
    """

    name: str
    settings: Mapping[str, float]

    def as_dict(self) -> dict[str, Any]:
        """The name and the numbers side by side."""
        return {"name": self.name, **self.settings}


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
            If an array is missing, unknown, of another shape or another dtype.
        """
        shapes = self.shapes | self.statistics
        wrong = [f"{name} is missing" for name in shapes if name not in arrays]
        wrong += [f"{name} is unknown" for name in arrays if name not in shapes]
        known = {name: array for name, array in arrays.items() if name in shapes}
        for name, array in known.items():
            if array.shape != shapes[name]:
                wrong.append(f"{name} must be {shapes[name]}, {array.shape} came")
        dtypes = sorted({array.dtype.name for array in known.values()})
        if dtypes not in (["float32"], ["float64"], []):
            wrong.append(f"all must be float32 or float64, {', '.join(dtypes)} came")
        if wrong:
            raise ValueError(f"parameters: {'; '.join(wrong)}")


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
