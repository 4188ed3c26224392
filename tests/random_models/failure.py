"""What is said where frameworks differ: the model, the place, and programs for it.

Each program is one framework's own code and prints the array that differs.
"""

from __future__ import annotations

from pathlib import Path

from random_models.comparison import Difference, difference, exception, truth
from random_models.frameworks import Frameworks
from random_models.model import Model
from random_models.program import program
from random_models.worker import LAYERS


def found(model: Model, frameworks: Frameworks) -> Difference | None:
    """The first difference between the frameworks, if there is one."""
    outcomes = frameworks.run_all(model)
    return exception(outcomes) or difference(
        model, outcomes, truth(model, frameworks, outcomes)
    )


def programs(
    model: Model, differs: Difference, names: list[str], layers: Path = LAYERS
) -> dict[str, str]:
    """A program for each framework, which prints what differs."""
    place = differs.name or model.layers[-1].name
    return {
        name: program(
            name, model, place, is_gradient=differs.is_gradient, layers=layers
        )
        for name in names
    }


def check(model: Model, frameworks: Frameworks) -> None:
    """Fail, with all that helps, if the frameworks differ."""
    differs = found(model, frameworks)
    if differs is None:
        return
    parts = [f"{differs}\n{model}"]
    for name, text in programs(model, differs, list(frameworks)).items():
        versions = ", ".join(f"{n} {v}" for n, v in frameworks.versions[name].items())
        parts.append(f"---- {name} ({versions})\n{text}")
    raise AssertionError("\n\n".join(parts))
