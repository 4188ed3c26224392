"""What there is to measure, and what nothing is refused for."""

import pytest

from benchmarks.cases import (
    AIMS,
    BASIS,
    CONTENDERS,
    PHASES,
    THREADS,
    Contender,
    aim,
    chosen,
    groups,
)
from benchmarks.models.parameters import MODELS
from workbench.errors import UserError


def test_without_filters_there_is_every_model_with_every_number_of_threads():
    found = groups()

    assert [(g.threads, g.model) for g in found] == [
        (threads, model) for threads in THREADS for model in MODELS
    ]
    assert all(g.contenders == CONTENDERS and g.phases == PHASES for g in found)


def test_filters_keep_the_order_of_what_is_known():
    found = groups(models=["gpt", "mlp-8"], threads=[2])

    assert [(g.model, g.threads) for g in found] == [("mlp-8", 2), ("gpt", 2)]


def test_pytorch_eager_is_always_there_for_the_ratio():
    (found,) = groups(models=["gpt"], threads=[1], frameworks=["jax"])

    assert found.contenders == (BASIS, Contender("jax", "jit"))


@pytest.mark.parametrize(
    ("filters", "message"),
    [
        ({"models": ["vgg"]}, "unknown model 'vgg'; there are: mlp-64, mlp-8, lenet"),
        ({"frameworks": ["jacks"]}, "unknown framework 'jacks'; there are: pytorch"),
        ({"threads": [3]}, "unknown number of threads '3'; there are: 1, 2"),
        ({"models": []}, "name at least one model of: mlp-64"),
        ({"frameworks": ["mxnet"], "quick": True}, "nothing is left to measure"),
        ({"models": ["gpt"], "threads": [2], "quick": True}, "nothing is left"),
    ],
)
def test_a_filter_that_matches_nothing_is_refused(filters, message):
    with pytest.raises(UserError, match=message):
        groups(**filters)


def test_the_quick_benchmark_trains_all_models_and_the_first_with_two_threads():
    found = groups(quick=True)

    assert [(g.model, g.threads) for g in found] == [
        *((model, 1) for model in MODELS),
        ("mlp-64", 2),
    ]
    assert {g.phases for g in found} == {("training",)}
    assert {c.framework for g in found for c in g.contenders} == {
        *("pytorch", "reference")
    }


def test_every_training_step_has_an_aim_and_a_stretch_beyond_it():
    training = {place: aim for place, aim in AIMS.items() if place[1] == "training"}

    assert set(training) == {(m, "training", n) for m in MODELS for n in THREADS}
    assert all(aim.stretch < aim.reach for aim in training.values())


def test_only_the_reference_has_aims():
    place = ("gpt", "training", 1)

    assert aim(Contender("reference", "compiled"), *place).reach == 0.9
    assert aim(Contender("reference", "eager"), *place) is None
    assert aim(Contender("jax", "jit"), *place) is None


def test_a_name_twice_is_chosen_once():
    assert chosen("letter", ["b", "b"], "abc") == ["b"]
