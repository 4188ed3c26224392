"""A run that is interrupted, killed or met by another one: nothing is lost."""

import json
import os
import pty
import signal
import sqlite3
import subprocess
import time
from pathlib import Path

import pytest
from short_comparisons import COMPARE_MLP, QUICK

from workbench.rows import INTERRUPTED

SIGNALS = [(signal.SIGINT, 130), (signal.SIGTERM, 143)]


def children(process):
    """The numbers of the processes that a process has started."""
    with open(f"/proc/{process.pid}/task/{process.pid}/children") as file:
        return [int(number) for number in file.read().split()]


@pytest.fixture
def start_long_run(command, tmp_path):
    """A function that starts a comparison and does not wait for its end."""

    def start(**options):
        return subprocess.Popen(
            [*command, *QUICK, "--rounds", "1000"],
            cwd=tmp_path,
            stdout=subprocess.DEVNULL,
            text=True,
            **{"stderr": subprocess.PIPE} | options,
        )

    return start


@pytest.mark.parametrize(("number", "code"), SIGNALS)
def test_an_interrupted_run_keeps_the_finished_rows_and_leaves_nothing_else(
    start_long_run, run, tmp_path, heed_interrupts, monkeypatch, number, code
):
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    process = start_long_run(preexec_fn=heed_interrupts)
    while "round 3 of" not in process.stderr.readline():
        assert process.poll() is None
    workers = children(process)
    process.send_signal(number)
    said = process.communicate(timeout=30)[1]

    assert workers
    assert not any(os.path.exists(f"/proc/{worker}") for worker in workers)
    assert not list(folder.iterdir())
    assert process.returncode == code
    path = Path("build", "results.sqlite")
    assert said.endswith(
        f"interrupted; {path} has 1 row of mlp; the same command with --resume goes on "
        f"at the start of mlp\n"
    )
    with sqlite3.connect(tmp_path / "build" / "results.sqlite") as connection:
        (text,) = connection.execute("SELECT row FROM rows").fetchone()
    row = json.loads(text)
    assert row["status"] == "alone"
    assert row["step_seconds"]["median"] > 0
    assert INTERRUPTED in run("show").stdout
    assert run("report").returncode == 0
    assert INTERRUPTED in Path(tmp_path, "build", "report", "index.html").read_text()


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
    while "mlp: checked" not in process.stderr.readline():
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    said = process.communicate(timeout=60)[1]
    assert "has 1 whole comparison" in said
    assert "--resume goes on at the start of mlp" in said

    done = run(*asked, "--resume")
    again = run(*asked, "--resume")

    assert (done.returncode, again.returncode) == (0, 0), again.stderr
    assert "linear_regression: checked" not in done.stderr
    assert "mlp: checked" in done.stderr
    assert "checked" not in again.stderr  # everything is there
    assert "linear_regression" in again.stdout


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
    run, impostor, heed_interrupts, tmp_path
):
    once = "open('interrupted', 'x'); os.kill(os.getppid(), signal.SIGINT)"
    impostor("jax", f"import os, signal; {once}; signal.pause()")

    done = run(*COMPARE_MLP, "--frameworks", "jax", preexec_fn=heed_interrupts)

    assert done.returncode == 130
    assert done.stderr.startswith("interrupted before anything was finished")
    assert done.stderr.count("\n") == 1
    with sqlite3.connect(tmp_path / "build" / "results.sqlite") as connection:
        assert not connection.execute("SELECT * FROM experiments").fetchall()


@pytest.mark.parametrize(("number", "code"), SIGNALS)
def test_in_a_terminal_the_message_is_the_last_word_and_the_cursor_is_back(
    start_long_run, heed_interrupts, number, code
):
    ours, theirs = pty.openpty()
    process = start_long_run(stderr=theirs, preexec_fn=heed_interrupts)
    os.close(theirs)
    said = b""
    while b"round 3 of" not in said:
        said += os.read(ours, 4096)
    process.send_signal(number)
    said += b"".join(iter(lambda: read(ours), b""))

    assert process.wait(timeout=30) == code
    assert said.rindex(b"\x1b[?25h") > said.rindex(b"\x1b[?25l")
    assert b"round" not in said[said.rindex(b"interrupted; ") :]


def read(terminal):
    """What comes next of a terminal; nothing when nobody writes to it any more."""
    try:
        return os.read(terminal, 4096)
    except OSError:
        return b""


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
    workers = children(process)
    process.kill()
    process.wait()

    assert workers
    wait_until(lambda: not any(os.path.exists(f"/proc/{pid}") for pid in workers))
