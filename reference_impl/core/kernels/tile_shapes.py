"""Which shape of tile suits a product: a search by estimated cycles."""

from __future__ import annotations

from .tiles import Tile
from .vector_unit import VectorUnit

# Of cores since about 2014: multiply-adds, loads and instructions begun in a cycle, and
# the cycles until a multiply-add can be added to.
MULTIPLY_ADDS, LOADS, INSTRUCTIONS, LATENCY = 2, 2, 4, 4
# Counting and jumping, once for all the multiply-adds of a tile.
OVERHEAD = 4
# Cycles by which a vector of y, an element of x, and all of a step are late on average:
# fitted to measurements.
VECTOR_DELAY, ROW_DELAY, STEP_DELAY = 0.25, 0.15, 0.5
# More rows have more addresses than there are registers for.
MOST_ROWS = 16


def cycles(rows: int, vectors: int) -> float:
    """Of a tile, for one element of the sums."""
    sums, loads = rows * vectors, rows + vectors
    busy = max(
        sums / MULTIPLY_ADDS,
        loads / LOADS,
        (sums + loads + vectors + OVERHEAD) / INSTRUCTIONS,
        LATENCY,
    )
    return busy + VECTOR_DELAY * vectors + ROW_DELAY * rows + STEP_DELAY


def fits(rows: int, vectors: int, unit: VectorUnit) -> bool:
    """Whether sums, vectors of y and an element of x have registers at once."""
    return (rows + 1) * vectors + 1 <= unit.registers


def best(rows: int, columns: int, lanes: int, unit: VectorUnit) -> Tile:
    """The tile that covers so many rows and columns in the fewest cycles."""
    needed = -(-columns // lanes)

    def total(shape: tuple[int, int]) -> float:
        blocks = -(-rows // shape[0]) * -(-needed // shape[1])
        return blocks * cycles(*shape)

    shapes = [
        (r, v)
        for v in range(1, min(needed, unit.registers) + 1)
        for r in range(1, min(rows, MOST_ROWS) + 1)
        if fits(r, v, unit)
    ]
    r, v = min(shapes, key=total)
    return Tile(r, v, lanes, is_masked=columns % (v * lanes) != 0)
