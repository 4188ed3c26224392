"""Whether all of a run passes, and what is told of it."""

import json
import math

import pytest
from comparison_documents import document, row

from workbench import compare_command, report
from workbench.compare_command import all_equal
from workbench.terminal import Terminated


def rows(*found):
    """A document whose rows have these statuses and causes."""
    return [{"rows": [{"status": status, "cause": cause} for status, cause in found]}]


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ([("equal", None), ("alone", None), ("missing", None)], True),
        ([("equal", None), ("different", "its own momentum")], True),
        ([("equal", None), ("different", None)], False),
        ([("equal", None), ("failed", None)], False),
        ([("missing", None), ("unsupported", None)], False),
    ],
)
def test_all_pass_that_are_equal_or_alone_or_have_a_known_cause(found, expected):
    assert all_equal(rows(*found)) is expected


def test_what_is_no_number_is_null_in_json(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(report, "write", lambda documents, folder: folder)
    row, saved = {"losses": [math.nan, math.inf, 1.0]}, tmp_path / "saved.json"
    expected = {"basis": None, "rows": [{"losses": [None, None, 1.0]}] * 2}

    documents = [{"basis": None, "rows": [row, row]}]
    compare_command._publish(documents, documents, tmp_path, as_json=True, save=saved)

    assert json.loads(capsys.readouterr().out) == expected
    assert json.loads(saved.read_text())["documents"] == [expected]


def test_an_interrupt_between_two_models_says_how_to_go_on(
    tmp_path, monkeypatch, capsys
):
    def stopped(one, request, store, *others):
        if one.model == "mlp":
            raise Terminated
        found = document(row("reference"), model=one.model, experiment_id=one.id)
        store.keep(found)
        return found

    monkeypatch.setattr(compare_command, "_compare", stopped)
    with pytest.raises(compare_command.typer.Exit) as told:
        compare_command.compare(
            ["linear_regression", "mlp"], "reference", as_json=True, output=tmp_path
        )

    assert told.value.exit_code == 143
    assert "has 1 whole comparison; the same command with --resume goes on\n" in (
        capsys.readouterr().err.replace(f"{tmp_path}/", "")
    )


def test_a_second_interrupt_does_not_hide_what_the_first_one_kept(
    tmp_path, monkeypatch, capsys
):
    def stopped(one, request, store, *others):
        found = document(row("reference"), model=one.model, experiment_id=one.id)
        store.keep(found | {"is_complete": False})
        raise KeyboardInterrupt

    monkeypatch.setattr(compare_command, "_compare", stopped)
    with pytest.raises(compare_command.typer.Exit):
        compare_command.compare(["mlp"], "reference", as_json=True, output=tmp_path)

    assert "has 1 row of mlp; the same command with --resume goes on at the start" in (
        capsys.readouterr().err
    )
