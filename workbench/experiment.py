"""The experiment: a value that says everything a framework needs to know.

Two experiments that are equal have equal inputs: first values, samples, noise and the
order of the samples are computed here, with NumPy, and every framework reads the same
arrays.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import math
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import numpy as np

from adapters.zoo import MODELS
from adapters.zoo.model import Arrays, Data, Model, Optimiser
from reference_impl.data import diabetes, digits, mnist1d

from .arrays import named
from .errors import UserError, unknown
from .examination import STEPS_OF_SLOPE

SETS = {"digits": digits, "diabetes": diabetes, "mnist1d": mnist1d}

DTYPES = ("float64", "float32")
STEPS = 200  # what is compared step by step; a recipe may take more
MOST_STEPS = 100_000
SNAPSHOTS = (10, 100)  # steps after which the parameters are compared too
NOISE_RUNS = 2  # trainings from parameters one rounding off, in float32


@dataclass(frozen=True)
class Experiment:
    """A model and the way it is trained.

    Attributes
    ----------
    model : str
        A name in `adapters.zoo.MODELS`.
    optimiser : Optimiser
    steps, batch : int
        Updates, and samples for each update.
    threads : int
    seed : int
        Of the first values, the noise and the order of the samples.
    is_native : bool
        Whether updates are each framework's own, instead of by the shared formula.
    """

    model: str
    optimiser: Optimiser
    steps: int = STEPS
    batch: int = 64
    threads: int = 1
    seed: int = 0
    is_native: bool = False

    @cached_property
    def id(self) -> str:
        """A name that changes with whatever frameworks are given, and only then."""
        fields = json.dumps(dataclasses.asdict(self), sort_keys=True)
        found = hashlib.sha256(fields.encode())
        for name, array in self.inputs("float64").items():
            found.update(f"{name} {array.dtype} {array.shape}".encode())
            found.update(np.ascontiguousarray(array).data)
        return f"{self.model}-{found.hexdigest()[:10]}"

    def as_json(self) -> dict[str, Any]:
        """All fields, and the id; the numbers of the optimiser stand among them."""
        fields = dataclasses.asdict(self)
        fields["optimiser"] = self.optimiser.name
        return {"id": self.id, **fields, **self.optimiser.settings}

    def options(self, mode: str) -> dict[str, Any]:
        """What the contract's `Trainer` has to know, as JSON has it."""
        return {
            "model": self.model,
            "mode": mode,
            "optimiser": self.optimiser.as_dict(),
            "is_native": self.is_native,
        }

    def data(self) -> Data:
        """The samples, in float64."""
        return samples(self.model)

    def inputs(self, dtype: str) -> Arrays:
        """Everything that crosses to a framework, in one floating-point dtype.

        Numbers are rounded to float32 first, so that both dtypes start from the same.

        Shapes
        ------
        parameter/NAME, direction/NAME  as the model's canonical parameters
        statistic/NAME  as its statistics
        train/NAME, test/NAME  by sample; noise for testing is among the latter
        noise/NAME  (steps, batch, ...)
        order  (steps, batch), integers: the samples of every update
        """
        model, data = MODELS[self.model], self.data()
        rng = np.random.default_rng(self.seed)
        arrays = _first_values(model, rng) | named("train", data.train)
        arrays |= named("test", data.test)
        arrays["order"] = self._order(data, rng)
        arrays |= self._noise(model, len(_any(data.test)), rng)
        return {name: _rounded(array, dtype) for name, array in arrays.items()}

    @property
    def noise_bytes(self) -> int:
        """How large the random numbers of a whole training are, in float64."""
        numbers = sum(math.prod(shape) for shape in MODELS[self.model].noise.values())
        return 8 * self.steps * self.batch * numbers

    @property
    def snapshots(self) -> list[int]:
        """The steps after which parameters are compared; of few steps, the last."""
        return [step for step in SNAPSHOTS if step <= self.steps] or [self.steps]

    def shapes(
        self, dtype: str, *, made: int | None = None, noise_runs: int = 0
    ) -> dict[str, tuple[int, ...] | None]:
        """The shape of everything that a framework answers, by name.

        None for what only has to be the same for all: layers, and predictions. One
        that made fewer steps than it was asked for has less to answer.
        """
        model, made = MODELS[self.model], self.steps if made is None else made
        shapes: dict[str, tuple[int, ...] | None] = {
            f"activation/{layer}": None for layer in model.layers
        }
        shapes |= {"whole": None, "one": None}
        for objective in model.objectives:
            shapes |= {f"loss/{objective}": (), f"losses/{objective}": (made,)}
        shapes |= named("gradient", model.shapes)
        if self.is_native:
            shapes |= named("declared", model.shapes)
        trained = model.shapes | model.statistics
        snapshots = [step for step in self.snapshots if step <= made]
        for step in snapshots:
            shapes |= named(f"after {step}", trained)
        if made == self.steps:
            shapes |= {"prediction": None} | named("trained", trained)
        if dtype == "float64":
            slopes = (len(STEPS_OF_SLOPE),)
            return shapes | named("slope", dict.fromkeys(model.objectives, slopes))
        for run in range(noise_runs if snapshots else 0):
            losses = dict.fromkeys(model.objectives, (snapshots[0],))
            shapes |= named(f"first losses, run {run}", losses)
            for step in snapshots:
                shapes |= named(f"after {step}, run {run}", trained)
        return shapes

    def metric(self, prediction: np.ndarray) -> dict[str, Any]:
        """How good predictions for the test samples are, by name."""
        return MODELS[self.model].metric(prediction, self.data().test)._asdict()

    def reaches(self, value: float) -> bool:
        """Whether a metric is as good as the model's recipe promises."""
        model = MODELS[self.model]
        if model.higher_is_better:
            return value >= model.reaches
        return value <= model.reaches

    def _order(self, data: Data, rng: np.random.Generator) -> np.ndarray:
        """Samples in random order, epoch after epoch; what is left over is skipped."""
        count = len(_any(data.train))
        per_epoch = count // self.batch
        epochs = -(-self.steps // per_epoch)
        orders = [
            rng.permutation(count)[: per_epoch * self.batch] for _ in range(epochs)
        ]
        return np.concatenate(orders).reshape(-1, self.batch)[: self.steps]

    def _noise(self, model: Model, tests: int, rng: np.random.Generator) -> Arrays:
        noise: Arrays = {}
        for name, shape in model.noise.items():
            noise[f"noise/{name}"] = rng.normal(size=(self.steps, self.batch, *shape))
            noise[f"test/{name}"] = rng.normal(size=(tests, *shape))
        return noise


def experiment(model: str, **options: Any) -> Experiment:
    """The experiment on a model, by its recipe as far as nothing else is asked.

    Parameters
    ----------
    options
        Attributes of `Experiment`, or numbers of its optimiser, such as `lr`.

    Raises
    ------
    UserError
        If there is no such model, or a number is unknown or out of range.
    """
    if model not in MODELS:
        raise unknown("model", model, MODELS)
    recipe, fields = MODELS[model], {f.name for f in dataclasses.fields(Experiment)}
    numbers = {name: value for name, value in options.items() if name not in fields}
    rest = {name: value for name, value in options.items() if name in fields}
    optimiser = _adjusted(rest.pop("optimiser", recipe.optimiser), numbers)
    made = Experiment(model, optimiser, **{"batch": recipe.batch, **rest})
    _check(made)
    return made


def recipe(model: str, **options: Any) -> Experiment:
    """The experiment that trains a model until it reaches what its recipe promises."""
    steps = MODELS[model].steps if model in MODELS else STEPS
    return experiment(model, **{"steps": steps, **options})


@cache
def samples(model: str) -> Data:
    """The samples of a model, for training and for testing."""
    one = MODELS[model]
    found = one.data() if callable(one.data) else _named_set(one.data)
    return Data(one.prepare(found.train), one.prepare(found.test))


@cache
def _named_set(name: str) -> Data:
    if name not in SETS:
        raise unknown("data set", name, SETS)
    try:
        train_x, train_y, test_x, test_y = SETS[name]()
    except (ModuleNotFoundError, ValueError) as error:  # not there, or not the one
        raise UserError(str(error)) from None
    return Data({"x": train_x, "y": train_y}, {"x": test_x, "y": test_y})


def _first_values(model: Model, rng: np.random.Generator) -> Arrays:
    values = model.first_values(rng)
    arrays = {f"parameter/{n}": a for n, a in values.items() if n in model.shapes}
    arrays |= {f"statistic/{n}": a for n, a in values.items() if n in model.statistics}
    return arrays | {
        f"direction/{n}": rng.normal(size=shape) for n, shape in model.shapes.items()
    }


def _rounded(array: np.ndarray, dtype: str) -> np.ndarray:
    return array.astype(np.float32).astype(dtype) if array.dtype.kind == "f" else array


def _any(arrays: Arrays) -> np.ndarray:
    """One of some arrays, all of which have as many samples."""
    return next(iter(arrays.values()))


def _adjusted(optimiser: Optimiser, numbers: dict[str, Any]) -> Optimiser:
    for name in numbers:
        if name not in optimiser.settings:
            raise unknown(f"number of {optimiser.name}", name, optimiser.settings)
    return dataclasses.replace(optimiser, settings={**optimiser.settings, **numbers})


def _check(made: Experiment) -> None:
    """Refuse numbers that are out of range."""
    count = len(_any(made.data().train))
    if not 1 <= made.batch <= count:
        raise UserError(f"batch must lie in [1, {count}], {made.batch} came")
    if not 1 <= made.steps <= MOST_STEPS:
        raise UserError(f"steps must lie in [1, {MOST_STEPS}], {made.steps} came")
    for name, value in made.optimiser.settings.items():
        if name in ("lr", "eps") and not 0 < value < math.inf:
            raise UserError(f"{name} must be positive and finite, {value} came")
        if name not in ("lr", "eps") and not 0 <= value < 1:
            raise UserError(f"{name} must lie in [0, 1), {value} came")
    if made.seed < 0:
        raise UserError(f"seed must not be negative, {made.seed} came")
    if made.threads < 1:
        raise UserError(f"threads must be at least 1, {made.threads} came")
