import io

from rich.console import Console

from workbench.table import show


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
        "metric": None,
        "step_seconds": None,
    }
    experiment = {"model": "mlp", "steps": 1, "batch": 2, "threads": 1, "seed": 0}
    console = Console(file=io.StringIO(), width=80)

    show({"experiment": experiment, "rows": [row], "basis": None}, console)

    text = console.file.getvalue()
    assert "missing" in text
    assert "module [jax] is not installed" in text
    assert "jax (jit): slow & sure" in text
    assert max(map(len, text.splitlines())) <= 80
