"""How long layers take, whatever the framework is: what stands around their calls."""

from __future__ import annotations

from collections.abc import Callable, Collection
from time import perf_counter
from typing import Any


class Clock:
    """The seconds of the first call of every layer.

    Parameters
    ----------
    wait : function, optional
        Takes the inputs or the result of a layer and returns when they are there. For
        frameworks that compute behind the program's back: a call returns too early.
    """

    def __init__(self, wait: Callable[[Any], object] = lambda arrays: None) -> None:
        self._wait = wait
        self._started: dict[str, float] = {}
        self._seconds: dict[str, float] = {}

    def before(self, name: str, inputs: Any = None) -> None:
        """To be called before the layer of this name."""
        self._wait(inputs)
        self._started[name] = perf_counter()

    def after(self, name: str, out: Any) -> None:
        """To be called with the layer's result."""
        self._wait(out)
        self._seconds.setdefault(name, perf_counter() - self._started[name])

    def seconds(self, names: Collection[str]) -> dict[str, float]:
        """Those of these layers, in their order."""
        return {name: self._seconds[name] for name in names}
