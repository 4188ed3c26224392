"""What a plan orders: kernels, loops of kernels, and steps of libraries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..kernel import Kernel, Loop
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
