"""The command as a user meets it: its words, its files and its exit codes."""

import json
import os
import re
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
    "compare mlp --resume": "run `mapping compare` first",
    "compare mlp --threads 4096": "threads must be at most",
    "compare mlp --save /proc/here": "/proc/here is no place for a file",
    "show": "run `mapping compare` first",
    "code resnet": NO_MODEL,
    "code mlp --frameworks caffe": "unknown framework 'caffe'; there are",
    "code mlp --frameworks ,": "name at least one framework of: reference",
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
    assert "alone" in done.stdout
    assert (tmp_path / "build" / "results.sqlite").exists()
    assert "<html" in (tmp_path / "build" / "report" / "index.html").read_text()
    assert json.loads((tmp_path / "saved.json").read_text())["schema"] == 2


@pytest.mark.parametrize(("line", "words"), MISTAKES.items(), ids=MISTAKES)
def test_a_wrong_word_is_answered_with_what_there_is(run, tmp_path, line, words):
    done = run(*line.split())

    assert done.returncode == 2
    assert words in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("place", ["taken", "taken/report", "taken/report/index.html"])
def test_a_report_that_has_no_place_is_refused_before_anything_runs(
    run, tmp_path, place
):
    path = tmp_path / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.mkdir() if path.suffix else path.touch()

    done = run(*QUICK, "--output", "taken")

    assert done.returncode == 2
    assert f"{place}" in " ".join(done.stderr.split())
    assert "checked" not in done.stderr
    assert not (tmp_path / "taken" / "results.sqlite").exists()


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


def test_an_interrupted_run_keeps_the_finished_rows(
    start_long_run, tmp_path, heed_interrupts
):
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
    assert row["status"] == "alone"
    assert row["step_seconds"]["median"] > 0


def test_an_interrupted_run_goes_on(run, command, tmp_path, heed_interrupts):
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

    assert (done.returncode, again.returncode) == (0, 0), again.stderr
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


def test_code_stands_side_by_side(run, monkeypatch):
    monkeypatch.setenv("COLUMNS", "160")

    done = run("code", "mlp", "--frameworks", "reference,jax", "--file", "optim.py")

    assert done.returncode == 0
    assert "reference," in done.stdout
    lines = [line for line in done.stdout.splitlines() if "def adam(" in line]
    assert [line.count("def adam(") for line in lines] == [2]


def test_code_stands_one_below_the_other_where_there_is_no_room(run, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")

    done = run("code", "mlp", "--frameworks", "reference,jax", "--file", "optim.py")

    assert done.returncode == 0
    lines = [line for line in done.stdout.splitlines() if "def adam(" in line]
    assert [line.count("def adam(") for line in lines] == [1, 1]
    heads = [
        line.split(",")[0] for line in done.stdout.splitlines() if " lines ─" in line
    ]
    assert heads[:4] == ["reference", "jax"] * 2


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
    shown = re.sub("[^a-z]", "", done[1].stdout)  # words may break between letters
    assert "us" in shown  # microseconds


INTERRUPTED_AT_IMPORT = """
import os, signal, sys

class Interrupts:
    def find_spec(self, name, *others):
        if name == "workbench.compare_command":
            os.kill(os.getpid(), signal.SIGINT)

signal.signal(signal.SIGINT, signal.default_int_handler)
sys.meta_path.insert(0, Interrupts())
from workbench.__main__ import main
main()
"""


def test_an_interrupt_while_the_command_loads_is_told_in_one_line(run, command):
    command[1:] = ["-c", INTERRUPTED_AT_IMPORT]

    done = run("show")

    assert (done.returncode, done.stderr) == (130, "interrupted\n")


def test_an_interrupt_while_a_worker_starts_is_told_in_one_line(
    run, impostor, heed_interrupts
):
    once = "open('interrupted', 'x'); os.kill(os.getppid(), signal.SIGINT)"
    impostor("jax", f"import os, signal; {once}; signal.pause()")

    done = run(*COMPARE_MLP, "--frameworks", "jax", preexec_fn=heed_interrupts)

    assert done.returncode == 130
    assert done.stderr.startswith("interrupted; 0 rows of mlp")
    assert done.stderr.count("\n") == 1


def test_a_worker_ends_with_a_killed_run_whatever_it_computes(
    start_long_run, impostor, tmp_path
):
    impostor(
        "reference",
        """
        import os, sys
        from workbench import jobs, worker
        def check(self, **arguments):
            print("worker", os.getpid(), file=open("busy", "w"), flush=True)
            while True:
                pass
        jobs.Jobs.check = check
        worker.main(*sys.argv[3:])
        """,
    )
    process, busy = start_long_run(), tmp_path / "busy"
    wait_until(lambda: busy.exists() and busy.read_text().endswith("\n"))
    process.kill()
    process.wait()

    worker = busy.read_text().split()[1]
    wait_until(lambda: not os.path.exists(f"/proc/{worker}"))


def test_a_killed_run_goes_on(run, command, tmp_path):
    asked = ["compare", "linear_regression", "mlp", "--frameworks", "reference"]
    asked += ["--steps", "5", "--equality-only"]
    process = subprocess.Popen(
        [*command, *asked],
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )
    while "mlp: checked" not in process.stderr.readline():
        assert process.poll() is None
    process.kill()
    process.wait()

    done = run(*asked, "--resume")

    assert done.returncode == 0
    assert "linear_regression: checked" not in done.stderr
    assert "mlp: checked" in done.stderr
    assert {"linear_regression", "mlp"} <= set(done.stdout.split())


def test_a_second_run_hears_of_the_first_and_leaves_it_alone(start_long_run, run):
    process = start_long_run()
    while "round 1 of" not in process.stderr.readline():
        assert process.poll() is None

    done = run(*QUICK)

    assert done.returncode == 2
    assert f"another run (process {process.pid}) is writing" in done.stderr
    assert process.poll() is None
    process.kill()
    process.communicate()


def wait_until(holds, patience_seconds=60):
    """Come back as soon as something holds; fail if it never does."""
    deadline = time.monotonic() + patience_seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


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
    wait_until(lambda: not any(os.path.exists(f"/proc/{pid}") for pid in workers))
