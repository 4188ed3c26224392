"""What trainings say together, where the answers can be counted by hand."""

import dataclasses
import json

import pytest

from workbench.recipes.plan import fitting, plan
from workbench.recipes.summary import document, rows, tally
from workbench.recipes.training import Troubles

SEEDS = range(5)


def test_a_row_has_the_mean_the_spread_and_the_seeds_that_keep_the_promise(training):
    (row,) = rows([training(seed=s, value=v) for s, v in [(1, 0.9), (0, 0.94)]], [0, 1])

    assert row.values == {0: 0.94, 1: 0.9}
    assert row.mean == pytest.approx(0.92)
    assert row.spread == pytest.approx(0.04 / 2**0.5)
    assert (row.promised, row.reached) == (0.93, 1)
    assert not row.is_good


def test_one_alone_is_good_if_it_keeps_its_promise(training):
    (row,) = rows([training(seed=seed) for seed in SEEDS], SEEDS)

    assert (row.verdict, row.equivalence) == ("alone", None)
    assert row.is_good


def test_only_the_wrong_one_of_four_is_not_equivalent(training):
    names = ("jax", "mxnet", "tensorflow")
    right = [training(name, seed) for name in names for seed in SEEDS]
    wrong = [training("pytorch", seed, value=0.97) for seed in SEEDS]

    found = {row.framework: row for row in rows(right + wrong, SEEDS)}

    assert list(found) == ["pytorch", "tensorflow", "mxnet", "jax"]
    assert [name for name, row in found.items() if not row.is_good] == ["pytorch"]
    assert found["pytorch"].equivalence.mean == pytest.approx(0.02)


def test_only_seeds_that_all_have_are_compared(training):
    both = [training(name, seed) for name in ("jax", "mxnet") for seed in range(2)]

    found = rows([*both, training("jax", 2, value=0.99)], range(3))

    assert [(row.equivalence.mean, row.equivalence.pairs) for row in found] == [
        (0, 2),
        (0, 2),
    ]


def test_frameworks_without_seeds_in_common_are_not_alone(training):
    apart = [training("jax", seed) for seed in (0, 1)]
    apart += [training("mxnet", seed) for seed in (1, 2)]

    found = rows(apart, range(3))

    assert [(row.verdict, row.is_good) for row in found] == [("not shown", False)] * 2
    assert [row.lacking for row in found] == [[0], [2]]


def test_one_seed_of_a_framework_neither_hides_the_others_nor_passes(training):
    values = {"reference": 0.95, "pytorch": 0.99}
    known = [training(n, seed, value=v) for n, v in values.items() for seed in SEEDS]

    found = {r.framework: r for r in rows([*known, training("jax", 0)], SEEDS)}

    verdicts = {name: (row.verdict, row.is_good) for name, row in found.items()}
    assert verdicts == {
        "reference": ("different", False),
        "pytorch": ("different", False),
        "jax": ("not shown", False),
    }
    assert [row.lacking for row in found.values()] == [[], [], [1, 2, 3, 4]]
    assert found["jax"].spread is None


def test_a_row_that_lacks_a_seed_is_not_good_whatever_the_others_show(training):
    known = [training(name, s) for name in ("jax", "mxnet") for s in range(6)]

    found = rows(known[:-1], range(6))

    assert [(row.verdict, row.is_good) for row in found] == [
        ("equivalent", False),
        ("equivalent", True),
    ]


@pytest.fixture
def whole(training):
    """A plan of two models on two frameworks, and all its trainings."""
    tasks = plan(["mlp", "softmax_regression"], ["reference", "jax"], seeds=5, noise=0)
    return tasks, [
        training(
            task.framework,
            task.experiment.seed,
            model=task.experiment.model,
            experiment=task.experiment.id,
            mode=task.mode,
        )
        for task in tasks
    ]


def test_a_tally_of_nothing_claims_nothing(whole):
    tasks, _ = whole

    found = tally(tasks, [])

    assert not found.is_complete
    assert str(found) == (
        "0 of 4 rows equivalent, 4 not shown, 0 different; "
        "20 of 20 trainings are still to be done"
    )


def test_a_tally_counts_rows_by_what_they_show(whole):
    tasks, trainings = whole
    off = [
        dataclasses.replace(one, value=0.5) if one.model == "mlp" and is_jax else one
        for one in trainings
        for is_jax in [one.framework == "jax"]
    ]

    assert tally(tasks, trainings).is_complete
    assert tally(tasks, trainings).equivalent == 4
    assert str(tally(tasks, off)).startswith("2 of 4 rows equivalent, 0 not shown, 2")
    assert not tally(tasks, off[1:]).is_complete


@pytest.mark.parametrize(
    "change",
    [
        {"experiment": "mlp-of-yesterday"},
        {"mode": "eager"},
        {"machine": None},
        {"seed": 7},
        {"source": "older"},
    ],
)
def test_a_training_that_is_not_of_the_plan_is_still_to_be_done(whole, change):
    tasks, (first, *others) = whole
    old = dataclasses.replace(first, **change)

    assert fitting(tasks, [old, *others]) == others
    assert tally(tasks, [old, *others]).waiting == 1


def test_mixed_versions_are_not_complete(whole):
    tasks, (first, *others) = whole
    newer = dataclasses.replace(first, versions={"numpy": "3"})

    found = tally(tasks, [newer, *others])

    assert not found.is_complete
    assert str(found).endswith(
        "0 of 20 trainings are still to be done; reference is of mixed versions"
    )


def test_noise_is_the_largest_of_all_seeds(training):
    first = {"value": 0.94, "losses": {"1": 2e-7, "400": 1e-3}}
    second = {"value": 0.97, "losses": {"1": 1e-7, "400": 2e-3}}

    (row,) = rows(
        [
            training(seed=0, noise=first),
            training(seed=1, noise=second),
            training(seed=2),
        ],
        range(3),
    )

    assert row.metric_noise == pytest.approx(0.02)
    assert row.loss_noise == {1: 2e-7, 400: 2e-3}


def test_without_noise_nothing_is_said_of_it(training):
    (row,) = rows([training(seed=seed) for seed in range(2)], range(2))

    assert (row.metric_noise, row.loss_noise) == (None, None)


def test_the_document_holds_what_was_trained_and_what_it_says(training):
    trainings = [training(n, s) for n in ("jax", "mxnet") for s in SEEDS]
    troubles = Troubles(missing={"pytorch": "not installed"})

    found = document(rows(trainings, SEEDS), trainings, troubles)

    assert json.loads(json.dumps(found))["missing"] == {"pytorch": "not installed"}
    assert found["trainings"] == [dataclasses.asdict(one) for one in trainings]
    assert [row["verdict"] for row in found["rows"]] == ["equivalent"] * 2
    assert found["margins"]["accuracy"]["size"] == 0.01
