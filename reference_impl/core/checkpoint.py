"""Functions whose inner values are computed again instead of kept."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from .body import output_dtypes, output_shapes, pulled_through, pushed_through
from .closure import Arguments, as_op, fresh, traced
from .device import HOST
from .dtype import ANY
from .errors import CaptureError
from .kinds import general
from .replay import run

__all__ = ["checkpoint"]


def _derived(walk: Callable[..., Any], *args: Any) -> Any:
    """What a walk through a graph finds, which may hold checkpoints in turn."""
    try:
        return walk(*args)
    except RecursionError:
        raise CaptureError(
            "checkpoint: Python's stack has no room to go through so many checkpoints "
            "inside of one another; put them one after another"
        ) from None


@general(
    vjp=lambda g, out, *inputs, body: _derived(pulled_through, body, inputs, g),
    jvp=lambda tangents, out, *inputs, body: _derived(
        pushed_through, body, inputs, tangents
    ),
    shape=output_shapes,
    dtype=output_dtypes,
    kinds=ANY,
    domain=lambda draw: [],
)
def _checkpoint(*inputs, body, device=HOST):
    """Run a graph whose inner values are not kept."""
    return run(body, inputs, device)


def checkpoint(function: Callable[..., Any]) -> Callable[..., Any]:
    """The same function, whose inner values are computed again when they are needed.

    Memory between the forward and the backward pass then holds its arguments, and the
    names of the ops that were applied to them; the price is a second forward pass.

    Parameters
    ----------
    function : callable
        Pure, of trees, to a tree of tensors.

    Raises
    ------
    CaptureError
        In a derivative, if more than about a hundred stand inside of one another.

    Notes
    -----
    Source: Griewank and Walther 2000; Chen et al. 2016.
    """

    @functools.wraps(function)
    def computed(*args: Any) -> Any:
        arguments = Arguments(args)
        begin = functools.partial(fresh, "checkpoint")
        call = traced(function, arguments, begin, name="body")
        return as_op(_checkpoint, call, [*arguments.tensors, *call.free])

    return computed
