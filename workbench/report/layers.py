"""The table of layers: where an error begins, and where the time goes."""

from __future__ import annotations

from typing import Any

from .. import units
from .entries import Entry, name
from .proof import limits
from .table import Cell, Column, Line, Table, error, measured

_QUANTITIES = {
    "forward": "largest difference of the layer's result over its largest value",
    "gradient": "the same of its parameters' gradients; layers without have none",
    "seconds": "what the layer takes forward when every operation is called by itself",
}


def layers(entry: Entry) -> Table:
    """A line for each layer in the order in which data passes; columns by row."""
    rows = [row for row in entry.rows if row["layers"]]
    found = {
        entry.key(row): {one["name"]: one for one in row["layers"]} for row in rows
    }
    order = dict.fromkeys(layer for of_row in found.values() for layer in of_row)
    return Table(
        name="layers",
        caption="Errors in float64 and forward time, layer by layer",
        columns=[
            Column(
                "time" if quantity == "seconds" else quantity,
                group=name(row, entry.rows),
                row=entry.key(row),
                meaning=meaning if row is rows[0] else "",
            )
            for row in rows
            for quantity, meaning in _QUANTITIES.items()
        ],
        lines=[
            Line(
                Cell(layer, place),
                [cell for key in found for cell in _cells(found[key].get(layer))],
            )
            for place, layer in enumerate(order)
        ],
        head="layer",
    )


def _cells(layer: dict[str, Any] | None) -> list[Cell]:
    if layer is None:
        return [Cell()] * len(_QUANTITIES)
    kinds = ("forward", "gradient")
    gates = {kind: max(gate for _, gate in limits("float64", kind)) for kind in kinds}
    return [
        *(_held(layer[kind], gates[kind]) for kind in kinds),
        measured(layer["seconds"], units.SECONDS),
    ]


def _held(number: float | None, gate: float) -> Cell:
    """An error against its gate."""
    return error(number, is_beyond=number is not None and not number <= gate)
