"""What trainings say together: a row for each model and framework."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from adapters.contract import FRAMEWORKS
from adapters.zoo import MODELS

from ..experiment import recipe
from .equivalence import LEVEL, MARGINS, PAIRS, USUAL, Equivalence, equivalence
from .plan import Task, fitting
from .store import SCHEMA_VERSION, Training
from .training import Troubles


@dataclass(frozen=True)
class Row:
    """One framework on one model.

    Attributes
    ----------
    values : dict
        The metric by seed.
    lacking : list of int
        The seeds that were asked for and are not there.
    reached : int
        With how many seeds it is what the recipe promises.
    is_alone : bool
        Whether no other framework was trained.
    equivalence : Equivalence or None
        With the median of the other frameworks, over the seeds that all have; those
        with one seed are left out. Nothing if fewer than two seeds or frameworks are
        left.
    metric_noise : float or None
        How much one rounding of the first values changes the metric, at most.
    loss_noise : dict or None
        The same of losses, relative, by the number of steps.
    """

    model: str
    framework: str
    mode: str
    metric: str
    promised: float
    values: dict[int, float]
    lacking: list[int]
    reached: int
    is_alone: bool
    equivalence: Equivalence | None
    metric_noise: float | None
    loss_noise: dict[int, float] | None

    @property
    def mean(self) -> float:
        """Of the metric over the seeds."""
        return float(np.mean(list(self.values.values())))

    @property
    def spread(self) -> float | None:
        """The standard deviation of the metric over the seeds, if there are two."""
        values = list(self.values.values())
        return float(np.std(values, ddof=1)) if len(values) > 1 else None

    @property
    def verdict(self) -> str:
        """Whether equality with the others is shown; `alone` if there are none."""
        if self.is_alone:
            return "alone"
        return "not shown" if self.equivalence is None else self.equivalence.verdict

    @property
    def is_good(self) -> bool:
        """Whether all seeds are there and reach the promise, and equality is shown.

        One framework alone has nothing to be equal to.
        """
        is_kept = not self.lacking and self.reached == len(self.values)
        return is_kept and self.verdict in ("alone", "equivalent")

    def as_json(self) -> dict[str, Any]:
        """All fields, the mean, the spread and the verdict."""
        facts = {"mean": self.mean, "spread": self.spread, "verdict": self.verdict}
        return dataclasses.asdict(self) | facts


@dataclass(frozen=True)
class Tally:
    """How much of a plan is measured, and what that shows.

    Attributes
    ----------
    rows, equivalent, different : int
        Models times frameworks: planned, and with such a verdict.
    trainings, waiting : int
        Planned, and not made yet by today's code.
    mixed : list of str
        Frameworks of whose trainings some are by other versions than the rest.
    """

    rows: int
    equivalent: int
    different: int
    trainings: int
    waiting: int
    mixed: list[str]

    @property
    def is_complete(self) -> bool:
        """Whether nothing is waiting, and nothing is mixed."""
        return not self.waiting and not self.mixed

    def __str__(self) -> str:
        unknown = self.rows - self.equivalent - self.different
        said = (
            f"{self.equivalent} of {self.rows} rows equivalent, {unknown} not shown, "
            f"{self.different} different; {self.waiting} of {self.trainings} trainings "
            f"are still to be done"
        )
        return said + "".join(f"; {name} is of mixed versions" for name in self.mixed)


def tally(tasks: Sequence[Task], trainings: Sequence[Training]) -> Tally:
    """Hold the trainings of a file against a plan; what is not planned is left out."""
    planned = fitting(tasks, trainings)
    seeds = sorted({task.experiment.seed for task in tasks})
    verdicts = [row.verdict for row in rows(planned, seeds)]
    return Tally(
        rows=len({(task.experiment.model, task.framework) for task in tasks}),
        equivalent=verdicts.count("equivalent"),
        different=verdicts.count("different"),
        trainings=len(tasks),
        waiting=len(tasks) - len(planned),
        mixed=[name for name, found in versions(planned).items() if len(found) > 1],
    )


def versions(trainings: Sequence[Training]) -> dict[str, list[dict[str, str]]]:
    """By framework, the different versions that trained."""
    found: dict[str, list[dict[str, str]]] = {}
    for one in trainings:
        known = found.setdefault(one.framework, [])
        if one.versions not in known:
            known.append(one.versions)
    return found


def rows(trainings: Sequence[Training], seeds: Sequence[int]) -> list[Row]:
    """A row for each model and framework that was trained at all.

    Parameters
    ----------
    seeds
        Those that were asked for.
    """
    by_model: dict[str, dict[str, list[Training]]] = {}
    for one in sorted(trainings, key=lambda training: training.seed):
        by_model.setdefault(one.model, {}).setdefault(one.framework, []).append(one)
    return [
        _row(name, frameworks, seeds)
        for model in MODELS
        if (frameworks := by_model.get(model))
        for name in FRAMEWORKS
        if name in frameworks
    ]


def _row(name: str, frameworks: dict[str, list[Training]], seeds: Sequence[int]) -> Row:
    own, (first, *_) = frameworks[name], frameworks[name]
    values = {framework: _values(each) for framework, each in frameworks.items()}
    noisy = [one for one in own if one.noise is not None]
    experiment = recipe(first.model)
    return Row(
        model=first.model,
        framework=name,
        mode=first.mode,
        metric=first.metric,
        promised=MODELS[first.model].reaches,
        values=values[name],
        lacking=[seed for seed in seeds if seed not in values[name]],
        reached=sum(map(experiment.reaches, values[name].values())),
        is_alone=len(values) == 1,
        equivalence=_equivalence(name, values, first.metric),
        metric_noise=max((_metric_noise(one) for one in noisy), default=None),
        loss_noise=_loss_noise(noisy),
    )


def _values(trainings: Sequence[Training]) -> dict[int, float]:
    return {one.seed: one.value for one in trainings}


def _equivalence(
    name: str, values: dict[str, dict[int, float]], metric: str
) -> Equivalence | None:
    """With the others, over the seeds that all have; one seed alone pairs with none."""
    known = {other: each for other, each in values.items() if len(each) > 1}
    if name not in known:
        return None
    seeds = sorted(set.intersection(*map(set, known.values())))
    if len(seeds) < 2:
        return None
    shared = {other: [each[s] for s in seeds] for other, each in known.items()}
    return equivalence(name, shared, metric)


def _metric_noise(one: Training) -> float:
    assert one.noise is not None
    return abs(one.noise["value"] - one.value)


def _loss_noise(noisy: Sequence[Training]) -> dict[int, float] | None:
    found: dict[int, float] = {}
    for one in noisy:
        assert one.noise is not None
        for step, difference in one.noise["losses"].items():
            found[int(step)] = max(found.get(int(step), 0.0), difference)
    return found or None


def document(
    rows: Sequence[Row], trainings: Sequence[Training], troubles: Troubles
) -> dict[str, Any]:
    """The trainings that were asked for, and what they say together."""
    return {
        "schema": SCHEMA_VERSION,
        "level": LEVEL,
        "pairs": PAIRS,
        "margins": {
            name: dataclasses.asdict(margin)
            for name, margin in {**MARGINS, "others": USUAL}.items()
        },
        **dataclasses.asdict(troubles),
        "rows": [row.as_json() for row in rows],
        "trainings": [dataclasses.asdict(training) for training in trainings],
    }
