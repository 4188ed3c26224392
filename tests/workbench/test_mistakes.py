"""What the command says to a mistake: one message, exit code 2, nothing lost."""

import sqlite3

import pytest
from short_comparisons import COMPARE_MLP, QUICK

from workbench import cli

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


def test_an_alien_results_file_is_kept_and_explained(run, tmp_path):
    (tmp_path / "build").mkdir()
    path = tmp_path / "build" / "results.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 9")

    done = run(*QUICK)

    assert done.returncode == 2
    assert "schema version 9" in done.stderr
    assert sqlite3.connect(path).execute("PRAGMA user_version").fetchone() == (9,)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (
            MemoryError("Unable to allocate 9 GiB"),
            "exhausted: Unable to allocate 9 GiB",
        ),
        (MemoryError(), "exhausted"),
    ],
    ids=["of NumPy", "of Python"],
)
def test_memory_that_is_exhausted_is_told(monkeypatch, capfd, error, words):
    def exhaust():
        raise error

    for name, stand_in in (("app", exhaust), ("heed_termination", lambda: None)):
        monkeypatch.setattr(cli, name, stand_in)

    with pytest.raises(SystemExit) as ended:
        cli.main()

    assert ended.value.code == 2
    assert capfd.readouterr().err == f"mapping: memory is {words}\n"
