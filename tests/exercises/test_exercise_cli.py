import json
import os
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from exercises.catalogue import HERE
from exercises.cli import app
from exercises.submission import LARGEST_BYTES
from exercises.task import task


@pytest.fixture
def mapping(tmp_path, monkeypatch):
    """A function: run the command line in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def run(*words):
        result = CliRunner().invoke(app, list(map(str, words)))
        assert result.exception is None or isinstance(result.exception, SystemExit)
        return result

    return run


@pytest.fixture
def file(tmp_path):
    return tmp_path / "broadcasting.py"


def test_list_names_every_exercise(mapping):
    result = mapping("list")

    assert result.exit_code == 0
    assert "01 Broadcasting broadcast_shapes" in result.stdout


def test_output_that_is_no_terminal_has_no_colour(mapping):
    assert "\x1b" not in mapping("start", "01").stdout


def test_start_check_grade_go_the_whole_way(mapping, tmp_path, with_body, solution):
    assert mapping("start", "01").exit_code == 0
    file = tmp_path / "work" / "01_broadcasting" / "broadcasting.py"
    assert mapping("check", "01").exit_code == 1

    file.write_text(with_body(solution))

    assert "8 of 8 visible tests pass" in mapping("check", "01").stdout
    assert mapping("check", "01").exit_code == 0
    assert "score 100 of 100" in mapping("grade", file).stdout


def test_plain_pytest_works_whatever_settings_lie_above(
    mapping, tmp_path, with_body, solution, monkeypatch
):
    settings = "[pytest]\naddopts = --import-mode=importlib --no-such-option\n"
    (tmp_path / "pytest.ini").write_text(settings)
    mapping("start", "01", "--to", "mine")
    (tmp_path / "mine" / "broadcasting.py").write_text(with_body(solution))

    command = [sys.executable, "-m", "pytest", "-q"]
    # Where the project is installed, its packages are found without this.
    monkeypatch.setenv("PYTHONPATH", str(HERE.parent), prepend=os.pathsep)
    ended = subprocess.run(command, cwd=tmp_path / "mine", capture_output=True)

    assert ended.returncode == 0, ended.stdout


def test_start_twice_keeps_the_file_and_says_how_to_go_on(mapping, tmp_path):
    mapping("start", "01", "--to", "mine")
    (tmp_path / "mine" / "broadcasting.py").write_text("# my work")

    result = mapping("start", "01", "--to", "mine")

    assert result.exit_code == 2
    assert "--to FOLDER" in result.stderr
    assert (tmp_path / "mine" / "broadcasting.py").read_text() == "# my work"


def test_the_json_document_is_all_of_stdout(mapping, file, broadcasting):
    file.write_text(task(broadcasting))

    result = mapping("grade", "--json", "--seed", 5, file)
    document = json.loads(result.stdout)

    assert result.exit_code == 0
    assert list(document) == [
        "exercise",
        "score",
        "verified",
        "tests",
        "seed",
        "seconds",
    ]
    assert (document["exercise"], document["score"], document["seed"]) == ("01", 0, 5)
    for test in document["tests"]:
        assert list(test) == ["name", "weight", "passed", "detail"]


def test_fresh_seeds_differ(mapping, file):
    file.write_text("# mapping exercise 01\nif:\n")

    seeds = [json.loads(mapping("grade", "--json", file).stdout)["seed"] for _ in "ab"]

    assert seeds[0] != seeds[1]


def test_without_bubblewrap_a_grade_is_unverified(
    mapping, file, with_body, solution, monkeypatch
):
    file.write_text(with_body(solution))
    monkeypatch.setenv("PATH", "")

    document = json.loads(mapping("grade", "--json", file).stdout)

    assert document["score"] == 100
    assert document["verified"] is False
    assert (
        "unverified bubblewrap (bwrap) is not installed"
        in mapping("grade", file).stdout
    )


def test_without_the_filter_of_system_calls_a_grade_is_unverified(
    mapping, file, with_body, solution, walls, without_filter
):
    file.write_text(with_body(solution))

    document = json.loads(mapping("grade", "--json", file).stdout)

    assert document["score"] == 100
    assert document["verified"] is False
    assert "the kernel refuses to filter" in mapping("grade", file).stdout


def test_a_file_without_header_needs_the_option(mapping, file, with_body, solution):
    file.write_text(with_body(solution).partition("\n")[2])

    assert "--exercise" in mapping("grade", file).stderr
    assert "score 100" in mapping("grade", file, "--exercise", "1").stdout


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "there is no file"),
        (b"\xff\xfe\x00", "not UTF-8"),
        (b"#" * (LARGEST_BYTES + 1), "larger than 256 KiB"),
        (b"# mapping exercise 77\n", "01 Broadcasting"),
        (b"", "first line"),
    ],
)
def test_a_file_that_cannot_be_graded_is_a_mistake_told(mapping, file, content, said):
    if content is not None:
        file.write_bytes(content)

    result = mapping("grade", "--json", file)

    assert result.exit_code == 2
    assert result.stdout == ""
    assert said in result.stderr


@pytest.mark.parametrize("path", [".", "/dev/zero", "a" * 5000])
def test_what_is_no_file_is_a_mistake_told(mapping, path):
    result = mapping("grade", path)

    assert result.exit_code == 2
    assert "mistake:" in result.stderr


@pytest.mark.parametrize("words", [["start", "99"], ["check", "99"]])
def test_an_unknown_exercise_is_answered_with_what_there_is(mapping, words):
    result = mapping(*words)

    assert result.exit_code == 2
    assert "01 Broadcasting" in result.stderr


def test_a_syntax_error_scores_nothing_and_names_the_line(mapping, file):
    file.write_text("# mapping exercise 01\n\ndef f(:\n")

    document = json.loads(mapping("grade", "--json", file).stdout)

    assert document["score"] == 0
    assert all(test["detail"].startswith("line 3: ") for test in document["tests"])


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("import os\nos._exit(0)\n", "no report"),
        ("raise SystemExit(0)\n", "SystemExit: 0"),
        ("def f(:\n", "line 1"),
        ("import numpy\n", "solved without numpy"),
        ("", "cannot import name 'broadcast_shapes'"),
    ],
)
def test_check_fails_and_says_why(mapping, file, source, said):
    file.write_text(source)

    result = mapping("check", "01", "--in", ".")

    assert result.exit_code == 1
    assert said in result.stdout


def test_check_ends_an_endless_loop(mapping, file):
    file.write_text("while True: pass\n")

    result = mapping("check", "01", "--in", ".", "--seconds", 1)

    assert result.exit_code == 1
    assert "endless loop" in result.stdout


def test_check_of_an_empty_folder_says_how_to_begin(mapping):
    result = mapping("check", "01")

    assert result.exit_code == 2
    assert "mapping exercise start 01" in result.stderr


def test_check_leaves_nothing_behind(mapping, tmp_path, file, with_body, solution):
    file.write_text(with_body(solution))

    assert mapping("check", "01", "--in", ".").exit_code == 0
    assert list(tmp_path.iterdir()) == [file]
