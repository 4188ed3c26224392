import sqlite3

import pytest

from workbench.errors import UserError
from workbench.store import Store


def document(model, *rows):
    return {
        "schema": 1,
        "experiment": {"id": f"{model}-1", "model": model},
        "machine": {"cpu": "a cpu"},
        "basis": None,
        "rows": [
            {"framework": f, "mode": "eager", "status": s, "reason": None}
            for f, s in rows
        ],
    }


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
