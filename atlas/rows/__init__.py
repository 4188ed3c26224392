"""The rows of the atlas, by theme."""

from ..row import Row
from . import (
    functions,
    layouts,
    losses,
    norms,
    optimisers,
    sequences,
    slopes,
    training,
    windows,
)

ROWS: tuple[Row, ...] = (
    *layouts.ROWS,
    *windows.ROWS,
    *norms.ROWS,
    *functions.ROWS,
    *losses.ROWS,
    *optimisers.ROWS,
    *sequences.ROWS,
    *slopes.ROWS,
    *training.ROWS,
)
