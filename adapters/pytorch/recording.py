"""What the layers of a model compute, and how long, in PyTorch.

Hooks see what passes.
"""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn

from ..clock import Clock
from ..contract import in_order

_Run = Callable[[], object]


@torch.no_grad()
def activations(
    model: nn.Module, names: Collection[str], run: _Run
) -> dict[str, torch.Tensor]:
    """The first result of each of these layers while `run` uses the model, by name."""
    seen: dict[str, torch.Tensor] = {}

    def after(name: str, out: Any) -> None:
        # A recurrent layer returns its last state beside the results.
        seen.setdefault(name, out[0] if isinstance(out, tuple) else out)

    with _observed(model, names, lambda name: None, after):
        run()
    return in_order("pytorch", seen, names)


@torch.no_grad()
def layer_seconds(
    model: nn.Module, names: Collection[str], run: _Run
) -> dict[str, float]:
    """The seconds of the first call of each of these layers, by name.

    On a CPU the result is there when a call returns.
    """
    clock = Clock()
    with _observed(model, names, clock.before, clock.after):
        run()
    return clock.seconds(names)


@contextmanager
def _observed(
    model: nn.Module,
    names: Collection[str],
    before: Callable[[str], None],
    after: Callable[[str, Any], None],
) -> Iterator[None]:
    """Call `before(name)` and `after(name, out)` around every call of these layers."""

    def enter(name: str) -> Callable[..., None]:
        return lambda layer, inputs: before(name)

    def leave(name: str) -> Callable[..., None]:
        return lambda layer, inputs, out: after(name, out)

    handles = []
    for name in names:
        layer = model.get_submodule(name)
        handles.append(layer.register_forward_pre_hook(enter(name)))
        handles.append(layer.register_forward_hook(leave(name)))
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()
