"""The command as a user meets it: its words and its exit codes."""

import json

import pytest

from atlas.row import Row
from atlas.rows import ROWS
from workbench.atlas import command
from workbench.atlas.running import Column
from workbench.errors import UserError

PATIENCE_SECONDS = 30  # a quarter of what one answer of a witness may take
MISTAKES = {
    "99": "unknown row '99'; there are 1 to ",
    "gelo": "unknown row 'gelo'",
    "24 --frameworks caffe": "unknown framework 'caffe'; there are",
    "24 --frameworks ,": "name at least one framework of: reference",
}


def test_the_list_names_every_row_and_runs_nothing(capsys):
    command.atlas(as_json=True)

    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == 1
    assert [row["number"] for row in document["rows"]] == [row.number for row in ROWS]
    assert document["versions"] == {}


def test_the_list_is_a_table_for_people(run):
    done = run("atlas")

    assert done.returncode == 0
    assert "GELU of 1" in done.stdout
    assert "odd one out" in done.stdout


def test_a_row_shows_its_programs_and_what_they_print(run):
    done = run("atlas", "5", "--frameworks", "reference")

    assert done.returncode == 0
    assert "def same_padding():" in done.stdout
    assert "→ [3, 9, 15]" in done.stdout
    assert "to make them equal" in done.stdout
    assert "→ [6, 12, 11]" in done.stdout


@pytest.fixture
def found(monkeypatch):
    """A function: what a check of one row says if a framework prints this."""

    def found(prints, **options):
        row = Row("functions", 14, "gelu", "GELU of 1", "why", {"jax": 0.8})
        column = Column("jax", {"jax": "99.0"}, {"gelu": {"prints": prints}})
        monkeypatch.setattr(command, "ROWS", (row,))
        monkeypatch.setattr(command, "run", lambda rows, names: [column])
        command.atlas(check=True, frameworks="jax", **options)

    return found


def test_a_check_that_holds_says_so(found, capsys):
    found(0.8)

    assert "1 rows: as recorded" in capsys.readouterr().out


@pytest.mark.parametrize("is_missing", [False, True])
def test_a_check_of_which_nothing_ran_does_not_say_that_it_holds(
    monkeypatch, capsys, is_missing
):
    column = Column("jax", {}, {}, trouble="jax: gone", is_missing=is_missing)
    monkeypatch.setattr(command, "run", lambda rows, names: [column])

    with pytest.raises(command.typer.Exit):
        command.atlas(check=True, frameworks="jax")

    said = capsys.readouterr().out
    assert "jax: gone" in said
    assert "as recorded" not in said


@pytest.mark.parametrize("as_json", [False, True])
def test_a_check_that_fails_says_where_and_has_an_exit_code(found, capsys, as_json):
    with pytest.raises(command.typer.Exit) as exit:
        found(0.84, as_json=as_json)

    said = capsys.readouterr().out
    assert exit.value.exit_code == command.EXIT_DIFFERENT
    assert "row 14 (gelu), jax (jax 99.0): expected 0.8, found 0.84" in said
    if as_json:
        assert json.loads(said)["rows"][0]["found"] == {"jax": 0.84}


@pytest.mark.parametrize("line", MISTAKES)
def test_a_mistake_is_explained(line):
    rows, _, frameworks = line.partition(" --frameworks ")

    with pytest.raises(UserError, match=f"^{MISTAKES[line].replace('(', '.')}"):
        command.atlas([rows], frameworks=frameworks or "jax")


def test_a_mistake_has_its_own_exit_code(run):
    done = run("atlas", "99")

    assert done.returncode == 2
    assert "unknown row '99'" in done.stderr
    assert "Traceback" not in done.stderr


# Each waits until nobody can ask any more, and leaves a link: it leads nowhere once the
# process is gone.
LOADING = """
    import os, sys
    os.symlink(f"/proc/{os.getpid()}", "loading")
    sys.stdin.read()
"""
ASKED = """
    import os, signal, sys, time
    print('{"import_seconds": 1, "versions": {}}', flush=True)
    sys.stdin.readline()
    os.symlink(f"/proc/{os.getpid()}", "asked")
    while not os.path.exists("loading"):
        time.sleep(0.05)
    os.kill(os.getppid(), signal.SIGINT)
    sys.stdin.read()
"""


def test_an_interrupt_ends_all_witnesses_at_once(
    run, impostor, tmp_path, heed_interrupts
):
    impostor("jax", LOADING)
    impostor("pytorch", ASKED)

    done = run(
        *("atlas", "--run", "--frameworks", "jax,pytorch"),
        preexec_fn=heed_interrupts,
        timeout=PATIENCE_SECONDS,
    )

    assert (done.returncode, done.stderr) == (130, "interrupted\n")
    for link in (tmp_path / "loading", tmp_path / "asked"):
        assert link.is_symlink()
        assert not link.exists()
