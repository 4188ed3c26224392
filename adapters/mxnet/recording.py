"""What the layers of a model compute, and how long, in MXNet.

Hooks see what passes.
"""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import Any

from mxnet import nd
from mxnet.gluon import Block

from ..clock import Clock
from ..contract import in_order

_Run = Callable[[], object]


def activations(model: Block, names: Collection[str], run: _Run) -> dict[str, Any]:
    """The first result of each of these layers while `run` uses the model, by name.

    Arrays, or symbols, if the model is being written down as a graph.
    """
    seen: dict[str, Any] = {}
    with _observed(model, names, lambda name: None, seen.setdefault):
        run()
    return in_order("mxnet", seen, names)


def layer_seconds(model: Block, names: Collection[str], run: _Run) -> dict[str, float]:
    """The seconds of the first call of each of these layers, by name.

    MXNet computes behind the program's back: each layer starts when all before it is
    done, and is waited for.
    """
    clock = Clock(wait=lambda arrays: nd.waitall())
    with _observed(model, names, clock.before, clock.after):
        run()
    return clock.seconds(names)


@contextmanager
def _observed(
    model: Block,
    names: Collection[str],
    before: Callable[[str], None],
    after: Callable[[str, Any], object],
) -> Iterator[None]:
    """Call `before(name)` and `after(name, out)` around every call of these layers."""

    def enter(name: str) -> Callable[..., None]:
        return lambda layer, inputs: before(name)

    def leave(name: str) -> Callable[..., object]:
        return lambda layer, inputs, out: after(name, out)

    handles = []
    for name, layer in _layers(model, ""):
        if name in names:
            handles.append(layer.register_forward_pre_hook(enter(name)))
            handles.append(layer.register_forward_hook(leave(name)))
    try:
        yield
    finally:
        for handle in handles:
            handle.detach()


def _layers(block: Block, path: str) -> Iterator[tuple[str, Block]]:
    for name, child in block._children.items():
        yield f"{path}{name}", child
        yield from _layers(child, f"{path}{name}.")
