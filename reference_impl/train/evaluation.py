"""Evaluation: metrics of a model over a data set."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from ..core.compile import compile
from ..core.errors import DtypeError, RangeError, ShapeError
from ..core.number import check_at_least
from .batches import Batches, pair
from .metrics import Metric, average


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
        A function (prediction, y) -> number is averaged, weighted by batch size;
        `metrics.py` says which metrics are functions.
    compiled : bool
        Whether the model is captured once and replayed for every batch.

    Returns
    -------
    dict
        By the same names: a Python number, or a NumPy array where there are several.

    Raises
    ------
    DtypeError
        If the data are something else, such as a whole `Dataset`, or metrics have no
        names.
    RangeError
        If there is no example, or `batch_size` is not positive.
    ShapeError
        If the arrays differ in length, or a loader has batches that are no pairs.
    """
    if not isinstance(metrics, Mapping):
        raise DtypeError(
            f"evaluate: metrics must be a mapping, such as "
            f"{{'accuracy': train.accuracy}}; a {type(metrics).__name__} came"
        )
    used = {
        name: metric if isinstance(metric, Metric) else average(metric)
        for name, metric in metrics.items()
    }
    apply = _apply if not compiled else _compiled_apply
    states = {name: metric.init() for name, metric in used.items()}
    is_empty = True
    for batch in _batches(data, batch_size):
        x, y = pair("evaluate: data", batch)
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
    if isinstance(data, tuple) and len(data) == 2:
        yield from _parts(*data, batch_size)
    elif hasattr(data, "epoch"):
        yield from data.epoch(0)
    else:
        size = f" of {len(data)}" if isinstance(data, tuple) else ""
        raise DtypeError(
            f"evaluate: data must be a loader or a tuple (x, y) of arrays, "
            f"a {type(data).__name__}{size} came"
        )


def _parts(x: Any, y: Any, batch_size: int) -> Iterator[tuple[Any, Any]]:
    check_at_least("evaluate", 1, batch_size=batch_size)
    if np.ndim(x) == 0 or np.ndim(y) == 0 or len(x) != len(y):
        raise ShapeError(
            f"evaluate: x and y must have as many examples, x is {np.shape(x)} and y "
            f"is {np.shape(y)}"
        )
    for start in range(0, len(x), batch_size):
        yield x[start : start + batch_size], y[start : start + batch_size]


def _plain(result: Any) -> Any:
    return result.item() if result.size == 1 else result.numpy()
