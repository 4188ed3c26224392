"""The command as a user meets it: its words and its exit codes."""

import contextlib
import json

import pytest

from workbench.errors import UserError
from workbench.experiment import experiment
from workbench.lock import only_one
from workbench.recipes import command, plan
from workbench.recipes.store import Store
from workbench.recipes.training import Troubles
from workbench.terminal import Terminated

MISTAKES = {
    "an unknown model": ({"models": ["resnet"]}, "unknown model 'resnet'; there are"),
    "an unknown framework": (
        {"frameworks": "jax,caffe"},
        "unknown framework 'caffe'; there are: reference",
    ),
    "no framework": ({"frameworks": ","}, "name at least one framework of: reference"),
    "one seed": ({"seeds": 1}, "seeds must be at least 2, to have a spread; 1 came"),
    "too much noise": ({"noise": 6}, r"noise must lie in \[0, 5\], 6 came"),
    "no place": ({"save": "no/where.json"}, "no/where.json is no place for a file"),
}


@pytest.fixture
def recipes(tmp_path, monkeypatch):
    """The command on linear regression, with recipes of few steps."""
    monkeypatch.setattr(
        plan, "recipe", lambda model, seed: experiment(model, seed=seed, steps=200)
    )

    def call(models=("linear_regression",), **options):
        options = {
            "save": tmp_path / "recipes.json",
            "frameworks": "reference",
        } | options
        command.recipes(list(models), **{**options, "save": tmp_path / options["save"]})

    return call


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_explained_before_anything_is_trained(recipes, tmp_path, mistake):
    options, words = MISTAKES[mistake]

    with pytest.raises(UserError, match=words):
        recipes(**options)

    assert not list(tmp_path.iterdir())


def test_a_damaged_file_is_left_alone(recipes, tmp_path):
    path = tmp_path / "recipes.json"
    path.write_text("nothing")

    with pytest.raises(UserError, match=r"recipes\.json cannot be used"):
        recipes()

    assert path.read_text() == "nothing"


def test_what_another_run_has_just_kept_stays(recipes, tmp_path, training, monkeypatch):
    @contextlib.contextmanager
    def only_one(path):
        Store(path).keep(training(seed=7))  # until now the other one had the lock
        yield

    monkeypatch.setattr(command, "only_one", only_one)

    recipes(seeds=2)

    kept = Store(tmp_path / "recipes.json").trainings
    assert {one.seed for one in kept} == {0, 1, 7}


def test_only_one_run_writes_a_file(recipes, tmp_path):
    with (
        only_one(tmp_path / "recipes.json"),
        pytest.raises(UserError, match=r"is writing .*recipes\.json"),
    ):
        recipes()


def test_json_is_one_document_and_the_file_is_for_the_next_time(
    recipes, tmp_path, capsys
):
    recipes(seeds=2, as_json=True)

    document = json.loads(capsys.readouterr().out)
    (row,) = document["rows"]
    assert row["reached"] == 2
    assert row["verdict"] == "alone"
    assert row["loss_noise"].keys() >= {"1", "100", "200"}
    assert 0 < row["loss_noise"]["200"] < 1e-5
    assert row["metric_noise"] < 1e-5
    saved = json.loads((tmp_path / "recipes.json").read_text())
    assert saved["trainings"] == document["trainings"]

    recipes(seeds=2)
    said = capsys.readouterr().out
    assert "linear_regression: mean squared error, promised ≤ 0.6" in said
    assert "2/2" in said


def test_a_broken_promise_has_an_exit_code(recipes, monkeypatch, training):
    def train_badly(tasks, store, *others):
        for task in tasks:
            fields = {"experiment": task.experiment.id, "mode": task.mode}
            store.keep(training(seed=task.experiment.seed, value=0.5, **fields))
        return store.trainings, Troubles()

    monkeypatch.setattr(command, "train_all", train_badly)

    with pytest.raises(command.typer.Exit) as exit:
        recipes(["mlp"], seeds=2)

    assert exit.value.exit_code == command.EXIT_DIFFERENT


def test_missing_seeds_are_said_and_are_not_green(
    recipes, monkeypatch, training, capsys
):
    def train(tasks, *others):
        return [
            training(task.framework, task.experiment.seed)
            for task in tasks
            if task.framework != "jax" or task.experiment.seed == 0
        ], Troubles()

    monkeypatch.setattr(command, "train_all", train)

    with pytest.raises(command.typer.Exit) as exit:
        recipes(["mlp"], frameworks="reference,pytorch,jax")

    assert exit.value.exit_code == command.EXIT_DIFFERENT
    said = capsys.readouterr().out
    assert "jax lacks seeds that were asked for: 1, 2, 3, 4" in said
    verdicts = [line.split()[-1] for line in said.splitlines() if "5/5" in line]
    assert verdicts == ["equivalent"] * 2
    assert any("1/1" in line and "not shown" in line for line in said.splitlines())


@pytest.mark.parametrize(
    ("interrupt", "code"), [(KeyboardInterrupt, 130), (Terminated, 143)]
)
def test_an_interrupt_says_how_to_go_on(
    recipes, training, monkeypatch, capsys, interrupt, code
):
    def stopped(tasks, store, *others):
        store.keep(training())
        raise interrupt

    monkeypatch.setattr(command, "train_all", stopped)

    with pytest.raises(command.typer.Exit) as exit:
        recipes()

    assert exit.value.exit_code == code
    assert "the same command goes on from it" in capsys.readouterr().err


def test_an_interrupt_before_anything_was_trained_says_so(recipes, monkeypatch, capsys):
    def stopped(*arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "train_all", stopped)

    with pytest.raises(command.typer.Exit):
        recipes()

    assert capsys.readouterr().err == "interrupted; nothing was finished\n"
