"""Evaluation: metrics of a model over a data set."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol

import numpy as np

from ..core import tree
from ..core.compile import compile
from ..core.elements import tensor
from ..core.errors import RangeError, ShapeError
from .metrics import Metric, average


class Batches(Protocol):
    """Where batches come from, as `data.Loader`: an order for every epoch."""

    def __len__(self) -> int:
        """How many batches an epoch has."""

    def epoch(self, number: int, *, start: int = 0) -> Iterator[Any]:
        """The batches (x, y) of an epoch, from the one with the number `start` on."""


def evaluate(
    model: Callable[[Any], Any],
    data: Batches | tuple[Any, Any],
    metrics: Mapping[str, Metric | Callable[[Any, Any], Any]],
    *,
    batch_size: int = 256,
    compiled: bool = False,
) -> dict[str, Any]:
    """What metrics say about a model as it is used after training.

    Parameters
    ----------
    data : loader, or arrays (x, y)
        Arrays are taken in batches of `batch_size`, the last one smaller.
    metrics : mapping of names to metrics
        A function (prediction, y) -> number is averaged, weighted by batch size.
    compiled : bool
        Whether the model is captured once and replayed for every batch.

    Returns
    -------
    dict
        By the same names: a Python number, or a NumPy array where there are several.

    Raises
    ------
    RangeError
        If there is no example, or `batch_size` is not positive.
    ShapeError
        If the arrays differ in length.
    """
    used = {
        name: metric if isinstance(metric, Metric) else average(metric)
        for name, metric in metrics.items()
    }
    apply = _apply if not compiled else _compiled_apply
    states = {name: metric.init() for name, metric in used.items()}
    is_empty = True
    for batch in _batches(data, batch_size):
        x, y = tree.map(tensor, tuple(batch))
        prediction = apply(model, x)
        states = {name: used[name].update(states[name], prediction, y) for name in used}
        is_empty = False
    if is_empty:
        raise RangeError("evaluate: data: at least one example is needed, none came")
    return {name: _plain(used[name].result(states[name])) for name in used}


def _apply(model: Callable[[Any], Any], x: Any) -> Any:
    return model(x)


# One for all calls: the model is an argument, so a trained one needs no new capture.
_compiled_apply = compile(_apply)


def _batches(
    data: Batches | tuple[Any, Any], batch_size: int
) -> Iterator[tuple[Any, Any]]:
    if not isinstance(data, tuple):
        yield from data.epoch(0)
        return
    x, y = data
    if batch_size < 1:
        raise RangeError(f"evaluate: batch_size must be positive, {batch_size} came")
    if np.ndim(x) == 0 or np.ndim(y) == 0 or len(x) != len(y):
        raise ShapeError(
            f"evaluate: x and y must have as many examples, x is {np.shape(x)} and y "
            f"is {np.shape(y)}"
        )
    for start in range(0, len(x), batch_size):
        yield x[start : start + batch_size], y[start : start + batch_size]


def _plain(result: Any) -> Any:
    return result.item() if result.size == 1 else result.numpy()
