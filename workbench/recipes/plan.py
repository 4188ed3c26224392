"""What is to be trained, and which trainings are of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from adapters.contract import MODES

from ..experiment import Experiment, recipe
from . import source
from .store import Place, Training

SEEDS, NOISE_SEEDS = 5, 1


@dataclass(frozen=True)
class Task:
    """An experiment on one framework; with noise, trained twice."""

    experiment: Experiment
    framework: str
    with_noise: bool

    @property
    def mode(self) -> str:
        """The mode that the framework's users reach for first."""
        return MODES[self.framework][0]

    @property
    def place(self) -> Place:
        """Where its training is kept."""
        one = self.experiment
        return one.model, self.framework, self.mode, one.seed

    @property
    def source(self) -> str:
        """A hash of the code that trains it."""
        return source.of(self.framework, self.experiment.model)

    def __str__(self) -> str:
        return f"{self.experiment.model}, {self.framework}, seed {self.experiment.seed}"

    def fits(self, training: Training) -> bool:
        """Whether a training is of this task, by today's code and any versions."""
        return (
            training.place == self.place
            and training.experiment == self.experiment.id
            and training.machine is not None
            and (training.noise is not None or not self.with_noise)
            and training.source == self.source
        )

    def is_done(self, training: Training, versions: dict[str, str]) -> bool:
        """Whether this training need not be made again."""
        return self.fits(training) and training.versions == versions


def plan(
    models: Iterable[str],
    frameworks: Sequence[str],
    seeds: int = SEEDS,
    noise: int = NOISE_SEEDS,
) -> list[Task]:
    """Seed after seed, so that the first tell how long the others will take."""
    names = list(dict.fromkeys(models))
    return [
        Task(experiment, framework, with_noise=experiment.seed < noise)
        for seed in range(seeds)
        for experiment in [recipe(model, seed=seed) for model in names]
        for framework in frameworks
    ]


def fitting(tasks: Sequence[Task], trainings: Sequence[Training]) -> list[Training]:
    """The trainings of some tasks, without those by other recipes or by older code."""
    known = {training.place: training for training in trainings}
    return [
        known[task.place]
        for task in tasks
        if task.place in known and task.fits(known[task.place])
    ]
