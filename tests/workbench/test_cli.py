"""The command as a user meets it: what it prints and writes, and its exit codes."""

import json
import re

import pytest
from short_comparisons import COMPARE_MLP, QUICK

from workbench import machine

FIELDS = {
    "framework",
    "mode",
    "status",
    "reason",
    "cause",
    "remark",
    "steps",
    "layers",
    "losses",
    "noise_floor",
    "forward_error",
    "gradient_error",
    "trajectory_error",
    "step_seconds",
    "first_step_seconds",
    "import_seconds",
    "peak_bytes",
    "versions",
}


def test_json_is_one_document_with_the_promised_fields(run):
    done = run(*QUICK, "--rounds", "1", "--json")

    document = json.loads(done.stdout)
    assert done.returncode == 0
    assert document["experiment"]["model"] == "mlp"
    (row,) = document["rows"]
    assert set(row) >= FIELDS
    assert set(row["step_seconds"]) == {"median", "low", "high"}


def test_a_run_leaves_results_and_a_report(run, tmp_path):
    done = run(*QUICK, "--equality-only", "--save", "saved.json")

    assert done.returncode == 0
    assert "alone" in done.stdout
    assert (tmp_path / "build" / "results.sqlite").exists()
    assert "<html" in (tmp_path / "build" / "report" / "index.html").read_text()
    assert json.loads((tmp_path / "saved.json").read_text())["schema"] == 4


def test_a_framework_without_any_of_the_modes_is_named(run):
    asked = [*COMPARE_MLP, "--quick", "--equality-only", "--modes", "compiled"]

    done = run(*asked, "--frameworks", "reference,jax,pytorch")

    assert done.returncode == 0
    assert "jax, pytorch have no mode compiled, and are left out" in done.stderr


def test_a_framework_that_fails_makes_the_exit_code_1(run, impostor):
    impostor("jax", "import sys; sys.exit('out of order')")

    done = run(
        *COMPARE_MLP, "--frameworks", "reference,jax", "--steps", "5", "--equality-only"
    )

    assert done.returncode == 1
    assert "out of order" in done.stdout


def test_a_framework_that_is_missing_does_not(run, impostor):
    impostor(
        "jax",
        "import sys; sys.modules['jax'] = None\n"
        "from workbench.worker import main; main(*sys.argv[3:])",
    )

    done = run(
        *COMPARE_MLP, "--frameworks", "reference,jax", "--steps", "5", "--equality-only"
    )

    assert done.returncode == 0
    assert "missing" in done.stdout
    assert "make setup FRAMEWORKS=jax" in " ".join(done.stdout.split())


def test_a_python_that_is_not_there_makes_a_framework_missing(run, monkeypatch):
    monkeypatch.setenv("MAPPING_PYTHON_MXNET", "/no/such/python")

    done = run(
        "compare",
        "linear_regression",
        "--frameworks",
        "reference,mxnet",
        "--quick",
        "--json",
    )

    assert done.returncode == 0
    row = json.loads(done.stdout)["rows"][1]
    assert row["status"] == "missing"
    assert "/no/such/python" in row["reason"]
    assert "make setup FRAMEWORKS=mxnet" in row["reason"]


def test_what_was_compared_is_shown_again_with_its_layers(run):
    run(*QUICK, "mlp", "--rounds", "2")

    done = run("show", "mlp")

    assert done.returncode == 0
    for words in ("hidden", "relu", "losses in float32", "▁", "µs"):
        assert words in done.stdout
    assert "there are: mlp" in run("show", "gpt").stderr


def anchors(tmp_path):
    """The experiments that can be chosen in the report."""
    page = (tmp_path / "build" / "report" / "index.html").read_text()
    return re.findall(r'<option value="(\S+)" data-entry', page)


THREADS = pytest.mark.skipif(
    len(machine.cores()) < 2, reason="needs two cores for two threads"
)
LINEAR = ["compare", "linear_regression", "--frameworks", "reference", "--quick"]


@THREADS
def test_a_model_is_compared_at_several_numbers_of_threads_on_one_page(run, tmp_path):
    done = run(*LINEAR, "softmax_regression", "--threads", "1,2", "--save", "all.json")

    assert done.returncode == 0
    saved = json.loads((tmp_path / "all.json").read_text())["documents"]
    made = [document["experiment"] for document in saved]
    assert [(one["model"], one["threads"]) for one in made] == [
        ("linear_regression", 1),
        ("linear_regression", 2),
        ("softmax_regression", 1),
        ("softmax_regression", 2),
    ]
    assert "linear_regression with 2 threads: checked" in done.stderr
    assert "(28 of 28)" in done.stderr
    assert [one["id"] for one in made] == anchors(tmp_path)
    assert len(set(anchors(tmp_path))) == 4
    assert done.stdout.count("threads: 2") == 2


@THREADS
def test_a_run_goes_on_with_another_number_of_threads_on_one_page(run, tmp_path):
    run(*LINEAR)

    done = run(*LINEAR, "--threads", "2", "--resume")

    assert done.returncode == 0
    assert "threads: 1" not in done.stdout
    assert len(anchors(tmp_path)) == 2
    shown = run("show", "linear_regression").stdout
    assert shown.index("threads: 1") < shown.index("threads: 2")
    refused = run(*LINEAR, "--threads", "1,2", "--seed", "1", "--resume")
    assert refused.returncode == 2
    assert "seed 0 and not 1" in refused.stderr


PLAIN = {
    "PYTHONIOENCODING": "ascii",
    "LANG": "C",
    "NO_COLOR": "1",
    "TERM": "dumb",
    "COLUMNS": "40",
}


def test_a_plain_and_narrow_terminal_gets_everything_too(run, monkeypatch):
    for name, value in PLAIN.items():
        monkeypatch.setenv(name, value)

    asked = ["compare", "linear_regression", "--quick", "--frameworks", "reference"]
    done = [
        run(*asked),
        run("show"),
        run("code", "linear_regression"),
        run("recipes", "--help"),
    ]

    assert [one.returncode for one in done] == [0, 0, 0, 0]
    for one in done:
        assert (one.stdout + one.stderr).isascii()
        assert "\x1b" not in one.stdout
    assert all(len(line) <= 40 for line in done[1].stdout.splitlines())
    assert re.search(r" [0-9.]+ us ", done[1].stdout)  # microseconds
