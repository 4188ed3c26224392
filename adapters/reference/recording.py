"""What the layers of a model compute, and how long, in the reference framework.

A model like it is asked, with an observer around every layer.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

import reference_impl as ri
from reference_impl import nn

from ..clock import Clock
from ..contract import in_order
from .io import _longer

_Run = Callable[[Any], object]


def activations(model: Any, names: Collection[str], run: _Run) -> dict[str, ri.Tensor]:
    """The first result of each of these layers while `run` uses the model, by name."""
    seen: dict[str, ri.Tensor] = {}

    def after(name: str, out: Any) -> None:
        # A recurrent layer returns its last state beside the results.
        seen.setdefault(name, out[0] if isinstance(out, tuple) else out)

    run(_observed(model, names, lambda name: None, after))
    return in_order("reference", seen, names)


def layer_seconds(model: Any, names: Collection[str], run: _Run) -> dict[str, float]:
    """The seconds of the first call of each of these layers, by name."""
    clock = Clock()
    run(_observed(model, names, clock.before, clock.after))
    return clock.seconds(names)


@dataclass(frozen=True)
class _Observed(nn.Layer):
    """A layer with `before(name)` and `after(name, out)` around every call."""

    layer: nn.Layer
    name: str = nn.static()
    before: Callable[[str], None] = nn.static()
    after: Callable[[str, Any], None] = nn.static()

    def __call__(self, x: Any) -> Any:
        self.before(self.name)
        out = self.layer(x)
        self.after(self.name, out)
        return out

    def training(self, x: Any, key: Any = None) -> Any:
        self.before(self.name)
        out, layer = self.layer.training(x, key)
        self.after(self.name, out)
        return out, _Observed(layer, self.name, self.before, self.after)


def _observed(
    part: Any,
    names: Collection[str],
    before: Callable[[str], None],
    after: Callable[[str, Any], None],
    path: tuple[str, ...] = (),
) -> Any:
    """A tree like this one, with an observer around every layer of these names."""
    inside = {
        key: _observed(child, names, before, after, _longer(path, part, key))
        for key, child in (ri.tree.children(part) or {}).items()
    }
    part = ri.tree.with_children(part, inside) if inside else part
    name = ".".join(path)
    is_named = isinstance(part, nn.Layer) and name in names
    return _Observed(part, name, before, after) if is_named else part
