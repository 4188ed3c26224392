"""What the layers of a model compute, and how long, in TensorFlow.

Keras has no hooks: classes put around those of the layers see what passes.
"""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import Any

import keras
import tensorflow as tf
from keras import layers

from ..clock import Clock
from ..contract import in_order

_Run = Callable[[], object]


def activations(
    model: keras.Model, names: Collection[str], run: _Run
) -> dict[str, tf.Tensor]:
    """The first result of each of these layers while `run` uses the model, by name.

    Channels come first.
    """
    seen: dict[str, tf.Tensor] = {}
    with _observed(model, names, lambda name: None, seen.setdefault):
        run()
    if any(isinstance(x, layers.Conv1D | layers.Conv2D) for x in _layers(model)):
        seen = {name: _channels_first(x) for name, x in seen.items()}
    return in_order("tensorflow", seen, names)


def layer_seconds(
    model: keras.Model, names: Collection[str], run: _Run
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
    model: keras.Model,
    names: Collection[str],
    before: Callable[[str], None],
    after: Callable[[str, tf.Tensor], object],
) -> Iterator[None]:
    """Call `before(name)` and `after(name, out)` around every call of these layers.

    Much of a layer's time is what Keras does before it comes to `call`; so each gets a
    class of its own, where Python looks for `__call__`.
    """
    kinds = {layer: type(layer) for layer in _layers(model) if layer.name in names}
    for layer, kind in kinds.items():
        layer.__class__ = _observing(kind, before, after)
    try:
        yield
    finally:
        for layer, kind in kinds.items():
            layer.__class__ = kind


def _observing(kind: Any, before: Callable, after: Callable) -> Any:
    """A class of layers whose calls are observed."""

    class Observed(kind):
        def __call__(self, *inputs: Any, **options: Any) -> tf.Tensor:
            before(self.name)
            out = kind.__call__(self, *inputs, **options)
            after(self.name, out)
            return out

    return Observed


def _channels_first(x: tf.Tensor) -> tf.Tensor:
    """(N, L, C) to (N, C, L), (N, H, W, C) to (N, C, H, W)."""
    rank = len(x.shape)
    return tf.transpose(x, (0, rank - 1, *range(1, rank - 1))) if rank > 2 else x


def _layers(model: keras.Model) -> Iterator[layers.Layer]:
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            yield from _layers(layer)
        else:
            yield layer
