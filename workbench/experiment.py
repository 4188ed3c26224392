"""The experiment: a value that says everything a framework needs to know.

Two experiments that are equal have equal inputs: parameters, samples and the order of
the samples are computed here, with NumPy, and every framework reads the same arrays.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from dataclasses import dataclass
from typing import Any

import numpy as np

from adapters.contract import MODELS, Arrays
from reference_impl.data import Dataset, diabetes, digits

from .equality import NOISE_RUNS
from .errors import UserError, unknown

DATA = {"linear_regression": diabetes, "mlp": digits}
RATES = {"linear_regression": 0.01, "mlp": 0.05}
METRICS = {"mean_squared_error": "mean squared error", "cross_entropy": "accuracy"}

DTYPES = ("float64", "float32")
MOST_STEPS = 100_000
SNAPSHOTS = (10, 100)  # steps after which the parameters are compared too


@dataclass(frozen=True)
class Experiment:
    """A model, its data and the way it is trained.

    Attributes
    ----------
    model : str
    steps, batch : int
        Updates, and samples for each update.
    lr, momentum : float
    threads : int
    seed : int
        Of the parameters and of the order of the samples.
    """

    model: str
    steps: int = 200
    batch: int = 64
    lr: float = 0.05
    momentum: float = 0.9
    threads: int = 1
    seed: int = 0

    @property
    def id(self) -> str:
        """A name that stays the same as long as nothing of the experiment changes."""
        text = json.dumps(dataclasses.asdict(self), sort_keys=True)
        return f"{self.model}-{hashlib.sha256(text.encode()).hexdigest()[:10]}"

    def as_json(self) -> dict[str, Any]:
        """All fields, and the id."""
        return {"id": self.id, **dataclasses.asdict(self)}

    def data(self) -> Dataset:
        """The samples, in float64."""
        return DATA[self.model]()

    def inputs(self, dtype: str) -> Arrays:
        """Everything that crosses to a framework, in one floating-point dtype.

        Numbers are rounded to float32 first, so that both dtypes start from the same.

        Shapes
        ------
        parameter/NAME, direction/NAME  as the model's canonical parameters
        train_x, train_y, test_x, test_y
        order  (steps, batch), integers: the samples of every update
        """
        rng = np.random.default_rng(self.seed)
        data = self.data()
        shapes = MODELS[self.model].shapes
        arrays: Arrays = {f"parameter/{n}": _initial(rng, s) for n, s in shapes.items()}
        arrays |= {f"direction/{n}": rng.normal(size=s) for n, s in shapes.items()}
        arrays |= data._asdict()
        order = [rng.permutation(len(data.train_x)) for _ in range(self.epochs(data))]
        for name, array in arrays.items():
            if array.dtype.kind == "f":
                arrays[name] = array.astype(np.float32).astype(dtype)
        per_epoch = len(data.train_x) // self.batch
        rows = np.concatenate([o[: per_epoch * self.batch] for o in order])
        arrays["order"] = rows.reshape(-1, self.batch)[: self.steps]
        return arrays

    @property
    def snapshots(self) -> list[int]:
        """The steps, of those that are made, after which parameters are compared."""
        return [step for step in SNAPSHOTS if step <= self.steps]

    def shapes(self, dtype: str) -> dict[str, tuple[int, ...]]:
        """The shape of everything that a framework answers, by name."""
        model = MODELS[self.model]
        widths = model.widths()
        samples, width = len(self.data().test_x), widths[model.layers[-1]]
        shapes: dict[str, tuple[int, ...]] = {
            f"activation/{layer}": (self.batch, widths[layer]) for layer in model.layers
        }
        shapes |= {"whole": (self.batch, width), "prediction": (samples, width)}
        shapes |= {"loss": (), "losses": (self.steps,)}
        moments = ["gradient", *(f"after {n}" for n in self.snapshots), "trained"]
        for moment in moments:
            shapes |= {f"{moment}/{name}": s for name, s in model.shapes.items()}
        if dtype == "float64":
            return shapes | {"slope": ()}
        for step in self.snapshots:
            for run in range(NOISE_RUNS):
                again = f"after {step}, run {run}"
                shapes |= {f"{again}/{name}": s for name, s in model.shapes.items()}
        return shapes

    def epochs(self, data: Dataset) -> int:
        """How often the training samples are gone through, the last time in part."""
        return -(-self.steps // (len(data.train_x) // self.batch))

    def metric(self, prediction: np.ndarray, target: np.ndarray) -> dict[str, Any]:
        """How good a prediction is, by name."""
        name = METRICS[MODELS[self.model].loss]
        if name == "accuracy":
            return {
                "name": name,
                "value": float((prediction.argmax(1) == target).mean()),
            }
        return {"name": name, "value": float(((prediction - target) ** 2).mean())}


def experiment(model: str, **options: Any) -> Experiment:
    """The experiment on a model, with its own learning rate unless one is given.

    Raises
    ------
    UserError
        If there is no such model, or a number is out of range.
    """
    if model not in MODELS:
        raise unknown("model", model, MODELS)
    made = Experiment(model, **{"lr": RATES[model], **options})
    samples = len(made.data().train_x)
    if not 1 <= made.batch <= samples:
        raise UserError(f"batch must lie in [1, {samples}], {made.batch} came")
    if not 1 <= made.steps <= MOST_STEPS:
        raise UserError(f"steps must lie in [1, {MOST_STEPS}], {made.steps} came")
    if not (made.lr > 0 and 0 <= made.momentum < 1):
        raise UserError(
            f"lr must be positive and momentum in [0, 1), "
            f"{made.lr} and {made.momentum} came"
        )
    if made.seed < 0:
        raise UserError(f"seed must not be negative, {made.seed} came")
    if made.threads < 1:
        raise UserError(f"threads must be at least 1, {made.threads} came")
    return made


def _initial(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Glorot's uniform weights (Glorot and Bengio 2010, eq. 16) and zero biases."""
    if len(shape) == 1:
        return np.zeros(shape)
    bound = np.sqrt(6 / sum(shape))
    return rng.uniform(-bound, bound, shape)
