"""The file of trainings: what is in it is not trained again."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from dataclasses import MISSING, dataclass
from pathlib import Path
from typing import Any, get_type_hints

from .. import atomic, machine, stored
from ..errors import UserError
from ..misfit import beyond, lacking, misfit

Place = tuple[str, str, str, int]
"""Model, framework, mode and seed: a newer training replaces an older one there."""

SCHEMA_VERSION = 1
ROUNDING = ("cpu", "system")  # what of a machine decides how it rounds

_FILE = ("schema", "trainings")
_PARTS: dict[str, dict[str, Any]] = {  # what is needed of a dict in a training
    "noise": {"value": float, "losses": dict[str, float]},
    "machine": dict.fromkeys(ROUNDING, str),
}


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
        document = stored.json_object(path.read_text(encoding="utf-8"))
        if complaint := next(filter(None, _complaints(document)), None):
            raise ValueError(complaint)
        return [Training(**fields) for fields in document["trainings"]]
    except (OSError, ValueError) as error:
        raise UserError(
            f"{path} cannot be used as a file of trainings ({error}); it "
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


def _complaints(document: dict[str, Any]) -> Iterator[str | None]:
    """What is wrong with a file; each can only be asked if those before are nothing."""
    yield lacking("the file", document, _FILE)
    yield beyond("the file", document, _FILE)
    if (version := document["schema"]) != SCHEMA_VERSION:
        yield f"schema must be {SCHEMA_VERSION}, {version} came"
    yield misfit("trainings", document["trainings"], list[dict])
    for number, fields in enumerate(document["trainings"], start=1):
        for complaint in filter(None, _complaints_about(fields)):
            yield f"training {number}: {complaint}"


def _complaints_about(fields: dict[str, Any]) -> Iterator[str | None]:
    """What is wrong with one training, likewise."""
    kinds = get_type_hints(Training)
    needed = [f.name for f in dataclasses.fields(Training) if f.default is MISSING]
    yield lacking("it", fields, needed)
    yield beyond("it", fields, kinds)
    for name, value in fields.items():
        yield misfit(name, value, kinds[name])
    for name, parts in _PARTS.items():
        if (value := fields.get(name)) is not None:
            yield lacking(name, value, parts)
            for part, kind in parts.items():
                yield misfit(f"{name}.{part}", value[part], kind)
