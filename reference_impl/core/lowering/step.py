"""What a plan orders: kernels, loops of kernels, and steps of libraries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..kernel import Buffer, Kernel, Loop
from ..op import Op
from .view import View


@dataclass(frozen=True, eq=False, slots=True)
class Library:
    """An op computed by its rule: LAPACK's, the FFT's, NumPy's own.

    Attributes
    ----------
    why : str
        It is no kernel.
    """

    op: Op
    inputs: tuple[View, ...]
    attrs: dict[str, Any]
    outputs: tuple[View, ...]
    why: str


Step = Kernel | Loop | Library


def buffers_read(step: Step) -> set[Buffer]:
    """The buffers of which a step reads something."""
    if isinstance(step, Library):
        return {view.buffer for view in step.inputs}
    return {ref.buffer for each in _kernels(step) for ref in each.refs(each.reads)}


def buffers_written(step: Step) -> set[Buffer]:
    """The buffers of which a step writes something."""
    if isinstance(step, Library):
        return {view.buffer for view in step.outputs}
    return {ref.buffer for each in _kernels(step) for ref in each.refs(each.writes)}


def buffers_touched(step: Step) -> set[Buffer]:
    """The buffers of which a step reads or writes something."""
    return buffers_read(step) | buffers_written(step)


def _kernels(step: Kernel | Loop) -> tuple[Kernel, ...]:
    return step.body if isinstance(step, Loop) else (step,)
