"""Which exercises there are: one for each folder `NN_name` that lies beside this file.

What an exercise is about stands in its `exercise.toml`. Nothing here imports the
library: listing the exercises is free.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent


class ExerciseError(Exception):
    """A mistake of the user; the message says what was needed and what to do."""


@dataclass(frozen=True)
class Exercise:
    """One exercise, as its `exercise.toml` declares it.

    Parameters
    ----------
    functions : tuple of str
        Dotted names of the library functions that the learner writes.
    forbidden : tuple of str
        Dotted names that a submission may not import.
    weights : dict
        What each hidden test is worth, by the name of the function that draws it.
    """

    number: str
    title: str
    goal: str
    functions: tuple[str, ...]
    forbidden: tuple[str, ...]
    weights: dict[str, int]
    folder: Path

    @property
    def task_name(self) -> str:
        """The name of the learner's file."""
        return f"{self.folder.name.partition('_')[2]}.py"

    @property
    def visible_name(self) -> str:
        """The name of the visible tests, here and beside the learner's file."""
        return f"test_{self.task_name}"


def exercises() -> list[Exercise]:
    """All exercises, by number."""
    return [_declared(path) for path in sorted(HERE.glob("[0-9][0-9]_*/exercise.toml"))]


def exercise(number: str) -> Exercise:
    """The exercise of a number; `1` and `01` are the same.

    Raises
    ------
    ExerciseError
        If there is none.
    """
    known = {each.number: each for each in exercises()}
    if number.zfill(2) not in known:
        there_is = ", ".join(f"{each.number} {each.title}" for each in known.values())
        raise ExerciseError(f"there is no exercise {number!r}; there is: {there_is}")
    return known[number.zfill(2)]


def _declared(path: Path) -> Exercise:
    entries = tomllib.loads(path.read_text(encoding="utf-8"))
    for name in ("functions", "forbidden"):
        entries[name] = tuple(entries[name])
    return Exercise(folder=path.parent, **entries)
