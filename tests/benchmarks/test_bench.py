"""The command: what it refuses, and the smallest benchmark from end to end."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def bench(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "benchmarks.bench", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--models", "vgg"), "bench: unknown model 'vgg'; there are: mlp-64"),
        (("--rounds", "0"), "bench: --rounds must be at least 1, 0 came"),
        (("--threads", "one"), "--threads"),
    ],
)
def test_a_request_without_a_meaning_ends_with_a_message(arguments, message):
    done = bench(*arguments)

    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.frameworks
def test_the_smallest_benchmark_runs_from_end_to_end(tmp_path):
    pytest.importorskip("torch", reason="PyTorch is not installed")
    output = tmp_path / "bench.json"
    only = "--models", "mlp-8", "--frameworks", "reference", "--threads", "1"

    done = bench(*only, "--rounds", "2", "--quick", "--output", str(output))

    assert done.returncode == 0, done.stderr
    found = json.loads(output.read_text())
    assert {"machine", "versions", "frameworks", "rows"} <= found.keys()
    pytorch, ours = found["rows"]
    assert ours["reason"] is None
    assert ours["ratio_low"] <= ours["ratio_to_pytorch_eager"] <= ours["ratio_high"]
    assert pytorch["ratio_to_pytorch_eager"] == 1
    assert ours["first_step_seconds"] is None  # what is on disk is shared
    assert ours["peak_bytes"] > 0
    assert "to be reached" in done.stdout
