"""The tile: the part of a product that stays in registers while it is summed.

    out[i, j] (+)= sum over s2, s1, k of x[s2, s1, i, k] * y[s2, s1, k, j]

for a few rows i and a few vectors of columns j. Every sum has a register of its own:
about eight are needed to hide how long a multiply-add takes. An element of x is read
once for all the vectors, a vector of y once for all the rows. A product of matrices has
one value of s2 and s1; in a convolution they are the rows and columns of the filter.

Sums are always taken in the order of s2, s1, k, so that a result does not depend on
which tile computed it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from ..kernel import LLVM, Source, named
from .llvm import Function, Value
from .vectors import Vectors, declarations

# How many steps of the sum ahead of its use memory is fetched: a narrow panel of a wide
# matrix is too strided for the processor to foresee. 1.45 -> 1.03 of a vendor's library
# for 64 x 784 x 256 by fetching y, 1.17 -> 1.03 for a transposed x.
Y_AHEAD, X_AHEAD = 8, 4
ADDRESSES = ("x", "y", "out")
INTEGERS = (
    *("s2", "s1", "k"),
    *("x_s2", "x_s1", "x_row", "x_k"),
    *("y_s2", "y_s1", "y_k"),
    *("out_row", "rows", "columns", "accumulate"),
)


@dataclass(frozen=True, slots=True)
class Tile:
    """The shape of a tile, and the function that computes it.

    Attributes
    ----------
    rows, vectors : int
    lanes : int
        In a vector.
    is_masked : bool
        Whether it may have fewer columns than its vectors have lanes.
    is_padded : bool
        Whether all lanes of y may be read nevertheless.
    is_clipped : bool
        Whether it may have fewer rows: the last one is computed again in place of
        those that are missing.
    """

    rows: int
    vectors: int
    lanes: int
    is_masked: bool = False
    is_padded: bool = False
    is_clipped: bool = False

    @property
    def columns(self) -> int:
        """How many columns its vectors have."""
        return self.vectors * self.lanes

    @property
    def clipped(self) -> Tile:
        """The same for fewer rows."""
        return replace(self, is_clipped=True)

    @property
    def name(self) -> str:
        """Of its function."""
        return f"@tile_{'of_at_most_' * self.is_clipped}{self.rows}x{self.vectors}"

    def call(self, f: Function, values: Mapping[str, Value | int]) -> None:
        """Compute it, where another function is being written."""
        kinds = dict.fromkeys(ADDRESSES, "ptr")
        names = (*ADDRESSES, *INTEGERS)
        arguments = ", ".join(f"{kinds.get(n, 'i64')} {values[n]}" for n in names)
        f.line(f"call void {self.name}({arguments})")

    def along(
        self,
        f: Function,
        begin: Value | int,
        end: Value,
        values: Callable[[Value], Mapping[str, Value | int]],
    ) -> None:
        """Compute tiles one after the other; the last one has the rows that are left.

        Parameters
        ----------
        values : callable
            What a tile is called with, but for its number of rows, by its first row.
        """
        whole = (end - begin) // self.rows * self.rows + begin
        for tile, first, last in ((self, begin, whole), (self.clipped, whole, end)):
            with f.loop(first, last, self.rows) as row:
                tile.call(f, {**values(row), "rows": end - row})

    def text(self, element: str) -> str:
        """The function in LLVM's language."""
        parameters = [f"ptr %{n}" for n in ADDRESSES] + [f"i64 %{n}" for n in INTEGERS]
        head = f"define internal void {self.name}({', '.join(parameters)}) noinline"
        f = Function(head, element)
        p = {n: f.parameter(n, "ptr") for n in ADDRESSES}
        p |= {n: f.parameter(n) for n in INTEGERS}
        _write(self, Vectors(f, self.lanes), p)
        return str(f)


def source(stem: str, f: Function, tile: Tile) -> Source:
    """The source of a function that calls a tile."""
    tiles = [shape.text(f.element) for shape in (tile, tile.clipped)]
    text = "\n".join([declarations(tile.lanes, f.element), *tiles, str(f), ""])
    return named(stem, text, LLVM)


def _write(tile: Tile, vectors: Vectors, p: dict[str, Value]) -> None:
    f = vectors.function
    rows = [_row(tile, p["rows"], i) for i in range(tile.rows)]
    masks = _masks(tile, vectors, p["columns"])
    places = [(i, j) for i in range(tile.rows) for j in range(tile.vectors)]
    starts = [f.at(p["out"], p["out_row"] * i) for i in rows]
    outs = {(i, j): f.at(starts[i], j * tile.lanes) for i, j in places}
    sums = {place: f.slot(vectors.kind) for place in places}
    for where in outs.values():
        f.fetch(where, is_written=True)
    for slot in sums.values():
        vectors.store(vectors.zeros(), slot)
    _sum(tile, vectors, p, rows, [None if tile.is_padded else m for m in masks], sums)
    # The rounding errors of a sum grow with its length: it is added to out at its end.
    with f.when(p["accumulate"] >= 1):
        for place in places:
            so_far = vectors.load(outs[place], masks[place[1]])
            vectors.store(vectors.add(so_far, vectors.load(sums[place])), sums[place])
    # All stores come last: a row that is computed twice must not be added twice.
    for place in places:
        vectors.store(vectors.load(sums[place]), outs[place], masks[place[1]])


def _row(tile: Tile, rows: Value, i: int) -> Value | int:
    f = rows.function
    return (
        f.chosen(rows >= i + 1, Value(f, "i64", str(i)), rows - 1)
        if tile.is_clipped
        else i
    )


def _masks(tile: Tile, vectors: Vectors, columns: Value) -> list[Value | None]:
    if not tile.is_masked:
        return [None] * tile.vectors
    return [vectors.mask(columns - j * tile.lanes) for j in range(tile.vectors)]


def _sum(
    tile: Tile,
    vectors: Vectors,
    p: dict[str, Value],
    rows: list[Value | int],
    masks: list[Value | None],
    sums: dict[tuple[int, int], Value],
) -> None:
    f = vectors.function
    distances = _distances(f, p["x_row"], rows)
    with f.loop(0, p["s2"]) as s2, f.loop(0, p["s1"]) as s1:
        x = f.at(p["x"], s2 * p["x_s2"] + s1 * p["x_s1"])
        y = f.at(p["y"], s2 * p["y_s2"] + s1 * p["y_s1"])
        with f.loop(0, p["k"]) as k:
            y_k, x_k = f.at(y, k * p["y_k"]), f.at(x, k * p["x_k"])
            ys = [
                vectors.load(f.at(y_k, j * tile.lanes), m) for j, m in enumerate(masks)
            ]
            for j in range(tile.vectors):
                f.fetch(f.at(f.at(y_k, p["y_k"] * Y_AHEAD), j * tile.lanes))
            f.fetch(f.at(x_k, p["x_k"] * X_AHEAD))
            for i, distance in enumerate(distances):
                one = vectors.filled(f.load(f.element, f.at(x_k, distance, "i8")))
                for j, other in enumerate(ys):
                    so_far = vectors.load(sums[i, j])
                    vectors.store(vectors.multiply_add(one, other, so_far), sums[i, j])


def _distances(
    f: Function, stride: Value, rows: list[Value | int]
) -> list[Value | int]:
    """From the first row to each of these, in bytes."""
    odd = {}

    def distance(i: Value | int) -> Value | int:
        if i == 0 or isinstance(i, Value):
            return stride * i * f.itemsize
        power = min(i & -i, 8)
        if i // power not in odd:
            odd[i // power] = f.opaque(stride * (i // power) * f.itemsize)
        return odd[i // power] * power

    return [distance(i) for i in rows]
