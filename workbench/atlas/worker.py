"""A process with one framework in it, which runs the witnesses of the atlas.

    python -m workbench.atlas.worker FRAMEWORK CORE,CORE

`workbench.worker` says how it is asked. A framework is used here as it comes, on the
CPU: its defaults are what the witnesses are about. Only JAX's compiler has been told to
leave out its costly passes, by `SETTINGS` in `workbench.atlas.running`.
"""

from __future__ import annotations

import importlib
import math
import sys
from types import ModuleType
from typing import Any

from atlas.places import EQUAL, THEMES
from workbench.worker import serve


class Jobs:
    """The witnesses of a framework."""

    def __init__(self, framework: str, tensor: ModuleType) -> None:
        self._tensor = tensor
        modules = (
            importlib.import_module(f"atlas.{framework}.{theme}") for theme in THEMES
        )
        self._witnesses = {
            name: function
            for module in modules
            for name, function in vars(module).items()
            if getattr(function, "__module__", None) == module.__name__
        }

    def versions(self) -> dict[str, str]:
        """The versions that results depend on."""
        return self._tensor.versions()

    def run(self, *, slug: str) -> dict[str, Any]:
        """What a witness and its equalised twin return, where they exist."""
        names = {"prints": slug, "equal": slug + EQUAL}
        return {
            key: self._outcome(self._witnesses[name])
            for key, name in names.items()
            if name in self._witnesses
        }

    def _outcome(self, witness: Any) -> Any:
        try:
            return self._plain(witness())
        # A refusal is an answer too, of whatever class the framework chose.
        except Exception as error:
            return f"raises {type(error).__name__}"

    def _plain(self, x: Any) -> Any:
        """What JSON can hold: numbers, texts and lists of them."""
        if isinstance(x, (str, bool, int)):
            return x
        if isinstance(x, float):
            return x if math.isfinite(x) else str(x)
        if isinstance(x, (list, tuple)):
            return [self._plain(part) for part in x]
        array = self._tensor.to_numpy(x)
        # MXNet has no arrays without axes: one with a single element is its number.
        return self._plain(array.item() if array.size == 1 else array.tolist())


def main(framework: str, cores: str) -> None:
    """Answer what `Jobs` can be asked."""
    serve(
        f"adapters.{framework}.tensor",
        lambda module, threads: Jobs(framework, module),
        cores,
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
