"""Ways to run in the reference framework: a captured graph, or op by op."""

from collections.abc import Callable

import reference_impl as ri
from reference_impl import nn


def compiled(function: Callable, model: nn.Sequential, mode: str) -> Callable:
    """The function, run in this mode."""
    return ri.compile(function) if mode == "compiled" else function
