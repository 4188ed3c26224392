"""The command as a user meets it: its words, its files and its exit codes."""

import json
import re
import sqlite3

import pytest
from short_comparisons import COMPARE_MLP, QUICK

from workbench import cli, machine

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
    "compare mlp --threads 1,4096": "cores that there are, 4096 came",
    "compare mlp --threads 1,x": "threads must be a whole number of at least 1, x came",
    "compare mlp --threads 0": "threads must be a whole number of at least 1, 0 came",
    "compare mlp --threads ,": "name at least one number of threads",
    "compare mlp --limit nan": "limit must be a number in [1, 86400], nan came",
    "compare mlp --limit inf": "limit must be a number in [1, 86400], inf came",
    "compare mlp --patience nan": "patience must be a number in [0, 86400], nan came",
    "compare mlp --rounds 0": "rounds must be a whole number of at least 1, 0 came",
    "compare mlp --steps 1e3": "steps must be a whole number, 1e3 came",
    "compare mlp --batch many": "batch must be a whole number, many came",
    "compare mlp --output=": "output must be the name of a folder, '' came",
    "recipes --seeds 2.5": "seeds must be a whole number, 2.5 came",
    "compare mlp --frameworks reference,jax --modes module,jit": "has a mode module;",
    "compare mlp --save /proc/here": "/proc/here is no place for a file",
    "report --svg no/where.svg": "--svg: no/where.svg is no place for a file",
    "report --svg /tmp": "--svg: /tmp is no place for a file: it is a folder",
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
    assert json.loads((tmp_path / "saved.json").read_text())["schema"] == 4


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


def test_a_framework_without_any_of_the_modes_is_named(run):
    asked = [*COMPARE_MLP, "--quick", "--equality-only", "--modes", "compiled"]

    done = run(*asked, "--frameworks", "reference,jax,pytorch")

    assert done.returncode == 0
    assert "jax, pytorch have no mode compiled, and are left out" in done.stderr


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


def test_memory_that_is_exhausted_is_told_without_a_traceback(monkeypatch, capfd):
    def exhaust():
        raise MemoryError("Unable to allocate 9 GiB")

    for name, stand_in in (("app", exhaust), ("heed_termination", lambda: None)):
        monkeypatch.setattr(cli, name, stand_in)

    with pytest.raises(SystemExit) as ended:
        cli.main()

    assert ended.value.code == 2
    said = capfd.readouterr().err
    assert "mapping: memory is exhausted: Unable to allocate 9 GiB" in said
