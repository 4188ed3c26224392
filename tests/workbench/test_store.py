import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from comparison_documents import row
from stored_documents import MACHINE, REQUEST, document

from workbench import store as store_module
from workbench.errors import UserError
from workbench.store import Store, existing

ROOT = Path(__file__).resolve().parents[2]


def test_what_is_kept_comes_back(tmp_path):
    mlp = document("mlp", ("reference", "equal"), ("jax", "missing"))
    with Store(tmp_path / "build" / "results.sqlite") as store:
        store.keep(document("linear_regression", ("reference", "equal")))
        store.keep(mlp)

    with Store(tmp_path / "build" / "results.sqlite") as store:
        assert store.latest()[1] == mlp


def test_a_row_is_replaced_by_what_is_known_later(tmp_path):
    with Store(tmp_path / "results.sqlite") as store:
        store.keep(document("mlp", ("reference", "equal")))
        store.keep(document("mlp", ("reference", "failed")))

        (found,) = store.latest()

    assert [row["status"] for row in found["rows"]] == ["failed"]


def test_a_file_of_another_schema_is_refused_and_kept(tmp_path):
    path = tmp_path / "results.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 7")
        connection.execute("CREATE TABLE rows (x)")
    before = path.read_bytes()

    with pytest.raises(UserError, match="schema version 7"):
        Store(path)

    assert path.read_bytes() == before


def test_a_file_that_is_no_database_is_refused_and_kept(tmp_path):
    path = tmp_path / "results.sqlite"
    path.write_text("these are my notes, at least one hundred bytes of them" * 3)

    with pytest.raises(UserError, match="cannot be used as a results file"):
        Store(path)

    assert path.read_text().startswith("these are my notes")


def test_no_results_is_an_answer(tmp_path):
    with (
        Store(tmp_path / "results.sqlite") as store,
        pytest.raises(UserError, match="no results yet"),
    ):
        store.latest()


def test_rows_of_an_earlier_attempt_do_not_stay(tmp_path):
    with Store(tmp_path / "results.sqlite") as store:
        store.keep(document("mlp", ("reference", "equal"), ("jax", "equal")))
        store.keep(document("mlp", ("pytorch", "equal")))

        (found,) = store.latest()

    assert [row["framework"] for row in found["rows"]] == ["pytorch"]


def test_the_last_run_is_the_one_written_last_whatever_the_clock_says(tmp_path):
    with Store(tmp_path / "results.sqlite") as store:
        store.keep(document("mlp", ("reference", "equal")))
        store.run = "2020-01-01T00:00:00.000+00:00"  # the clock was set back
        store.keep(document("gpt", ("reference", "equal"), is_complete=False))

        (found,) = store.latest()

    assert found["experiment"]["model"] == "gpt"
    assert not found["is_complete"]


def test_two_runs_do_not_write_at_once(tmp_path):
    path = tmp_path / "results.sqlite"
    other = """
import sys
from pathlib import Path
from workbench.store import Store, existing
with Store(Path(sys.argv[1])) as store, store.writing():
    print("writing", flush=True)
    sys.stdin.read()
"""
    writer = subprocess.Popen(
        [sys.executable, "-c", other, path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert writer.stdout.readline() == "writing\n"

    with (
        Store(path) as store,
        pytest.raises(UserError, match=f"process {writer.pid}"),
        store.writing(),
    ):
        pass
    writer.communicate()
    with Store(path) as store, store.writing():
        store.keep(document("mlp", ("reference", "equal")))


ROW = row("reference")
DAMAGES = {
    "no JSON": (
        "rows",
        "row",
        "{bad",
        "reference (eager): an object was needed, {bad came",
    ),
    "nothing": ("rows", "row", "{}", "a row has no framework, mode, status"),
    "a number": ("rows", "row", "3", "an object was needed, 3 came"),
    "a list": ("experiments", "experiment", "[]", "an object was needed"),
    "no model": ("experiments", "experiment", "{}", "an experiment has no id, model"),
    "a list as a name": ("experiments", "experiment", {"id": [1]}, "id must be str"),
    "no steps": ("experiments", "experiment", {"steps": None}, "steps must be int"),
    "true steps": ("experiments", "experiment", {"steps": True}, "int, bool came"),
    "a rate in words": (
        "experiments",
        "experiment",
        {"lr": "fast"},
        "lr must be float",
    ),
    "another model": ("experiments", "experiment", {"model": "x"}, "model must be one"),
    "memory": ("experiments", "machine", '{"memory_bytes": ""}', "memory_bytes must"),
    "a basis": ("experiments", "basis", b"x", "basis must be str, bytes came"),
    "no machine": ("experiments", "machine", "null", "an object was needed"),
    "words": (
        "rows",
        "row",
        {"losses": {"loss": ["a"]}},
        "losses.loss.0 must be float",
    ),
    "a spread": ("rows", "row", {"step_seconds": {"median": 1}}, "step_seconds has no"),
    "a layer": ("rows", "row", {"layers": [{"name": "relu"}]}, "layers has no forward"),
    "a status": ("rows", "row", {"status": "fine"}, "status must be one of equal"),
    "a framework": ("rows", "row", {"framework": "caffe"}, "framework must be one of"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_what_is_damaged_is_told_with_the_name_of_the_file(tmp_path, damage):
    table, column, change, words = DAMAGES[damage]
    whole = {"rows": ROW, "experiments": document("mlp")["experiment"]}[table]
    text = json.dumps(whole | change) if isinstance(change, dict) else change
    path = tmp_path / "results.sqlite"
    with Store(path) as store:
        store.keep(document("mlp", ("reference", "equal")))
    with sqlite3.connect(path) as connection:
        connection.execute(f"UPDATE {table} SET {column} = ?", (text,))

    with Store(path) as store, pytest.raises(UserError) as told:
        store.latest()

    assert str(path) in str(told.value)
    assert words in str(told.value)


def test_a_damaged_row_is_named_and_a_new_run_in_the_same_file_helps(tmp_path):
    path, mlp = tmp_path / "results.sqlite", document("mlp", ("reference", "equal"))
    with Store(path) as store:
        store.keep(mlp)
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE rows SET row = '{}'")

    with Store(path) as store:
        with pytest.raises(
            UserError,
            match=r"\(mlp-1: reference \(eager\): a row has no .* new run in it",
        ):
            store.go_on(REQUEST, MACHINE, [])
        store.keep(mlp)
        assert store.latest() == [mlp]


def test_a_store_that_must_exist_is_not_made(tmp_path):
    with pytest.raises(UserError, match=r"results\.sqlite is not there"):
        existing(tmp_path / "build" / "results.sqlite")

    assert not list(tmp_path.iterdir())


def test_a_store_that_is_only_read_writes_nothing(tmp_path):
    path = tmp_path / "results.sqlite"
    with Store(path) as store:
        store.keep(document("mlp", ("reference", "equal")))
    before = path.read_bytes()
    path.chmod(0o444)

    with existing(path) as store:
        assert [d["experiment"]["model"] for d in store.latest()] == ["mlp"]
        with pytest.raises(UserError, match="readonly database"):
            store.keep(document("gpt", ("reference", "equal")))

    assert path.read_bytes() == before


def test_reading_waits_for_nobody_who_is_about_to_write(tmp_path):
    path = tmp_path / "results.sqlite"
    with Store(path) as store:
        store.keep(document("mlp", ("reference", "equal")))

    with sqlite3.connect(path) as writer:
        writer.execute("BEGIN IMMEDIATE")
        with existing(path) as store:
            assert len(store.latest()) == 1


def test_an_empty_file_is_told_and_not_written_by_who_only_reads(tmp_path):
    path = tmp_path / "results.sqlite"
    path.touch()

    with pytest.raises(UserError, match="no such table"):
        existing(path)

    assert not path.read_bytes()


def test_a_file_that_another_process_is_writing_is_told_so(tmp_path, monkeypatch):
    monkeypatch.setattr(store_module, "WAIT_SECONDS", 0)
    path = tmp_path / "results.sqlite"
    with Store(path):
        pass

    with sqlite3.connect(path) as writer:
        writer.execute("BEGIN EXCLUSIVE")
        with pytest.raises(UserError, match="another process is writing it"):
            existing(path)


@pytest.mark.parametrize("name", ["unlocked", "database is locked"])
def test_a_path_that_speaks_of_locks_is_no_lock(tmp_path, name):
    (tmp_path / name).touch()

    with pytest.raises(UserError, match="cannot be used as a results file"):
        Store(tmp_path / name / "results.sqlite")


def test_a_lock_that_cannot_be_opened_is_an_answer(tmp_path):
    (tmp_path / ".results.sqlite.lock").mkdir()

    with (
        Store(tmp_path / "results.sqlite") as store,
        pytest.raises(UserError, match="cannot be opened"),
        store.writing(),
    ):
        pass
