"""Ops with several results.

Such an op makes one node, a bundle: its `data`, `shape` and `dtype` are tuples, and so
is its cotangent. An op takes one of the results out.
"""

from __future__ import annotations

from typing import Any

from .dtype import ANY
from .kinds import general
from .tensor import Tensor


def _picked_jvp(tangents: Any, out: Tensor, bundle: Tensor, index: int) -> Any:
    return tangents[0][index]


def _picked_vjp(g: Tensor, out: Tensor, bundle: Tensor, index: int) -> Any:
    return (tuple(g if i == index else None for i in range(len(bundle.shape))),)


@general(
    vjp=_picked_vjp,
    jvp=_picked_jvp,
    shape=lambda bundle, index: bundle.shape[index],
    dtype=lambda bundle, index: bundle.dtype[index],
    kinds=ANY,
    domain=lambda draw: [],
)
def _pick(bundle, *, index):
    """Take one of the results of an op that has several."""
    return bundle[index]


def results(bundle: Tensor) -> tuple[Tensor, ...]:
    """The results of an op that has several, one tensor each."""
    return tuple(_pick(bundle, index=index) for index in range(len(bundle.shape)))
