import io

import pytest
from comparison_documents import document, row
from rich.console import Console

from workbench.table import overview, show


@pytest.mark.parametrize(
    ("beyond", "said"),
    [
        (["float32 gradient"], "different in float32"),
        (["float64 forward", "float32 forward"], "different "),
    ],
)
def test_what_differs_in_float32_alone_is_said(beyond, said):
    made = document(row("jax", status="different", reason="why", beyond=beyond))
    console = Console(file=io.StringIO(), width=120)

    show(made, console)

    (line,) = [x for x in console.file.getvalue().splitlines() if "different" in x]
    assert said in line
    assert ("in float32" in line) == ("float32" in said)


def test_a_row_without_numbers_is_shown_with_its_reason():
    row = {
        "framework": "jax",
        "mode": "jit",
        "status": "missing",
        "reason": "module [jax] is not installed",
        "cause": None,
        "remark": "slow & sure",
        "steps": None,
        "forward_error": None,
        "gradient_error": None,
        "trajectory_error": None,
        "beyond": [],
        "metric": None,
        "step_seconds": None,
    }
    experiment = {"model": "mlp", "steps": 1, "batch": 2, "threads": 1, "seed": 0}
    console = Console(file=io.StringIO(), width=80)

    document = {"experiment": experiment, "rows": [row], "basis": None}
    show(document | {"is_complete": True}, console)

    text = console.file.getvalue()
    assert "missing" in text
    assert "module [jax] is not installed" in text
    assert "jax (jit): slow & sure" in text
    assert max(map(len, text.splitlines())) <= 80


@pytest.mark.parametrize(
    ("counts", "expected"),
    [((1, 2), {"model": ["mlp", "mlp"], "threads": ["1", "2"]}), ((2, 2), {})],
)
def test_models_at_several_numbers_of_threads_are_told_apart(counts, expected):
    documents = [document(row("reference"), threads=count) for count in counts]

    grid = overview(documents)

    found = {column.header: list(column.cells) for column in grid.columns}
    assert {name: found[name] for name in expected} == expected
    assert ("threads" in found) is bool(expected)
