"""Trainings in processes: short ones, that are counted, spoiled and resumed."""

import dataclasses
import json
import re
from datetime import date

import pytest

from workbench.experiment import experiment, recipe
from workbench.laboratory import Laboratory
from workbench.recipes.plan import Task
from workbench.recipes.store import Store
from workbench.recipes.summary import rows
from workbench.recipes.training import moments, train_all

LIMIT_SECONDS = 120
today = date.today
BOTH = ("reference", "pytorch")
READY = json.dumps({"import_seconds": 1, "versions": {"jax": "99.0"}})

# Trains with half the step size; else it is a worker like all others.
TIMID = """
    import sys
    from workbench import jobs, worker
    learn = jobs.Jobs.learn
    def learn_timidly(self, *, optimiser, **options):
        half = {**optimiser, "lr": optimiser["lr"] / 2}
        return learn(self, optimiser=half, **options)
    jobs.Jobs.learn = learn_timidly
    worker.main(*sys.argv[3:])
"""


def tasks(frameworks, seeds=2, with_noise=False, **options):
    return [
        Task(experiment("linear_regression", seed=seed, **options), name, with_noise)
        for seed in range(seeds)
        for name in frameworks
    ]


@pytest.fixture
def laboratory():
    with Laboratory(limit_seconds=LIMIT_SECONDS) as laboratory:
        yield laboratory


@pytest.fixture
def train(tmp_path, laboratory):
    """A function that trains, and returns the store, the troubles and what was said."""

    def train(asked):
        store, said = Store(tmp_path / "recipes.json"), []
        _, troubles = train_all(
            asked, store, laboratory, lambda *parts: said.append(parts)
        )
        return store, troubles, said

    return train


@pytest.mark.frameworks
def test_what_is_in_the_file_is_not_trained_again(train):
    before = str(today())
    first, troubles, said = train(tasks(BOTH, steps=20))

    assert not troubles.missing | troubles.failed
    assert sorted((done, total) for _, done, total in said) == [
        (n, 4) for n in range(1, 5)
    ]
    assert {one.machine["date"] for one in first.trainings} <= {before, str(today())}
    assert all(
        abs(row.equivalence.mean) < row.equivalence.margin / 1000
        for row in rows(first.trainings, range(2))
    )

    # One seed more for one framework is one training more.
    more = tasks(["reference"], seeds=3, steps=20)
    again, _, said = train([*tasks(BOTH, steps=20), *more])
    assert [(done, total) for _, done, total in said] == [(1, 1)]
    assert set(map(repr, first.trainings)) < set(map(repr, again.trainings))


@pytest.mark.frameworks
def test_a_wrong_step_size_is_not_equivalent(train, impostor, laboratory):
    impostor("pytorch", TIMID)
    laboratory.cores = laboratory.cores[:1]  # a framework is imported once, not twice

    store, troubles, _ = train(tasks(BOTH, seeds=5, steps=20))

    assert not troubles.failed
    verdicts = [row.verdict for row in rows(store.trainings, range(5))]
    assert verdicts == ["different"] * 2


def test_a_training_serves_again_if_nothing_but_the_day_has_changed(training):
    one, versions = Task(recipe("mlp"), "jax", with_noise=False), {"jax": "1"}
    made = training("jax", mode="jit", versions=versions)

    assert one.is_done(made, versions)
    assert not one.is_done(made, {"jax": "2"})
    assert not one.is_done(dataclasses.replace(made, source="older"), versions)
    for change in (
        {"experiment": recipe("mlp", seed=1)},
        {"experiment": recipe("mlp", lr=0.5)},
        {"framework": "mxnet"},
        {"with_noise": True},
    ):
        assert not dataclasses.replace(one, **change).is_done(made, versions)


def test_a_crash_is_named_and_the_others_go_on(train, impostor, laboratory):
    laboratory.cores = laboratory.cores[:1]
    impostor("jax", f"print({READY!r}, flush=True); input(); raise SystemExit(3)")

    store, troubles, _ = train(tasks(["jax", "reference"], steps=5))

    assert troubles.failed.keys() == {
        f"linear_regression, jax, seed {seed}" for seed in range(2)
    }
    assert "exit code 3" in troubles.failed["linear_regression, jax, seed 0"]
    assert [one.framework for one in store.trainings] == ["reference", "reference"]


# A file as a worker might leave it; the answer is as it should be.
FILES = {
    "nothing": ("pass", "the answer cannot be read"),
    "half a file": ("open(output, 'wb').write(b'PK half')", "cannot be read"),
    "no prediction": (
        "np.savez(output, **{'losses/loss': np.zeros(5)})",
        "learn: prediction is missing",
    ),
    "no second training": (
        "np.savez(output, **{'losses/loss': np.zeros(5), 'prediction': PREDICTION})",
        "learn, run 0: prediction is missing",
    ),
    "too few losses": (
        "np.savez(output, **{'losses/loss': np.zeros(4), 'prediction': PREDICTION})",
        r"learn: losses of loss must be float32\[5\], float64\[4\] came",
    ),
}
WRITER = """
    import json, sys
    import numpy as np
    PREDICTION = np.zeros((88, 1), np.float32)
    print({ready!r}, flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        output = request["output"]
        {write}
        print(json.dumps({{"id": request["id"]}}), flush=True)
"""


@pytest.mark.parametrize("written", FILES)
def test_a_file_that_is_not_whole_is_a_failure(train, impostor, laboratory, written):
    laboratory.cores = laboratory.cores[:1]
    write, words = FILES[written]
    impostor("jax", WRITER.format(ready=READY, write=write))

    _, troubles, _ = train(tasks(["jax"], seeds=1, steps=5, with_noise=True))

    (trouble,) = troubles.failed.values()
    assert re.search(words, trouble)


def test_an_old_training_does_not_stand_for_one_that_failed(
    tmp_path, impostor, laboratory, training
):
    laboratory.cores = laboratory.cores[:1]
    impostor("jax", f"print({READY!r}, flush=True); input(); raise SystemExit(3)")
    (task,) = tasks(["jax"], seeds=1, steps=5)
    fields = {"model": task.experiment.model, "experiment": task.experiment.id}
    old = training("jax", mode=task.mode, versions={"jax": "1.0"}, **fields)
    store = Store(tmp_path / "recipes.json")
    store.keep(old)

    trainings, troubles = train_all([task], store, laboratory)

    assert str(task) in troubles.failed
    assert not trainings
    assert not Store(store.path).trainings


def test_a_training_by_what_is_not_installed_is_kept_and_not_shown(
    tmp_path, impostor, laboratory, training
):
    impostor("jax", """print('{"missing": "jax"}', flush=True)""")
    (task,) = tasks(["jax"], seeds=1, steps=5)
    fields = {"model": task.experiment.model, "experiment": task.experiment.id}
    old = training("jax", mode=task.mode, **fields)
    store = Store(tmp_path / "recipes.json")
    store.keep(old)

    trainings, troubles = train_all([task], store, laboratory)

    assert "jax" in troubles.missing
    assert not trainings
    assert Store(store.path).trainings == [old]


def test_what_is_not_installed_is_nobodys_mistake(train, impostor):
    impostor("jax", """print('{"missing": "jax"}', flush=True)""")

    store, troubles, said = train(tasks(["jax"], steps=5))

    assert "make setup FRAMEWORKS=jax" in troubles.missing["jax"]
    assert not troubles.failed
    assert not said
    assert not store.path.exists()


def test_a_training_that_explodes_is_not_kept(train, laboratory):
    laboratory.cores = laboratory.cores[:1]
    store, troubles, _ = train(tasks(["reference"], seeds=1, steps=40, lr=1e3))

    (reason,) = troubles.failed.values()
    assert reason.startswith(("NaN in", "infinity in"))
    assert not store.trainings


def test_moments_are_1_2_5_10_and_the_last():
    assert moments(20) == [1, 2, 5, 10, 20]
    assert moments(1200) == [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 1200]
    assert moments(1) == [1]
