"""Rows that are found by their numbers, and labels, as kernels.

A number out of range must be an error, and a kernel cannot raise one, so the numbers
are looked at before anything runs. That is possible where they are an input of the
graph; where they are computed, the op is a step of a library.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..kernel import Kernel, Source
from ..kernels import cross_entropy
from ..kernels.rows_by_number import added_rows, taken_rows
from ..ops.creation import check_labels
from ..ops.gathering import row_numbers
from .draft import fill
from .view import View


@dataclass(frozen=True, eq=False)
class Check:
    """Numbers that must be in a range, and who complains if they are not."""

    numbers: View
    low: int
    high: int
    complain: Callable[[np.ndarray], Any]

    def __call__(self, numbers: np.ndarray) -> None:
        """Raise the op's own error if a number is below `low` or not below `high`."""
        if numbers.size and not (
            self.low <= numbers.min() and numbers.max() < self.high
        ):
            self.complain(numbers)


def _check_rows(numbers: View, table: View, who: str) -> Check:
    def complain(came: np.ndarray) -> None:
        row_numbers((came,), (0,), table.shape, who=who)

    size = table.shape[0]
    return Check(numbers, -size, size, complain)


def gathered(x: View, rows: View, out: View) -> tuple[list[Kernel], Check]:
    """Take the rows at positions along the first axis; all are in row-major order."""
    size, *rest = x.shape
    D, count = math.prod(rest), math.prod(rows.shape)
    nbytes = D * x.dtype.itemsize
    kernel = Kernel(
        taken_rows(x.dtype, rows.dtype),
        (x.ref(), rows.ref(rows.dtype.itemsize), out.ref(nbytes), size, D, D, D),
        reads=(0, 1),
        writes=(2,),
        extent=count,
        grain=max(1, 4096 // max(D, 1)),
    )
    return [kernel], _check_rows(rows, x, "gather")


def scattered(x: View, rows: View, out: View) -> tuple[list[Kernel], Check]:
    """Add rows at positions along the first axis to zeros."""
    size, *rest = out.shape
    D, count = math.prod(rest), math.prod(rows.shape)
    kernel = Kernel(
        added_rows(x.dtype, rows.dtype),
        (x.ref(), rows.ref(), out.ref(), size, count, D, D),
        reads=(0, 1, 2),
        writes=(2,),
        extent=D,
        grain=16,
        operations=count * D,
    )
    return [*fill(out), kernel], _check_rows(rows, out, "scatter_add")


def cross_entropies(x: View, labels: View, out: View) -> tuple[list[Kernel], Check]:
    """Minus the logarithm of the softmax at the label of each row."""
    source = cross_entropy.loss(x.dtype, labels.dtype)
    return _of_rows(source, x, labels, out, 1)


def surpluses(x: View, labels: View, out: View) -> tuple[list[Kernel], Check]:
    """The softmax of each row, less 1 at its label."""
    source = cross_entropy.surplus(x.dtype, labels.dtype)
    return _of_rows(source, x, labels, out, x.shape[-1])


def _of_rows(
    source: Source, x: View, labels: View, out: View, D: int
) -> tuple[list[Kernel], Check]:
    C, size = x.shape[-1], x.dtype.itemsize
    kernel = Kernel(
        source,
        (
            x.ref(C * size),
            labels.ref(labels.dtype.itemsize),
            out.ref(D * size),
            C,
            C,
            D,
        ),
        reads=(0, 1),
        writes=(2,),
        extent=math.prod(labels.shape),
        grain=max(1, 512 // max(C, 1)),
        operations=5 * math.prod(x.shape),
    )

    def complain(came: np.ndarray) -> None:
        check_labels("softmax_cross_entropy", came, C)

    return [kernel], Check(labels, 0, C, complain)
