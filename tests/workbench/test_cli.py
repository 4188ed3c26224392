"""The command as a user meets it: its words, its files and its exit codes."""

import json
import os
import signal
import sqlite3
import subprocess
import time

import pytest

COMPARE_MLP = ["compare", "mlp"]
QUICK = [*COMPARE_MLP, "--frameworks", "reference", "--steps", "20"]
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
NO_MODEL = "unknown model 'resnet'; there are: linear_regression"
MISTAKES = {
    "compare resnet": NO_MODEL,
    "compare mlp --frameworks caffe": "there are: reference, pytorch, tensorflow",
    "compare mlp --modes warp": "unknown mode 'warp'",
    "compare mlp --batch 0": "batch must lie in",
    "compare mlp --frameworks ,": "name at least one framework",
    "compare mlp --seed -1": "seed must not be negative",
    "compare mlp --save no/where.json": "no/where.json is no place for a file",
    "compare mlp --all --modes fit": "--all means --modes all; --modes fit came too",
    "compare mlp --modes ,": "name at least one mode",
    "compare mlp --frameworks jax --modes fit": "none of jax has a mode fit",
    "compare mlp --resume": "holds no results yet",
    "show": "run `mapping compare` first",
    "code resnet": NO_MODEL,
    "code mlp --frameworks caffe": "unknown framework 'caffe'; there are",
    "code mlp --file ../io.py": "unknown file '../io.py'; there are: tensor.py",
    "memory resnet": NO_MODEL,
    "memory mlp --frameworks caffe": "unknown framework 'caffe'; there are",
    "memory mlp --frameworks jax": "jax does not say what it allocates",
    "memory mlp --frameworks ,": "name at least one framework of: reference",
    "memory mlp --batch 0": "batch must lie in",
    "memory mlp --html no/where.html": "no/where.html is no place for a file",
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
    assert "equal" in done.stdout
    assert (tmp_path / "build" / "results.sqlite").exists()
    assert "<html" in (tmp_path / "build" / "report" / "index.html").read_text()
    assert json.loads((tmp_path / "saved.json").read_text())["schema"] == 2


@pytest.mark.parametrize(("line", "words"), MISTAKES.items(), ids=MISTAKES)
def test_a_wrong_word_is_answered_with_what_there_is(run, line, words):
    done = run(*line.split())

    assert done.returncode == 2
    assert words in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


def test_an_unknown_option_is_refused(run):
    done = run(*COMPARE_MLP, "--speed", "high")

    assert done.returncode == 2
    assert "--speed" in done.stderr
    assert "Traceback" not in done.stderr


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


def test_an_alien_results_file_is_kept_and_explained(run, tmp_path):
    (tmp_path / "build").mkdir()
    path = tmp_path / "build" / "results.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 9")

    done = run(*QUICK)

    assert done.returncode == 2
    assert "schema version 9" in done.stderr
    assert sqlite3.connect(path).execute("PRAGMA user_version").fetchone() == (9,)


@pytest.fixture
def start_long_run(command, tmp_path):
    """A function that starts a comparison and does not wait for its end."""

    def start(**options):
        return subprocess.Popen(
            [*command, *QUICK, "--rounds", "1000"],
            cwd=tmp_path,
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
            **options,
        )

    return start


def heed_interrupts():
    """What a shell starts in the background ignores them, and so do its children."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_an_interrupted_run_keeps_the_finished_rows(start_long_run, tmp_path):
    process = start_long_run(preexec_fn=heed_interrupts)
    while "round 3 of" not in process.stderr.readline():
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    said = process.communicate(timeout=30)[1]

    assert process.returncode == 130
    assert "1 rows of mlp and all models before it were kept" in said
    with sqlite3.connect(tmp_path / "build" / "results.sqlite") as connection:
        (text,) = connection.execute("SELECT row FROM rows").fetchone()
    row = json.loads(text)
    assert row["status"] == "equal"
    assert row["step_seconds"]["median"] > 0


def test_an_interrupted_run_goes_on(run, command, tmp_path):
    asked = ["compare", "linear_regression", "mlp", "--frameworks", "reference"]
    asked += ["--steps", "5", "--equality-only"]
    process = subprocess.Popen(
        [*command, *asked],
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
        preexec_fn=heed_interrupts,
    )
    while "linear_regression: checked" not in process.stderr.readline():
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    assert "--resume goes on" in process.communicate(timeout=60)[1]

    done = run(*asked, "--resume")
    again = run(*asked, "--resume")

    assert (done.returncode, again.returncode) == (0, 0)
    assert "mlp: checked" in done.stderr
    assert "checked" not in again.stderr  # everything is there
    assert "linear_regression" in again.stdout


def test_what_was_compared_is_shown_again_with_its_layers(run):
    run(*QUICK, "mlp", "--rounds", "2")

    done = run("show", "mlp")

    assert done.returncode == 0
    for words in ("hidden", "relu", "losses in float32", "▁", "µs"):
        assert words in done.stdout
    assert "there are: mlp" in run("show", "gpt").stderr


def test_code_stands_side_by_side(run):
    done = run("code", "mlp", "--frameworks", "reference,jax", "--file", "optim.py")

    assert done.returncode == 0
    assert "reference," in done.stdout
    lines = [line for line in done.stdout.splitlines() if "def adam(" in line]
    assert [line.count("def adam(") for line in lines] == [2]


def test_a_killed_run_leaves_no_worker_behind(start_long_run):
    process = start_long_run()
    while "round 1 of" not in process.stderr.readline():
        assert process.poll() is None
    children = f"/proc/{process.pid}/task/{process.pid}/children"
    with open(children) as file:
        workers = [int(pid) for pid in file.read().split()]
    process.kill()
    process.wait()

    assert workers
    deadline = time.monotonic() + 10
    while any(os.path.exists(f"/proc/{pid}") for pid in workers):
        assert time.monotonic() < deadline
        time.sleep(0.05)
