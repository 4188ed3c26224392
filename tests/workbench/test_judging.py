"""How rows are judged: who votes, who is held against whom, and what is compared."""

import dataclasses

import numpy as np
import pytest

from adapters.contract import MODES
from adapters.zoo import MODELS
from workbench.arrays import under, unit
from workbench.candidates import Candidate
from workbench.experiment import DTYPES, NOISE_RUNS, experiment
from workbench.judging import judge
from workbench.sanity import PREDICTIONS

EXPERIMENT = experiment("linear_regression")
MODEL = MODELS["linear_regression"]


def answers(dtype):
    """What a framework could have, with a gradient that fits its slope."""
    rng = np.random.default_rng(0)
    direction = unit(under("direction", EXPERIMENT.inputs("float64")))
    found = {f"gradient/{n}": rng.normal(size=s) for n, s in MODEL.shapes.items()}
    slope = sum((found[f"gradient/{n}"] * d).sum() for n, d in direction.items())
    found |= {f"activation/{layer}": rng.normal(size=(64, 1)) for layer in MODEL.layers}
    found |= {name: rng.normal(size=(64, 1)) for name in PREDICTIONS}
    found |= {"loss/loss": np.asarray(1.0), "slope/loss": np.full(2, slope)}
    found["losses/loss"] = rng.uniform(1, 2, size=EXPERIMENT.steps)
    runs = [f"after 10, run {run}" for run in range(NOISE_RUNS)]
    for moment in ("after 10", "after 100", "trained", *runs):
        found |= {f"{moment}/{n}": np.ones(s) for n, s in MODEL.shapes.items()}
    return {name: np.asarray(array, dtype) for name, array in found.items()}


def row(framework, **changed):
    """A row with all results; `changed` are functions of them, by dtype."""
    results = {d: changed.get(d, dict)(answers(d)) for d in DTYPES}
    return Candidate(framework, "a mode", results=results)


def moved(name, *, by):
    """A change of everything whose name starts so."""
    return lambda results: {
        n: a + a.dtype.type(by) if n.startswith(name) else a for n, a in results.items()
    }


def stopped(results):
    """What is there after 100 steps."""
    late = ("trained/", "prediction")
    early = {n: a for n, a in results.items() if not n.startswith(late)}
    return early | {"losses/loss": results["losses/loss"][:100]}


def doubled(results):
    """Losses that are twice as large from step 150."""
    losses = results["losses/loss"].copy()
    losses[150:] *= 2
    return results | {"losses/loss": losses}


def judged(*rows):
    judge(rows, EXPERIMENT)
    return rows


def test_what_is_alone_was_compared_over_no_steps():
    (one,) = judged(row("jax"))

    assert (one.status, one.steps) == ("alone", None)


@pytest.mark.parametrize("dtype", DTYPES)
def test_who_stops_early_is_compared_as_far_as_it_went(dtype):
    rows = judged(row("jax"), row("mxnet"), row("pytorch", **{dtype: stopped}))

    assert [c.status for c in rows] == ["equal"] * 3
    assert [c.steps for c in rows] == [200, 200, 100]


def test_who_stops_early_does_not_end_the_comparison_of_the_others():
    wrong = row("mxnet", float64=doubled)

    right, wrong, early = judged(row("jax"), wrong, row("pytorch", float64=stopped))

    assert (early.status, early.steps) == ("equal", 100)
    for c in (right, wrong):
        assert (c.status, c.steps) == ("different", 200)
        assert "float64: training differs in the losses" in c.reason


@pytest.mark.parametrize("slow", [0, 1])
def test_a_mode_that_stops_early_is_compared_beside_one_that_does_not(slow):
    modes = [dataclasses.replace(row("jax"), mode=mode) for mode in ("jit", "op by op")]
    modes[slow].results = {d: stopped(answers(d)) for d in DTYPES}

    rows = judged(*modes, row("mxnet"), row("pytorch"))

    assert [(c.status, c.reason) for c in rows] == [("equal", None)] * 4
    assert modes[slow].steps == 100


def test_a_median_of_three_is_asked_for_all_steps_though_others_stop_early():
    early = [row(f, float64=stopped) for f in ("pytorch", "tensorflow")]
    wrong = row("mxnet", float64=doubled)

    rows = judged(row("jax"), row("reference"), wrong, *early)

    names = {c.framework: c.status for c in rows if c.status != "equal"}
    assert names == {"mxnet": "different"}


def test_who_has_a_wrong_slope_is_not_among_those_that_one_stands_out_of():
    inexact = row("reference", float32=moved("activation/", by=2e-5))
    liars = [
        row(
            framework,
            float64=moved("slope/", by=1.0),
            float32=moved("activation/", by=1e-2),
        )
        for framework in ("mxnet", "tensorflow")
    ]

    found, *_ = judged(inexact, row("jax"), row("pytorch"), *liars)

    assert "activation of output is off" in found.reason


def test_who_is_noisy_does_not_excuse_itself_but_the_others():
    def off(results):  # in each of its trainings, and as far from each other
        once = moved("after 10/", by=1e-3)(results)
        return moved("after 10, run 0", by=2e-3)(
            moved("after 10, run 1", by=3e-3)(once)
        )

    noisy, calm = judged(row("reference", float32=off), row("jax"))
    assert min(noisy.noise["after 10"]) > 1e-4
    assert noisy.status == "different"
    assert calm.status == "equal"

    rows = judged(row("reference", float32=off), row("jax", float32=off))
    assert [c.status for c in rows] == ["equal", "equal"]


def test_a_single_one_that_is_noisy_excuses_nobody():
    noisy = row("reference", float32=moved("after 10, run", by=1e-2))
    off = row("jax", float32=moved("after 10", by=2e-3))

    found = judged(noisy, row("mxnet"), row("pytorch"), off)

    assert min(noisy.noise["after 10"]) > 1e-3
    assert [c.framework for c in found if c.status == "different"] == ["jax"]


def test_one_whose_own_trainings_do_not_repeat_is_different_and_excuses_little():
    restless = row("pytorch", float32=moved("after 10, run", by=0.2))
    off = row("jax", float32=moved("after 10", by=0.1))

    found = judged(restless, off)

    assert [c.status for c in found] == ["different", "different"]
    assert "values one rounding apart differ after 10 steps" in restless.reason
    assert "training differs after 10 steps" in off.reason
    assert "allowed 3e-02" in off.reason


def test_that_nobody_knows_who_is_right_is_not_said_of_a_mode_that_differs_alone():
    right = row("jax")
    wrong = dataclasses.replace(row("jax", float64=moved("loss/", by=1)), mode="jit")

    found = judged(right, wrong, row("pytorch"))

    assert [c.status for c in found] == ["equal", "different", "equal"]
    assert "nothing says which" not in wrong.reason


def test_what_no_rounding_does_in_one_of_two_trainings_excuses_nobody():
    noisy = [
        row(f, float32=moved("after 10, run 0", by=1e-2)) for f in ("mxnet", "pytorch")
    ]
    off = row("jax", float32=moved("after 10", by=2e-3))

    assert [c.status for c in judged(*noisy, off)] == ["equal", "equal", "different"]


def test_each_framework_has_one_vote_on_shapes_however_many_its_modes():
    def transposed(results):
        return results | {"whole": results["whole"].T}

    wrong = [
        dataclasses.replace(
            row("tensorflow", float64=transposed, float32=transposed), mode=mode
        )
        for mode in ("tf.function", "eager", "fit", "session")
    ]

    rows = judged(*wrong, row("jax"), row("mxnet"), row("pytorch"))

    assert [c.status for c in rows] == ["different"] * 4 + ["equal"] * 3
    assert "whole must be float64[64, 1]" in rows[0].reason


def test_modes_of_one_framework_that_agree_are_alone():
    right, too = row("jax"), dataclasses.replace(row("jax"), mode="op by op")

    judged(right, too)

    assert [c.status for c in (right, too)] == ["alone", "alone"]
    assert "nothing but modes and differences of its own loss" in right.reason


def test_modes_of_one_framework_that_disagree_are_different():
    wrong = row("jax", float64=moved("activation/", by=1e-3))
    wrong.mode = "op by op"

    assert {c.status for c in judged(row("jax"), wrong)} == {"different"}


def test_noise_is_asked_of_whom_a_doubtful_row_is_held_against():
    failed, voter = Candidate("jax", "op by op"), row("jax")
    doubtful = row("pytorch", float32=moved("after 10", by=1e-3))
    for c in (voter, doubtful):
        c.measures_noise = False

    again = judge([failed, voter, doubtful, row("mxnet")], EXPERIMENT)

    assert [c.framework for c in again] == ["jax", "pytorch"]


def test_where_nothing_is_doubtful_no_noise_is_asked():
    rows = [row("jax"), row("mxnet"), row("pytorch", float64=doubled)]
    for c in rows:
        c.measures_noise = False

    assert judge(rows, EXPERIMENT) == []


NATIVE = dataclasses.replace(EXPERIMENT, is_native=True)


def updated(framework, *, declared=0.0, found=0.0):
    """A row whose own updates are so far off the shared formula, and the declared."""

    def change(results):
        moments = ("after 10", "after 100", "trained", "losses")
        shapes = MODEL.shapes.items()
        formula = {f"declared/{n}": np.full(s, 1 + declared) for n, s in shapes}
        moved = {n: a + found for n, a in results.items() if n.startswith(moments)}
        return results | moved | formula

    made = row(framework, float64=change, float32=change)
    return dataclasses.replace(made, mode=MODES[framework][0])


def test_whose_own_updates_are_not_those_declared_accuses_nobody():
    rows = [updated("reference"), updated("pytorch", found=1e-2)]

    judge(rows, NATIVE)

    right, wrong = rows
    assert (right.status, right.reason, right.steps) == ("equal", None, None)
    assert wrong.status == "different"
    assert "its own updates are not what is declared of them" in wrong.reason
    assert "nothing says which" not in wrong.reason


def test_of_three_the_two_that_vote_on_training_may_disagree():
    first = updated("jax", declared=1e-2, found=1e-2)
    rows = [updated("reference"), first, updated("pytorch", found=2e-2)]

    judge(rows, NATIVE)

    words = "reference and jax disagree, and nothing says which of them is right"
    assert [c.status for c in rows] == ["different"] * 3
    assert [words in c.reason for c in rows] == [True, True, False]
