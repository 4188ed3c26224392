import io

import pytest
from rich.console import Console

from workbench.table import seconds, show


@pytest.mark.parametrize(
    ("duration", "text"),
    [
        (2.0, "2 s"),
        (0.0125, "12.5 ms"),
        (3.456e-6, "3.46 µs"),
        (0.0, "0 µs"),
        (None, "–"),
    ],
)
def test_a_duration_is_written_in_the_unit_that_suits_it(duration, text):
    assert seconds(duration) == text


def test_a_row_without_numbers_is_shown_with_its_reason():
    row = {
        "framework": "jax",
        "mode": "jit",
        "status": "missing",
        "reason": "module [jax] is not installed",
        "forward_error": None,
        "gradient_error": None,
        "trajectory_error": None,
        "metric": None,
        "step_seconds": None,
    }
    experiment = {"model": "mlp", "steps": 1, "batch": 2, "threads": 1, "seed": 0}
    console = Console(file=io.StringIO(), width=80)

    show({"experiment": experiment, "rows": [row], "basis": None}, console)

    text = console.file.getvalue()
    assert "missing" in text
    assert "module [jax] is not installed" in text
    assert max(map(len, text.splitlines())) <= 80
