"""Tables at any width: whatever stands in a cell is there, whole and once."""

import io

import pytest
from comparison_documents import everything
from rich.console import Console

from workbench.grid import Grid
from workbench.show_command import layers_table, losses_table
from workbench.table import cost_table, equality_table, overview

DOCUMENTS = everything()
(MLP,) = (d for d in DOCUMENTS[:-1] if d["experiment"]["model"] == "mlp")
TABLES = {
    "equality": equality_table(MLP["rows"]),
    "cost": cost_table(MLP),
    "layers": layers_table(MLP["rows"]),
    "losses": losses_table(MLP["rows"], 20),
    "overview": overview(DOCUMENTS),
}


def printed(table, width):
    console = Console(file=io.StringIO(), width=width)
    console.print(table)
    return console.file.getvalue().splitlines()


@pytest.mark.parametrize("width", [40, 60, 80, 120])
@pytest.mark.parametrize("name", TABLES)
def test_no_cell_is_broken_and_no_line_is_too_wide(name, width):
    lines = printed(TABLES[name], width)

    assert max(map(len, lines)) <= width
    for column in TABLES[name].columns:
        for cell in map(str, column.cells):
            assert any(cell in line for line in lines)


def grid():
    made = Grid("a title", heads=2)
    for heading in ("framework", "mode", "forward", "backward"):
        made.add_column(heading)
    made.add_row("reference", "compiled", "1.5e-16", "2.5e-16")
    return made


@pytest.mark.parametrize(
    ("width", "expected"),
    [
        (48, [["framework", "mode", "forward", "backward"]]),
        (38, [["framework", "mode", "forward", "backward"]]),  # closer together
        (36, [["framework"], ["mode", "forward", "backward"]]),
        (24, [["framework"], ["mode", "forward"], ["framework"], ["mode", "backward"]]),
    ],
)
def test_a_table_takes_the_room_that_there_is(width, expected):
    words = [line.split() for line in printed(grid(), width)]

    assert [one for one in words if {"framework", "mode"} & set(one)] == expected


def test_a_title_stands_above_the_first_table_alone():
    lines = printed(grid(), 24)

    assert [line.strip() for line in lines].count("a title") == 1
    assert lines[0].strip() == "a title"
