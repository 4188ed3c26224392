"""The models that every framework builds: a file for each, found by itself.

A file that has a `MODEL` is a model, and its name is the model's.
"""

from __future__ import annotations

import importlib
import math
import pkgutil

from .model import Model


def found() -> dict[str, Model]:
    """The models of this folder, those with the fewest parameters first."""
    names = [file.name for file in pkgutil.iter_modules(__path__)]
    modules = {name: importlib.import_module(f"{__name__}.{name}") for name in names}
    models = {n: m.MODEL for n, m in modules.items() if hasattr(m, "MODEL")}
    return dict(sorted(models.items(), key=lambda item: _size(item[1])))


def _size(model: Model) -> int:
    """How many numbers are trained."""
    return sum(math.prod(shape) for shape in model.shapes.values())


MODELS: dict[str, Model] = found()
