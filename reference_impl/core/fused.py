"""An op that computes a whole graph at once: what fusion makes of several nodes."""

from __future__ import annotations

from typing import Any

from .body import output_dtypes, output_shapes, pulled_through, pushed_through
from .device import HOST
from .dtype import ANY
from .kinds import general
from .replay import run

__all__: list[str] = []


def _fused_vjp(g: Any, out: Any, *inputs: Any, body: Any) -> Any:
    return pulled_through(body, inputs, g)


def _fused_jvp(tangents: Any, out: Any, *inputs: Any, body: Any) -> Any:
    return pushed_through(body, inputs, tangents)


@general(
    vjp=_fused_vjp,
    jvp=_fused_jvp,
    shape=output_shapes,
    dtype=output_dtypes,
    kinds=ANY,
    domain=lambda draw: [],
)
def _fused(*inputs, body, device=HOST):
    """Compute a graph of ops on single elements and of reductions in one go."""
    return run(body, inputs, device)
