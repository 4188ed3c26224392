"""The file of trainings: what is in it is not trained again."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .. import atomic, machine
from ..errors import UserError

Place = tuple[str, str, str, int]
"""Model, framework, mode and seed: a newer training replaces an older one there."""

SCHEMA_VERSION = 1
ROUNDING = ("cpu", "system")  # what of a machine decides how it rounds


@dataclass(frozen=True)
class Training:
    """What came of one training by a whole recipe, in float32.

    Attributes
    ----------
    experiment : str
        Its id.
    metric : str
    value : float
        Of the metric, on samples that training has not seen.
    noise : dict or None
        What a second training, from parameters one unit in the last place off, does
        otherwise: `value` is its metric; `losses` are, by the number of steps, the
        largest relative difference of any loss so far.
    source : str
        A hash of the code that made it.
    machine : dict or None
        Where, when and with which code it was made. Nothing if the file does not say;
        such a training is made again.
    """

    experiment: str
    model: str
    framework: str
    mode: str
    seed: int
    versions: dict[str, str]
    metric: str
    value: float
    noise: dict[str, Any] | None
    source: str = ""
    machine: dict[str, Any] | None = None

    @property
    def place(self) -> Place:
        """What a newer training replaces."""
        return self.model, self.framework, self.mode, self.seed


class Store:
    """Trainings in a JSON file.

    Parameters
    ----------
    path : Path
        Read, if it is there.

    Raises
    ------
    UserError
        If it is damaged, or from a machine that rounds otherwise; it is left alone.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        trainings = read(path) if path.exists() else []
        for training in trainings:
            _check_machine(path, training)
        self._found = {training.place: training for training in trainings}

    @property
    def trainings(self) -> list[Training]:
        """All that is known."""
        return list(self._found.values())

    def training(self, place: Place) -> Training | None:
        """What is at a place."""
        return self._found.get(place)

    def keep(self, training: Training) -> None:
        """Add a training to the file, in place of an older one."""
        self._found[training.place] = training
        self._write()

    def forget(self, place: Place) -> None:
        """Remove what is there, if anything is: it could not be made again."""
        if self._found.pop(place, None) is not None:
            self._write()

    def document(self) -> dict[str, Any]:
        """What the file holds."""
        ordered = sorted(self._found.items())
        return {
            "schema": SCHEMA_VERSION,
            "trainings": [dataclasses.asdict(training) for _, training in ordered],
        }

    def _write(self) -> None:
        # A training a line: changes of a few show as such.
        document = self.document()
        lines = ",\n".join(json.dumps(fields) for fields in document.pop("trainings"))
        head = json.dumps(document)[:-1]
        text = f'{head},\n"trainings": [\n{lines}\n]}}\n'
        atomic.replace(self.path, text.encode())


def read(path: Path) -> list[Training]:
    """The trainings of a file.

    Raises
    ------
    UserError
        If it is damaged.
    """
    try:
        document = json.loads(path.read_bytes())
        if (version := document["schema"]) != SCHEMA_VERSION:
            raise ValueError(f"schema {version} instead of {SCHEMA_VERSION}")
        return [_training(fields) for fields in document["trainings"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(
            f"{path} cannot be used as a file of trainings ({_words(error)}); it "
            f"was left alone: move it away, or choose another with --save"
        ) from None


def _check_machine(path: Path, training: Training) -> None:
    """Refuse a training by a machine that rounds otherwise."""
    if (there := training.machine) is None:
        return
    here = machine.description()
    if any(here[name] != there[name] for name in ROUNDING):
        raise UserError(
            f"{path} was measured on another machine ({there['cpu']}), which may "
            f"round otherwise; it was left alone: choose another with --save"
        )


def _training(fields: dict[str, Any]) -> Training:
    training = Training(**fields)
    if not isinstance(training.value, float) or not isinstance(training.seed, int):
        raise TypeError("a value or a seed is no number")
    there = training.machine
    if there is not None and not all(isinstance(there[n], str) for n in ROUNDING):
        raise TypeError("a machine is unknown")
    return training


def _words(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"{error.args[0]!r} is missing"
    return str(error)
