"""What equality is told from: gates, slopes, shapes, the median and the outlier."""

import dataclasses

import numpy as np
import pytest

from adapters.zoo import metrics
from adapters.zoo.model import Data, Model, momentum
from workbench import consensus, distances, equality, sanity
from workbench.arrays import named, under

MODEL = Model(
    about="two linear layers",
    layers=("hidden", "output"),
    shapes={"hidden.weight": (2, 2), "output.weight": (2, 1)},
    data=lambda: Data({}, {}),
    metric=metrics.mean_squared_error,
    optimiser=momentum(lr=2**-4),
    steps=5,
    batch=3,
    reaches=1.0,
    higher_is_better=False,
)


@pytest.fixture
def direction():
    rng = np.random.default_rng(1)
    return {name: rng.normal(size=shape) for name, shape in MODEL.shapes.items()}


@pytest.fixture
def results(direction):
    rng = np.random.default_rng(0)
    made = {
        "activation/hidden": rng.normal(size=(3, 2)),
        "activation/output": rng.normal(size=(3, 1)),
        "gradient/hidden.weight": rng.normal(size=(2, 2)),
        "gradient/output.weight": rng.normal(size=(2, 1)),
        "trained/hidden.weight": rng.normal(size=(2, 2)),
        "trained/output.weight": rng.normal(size=(2, 1)),
    }
    made |= {"whole": made["activation/output"], "loss/loss": np.asarray(0.7)}
    made["one"] = rng.normal(size=(1, 1))
    made["untrained"] = rng.normal(size=(8, 1))
    made |= {"losses/loss": rng.uniform(size=5), "prediction": rng.normal(size=(4, 1))}
    length = np.sqrt(sum((d**2).sum() for d in direction.values()))
    made["slope/loss"] = sum(
        (made[f"gradient/{n}"] * d).sum() / length for n, d in direction.items()
    )
    return made


def changed(results, name, *, by):
    return {**results, name: results[name] + by}


def test_equal_results_have_no_errors_and_no_reason(results):
    verdict = equality.verdict(results, results, MODEL, "float64")

    assert verdict == equality.Verdict(
        *(0.0, 0.0, 0.0),
        layers=tuple(equality.LayerError(name, 0.0, 0.0) for name in MODEL.layers),
    )


def test_a_difference_within_the_gate_is_equal(results):
    near = changed(results, "activation/hidden", by=1e-14)

    assert equality.verdict(near, results, MODEL, "float64").reason is None


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("activation/hidden", "forward differs first in layer hidden"),
        ("activation/output", "forward differs first in layer output"),
        ("gradient/output.weight", "gradient differs first in output.weight"),
        ("gradient/hidden.weight", "gradient differs first in hidden.weight"),
        ("whole", "forward differs first in the whole model"),
        ("one", "forward differs first in the prediction for one sample"),
        (
            "untrained",
            "forward differs first in the prediction for the samples for testing",
        ),
        ("loss/loss", "forward differs first in the loss"),
        ("trained/hidden.weight", "training differs in trained, most in hidden.weight"),
        ("losses/loss", "training differs in losses"),
        ("prediction", "training differs in prediction"),
    ],
)
def test_a_difference_is_named_by_its_layer(results, name, expected):
    wrong = changed(results, name, by=1e-6)

    assert expected in equality.verdict(wrong, results, MODEL, "float64").reason


def test_of_two_wrong_gradients_the_one_nearer_to_the_loss_is_named(results):
    wrong = changed(results, "gradient/hidden.weight", by=1e-3)
    wrong = changed(wrong, "gradient/output.weight", by=1e-3)

    reason = equality.verdict(wrong, results, MODEL, "float64").reason

    assert "gradient differs first in output.weight" in reason


def test_not_a_number_is_never_equal(results):
    wrong = changed(results, "activation/output", by=np.nan)

    named = sanity.not_finite(wrong, in_training=False)
    assert named == "NaN in activation of output"
    assert sanity.not_finite(wrong, in_training=True) is None
    assert equality.verdict(wrong, results, MODEL, "float64").reason is not None


def test_a_gradient_that_is_the_slope_of_the_loss_is_believed(results, direction):
    assert sanity.slope_disagrees(results, direction, MODEL) is None


def test_a_gradient_that_is_not_the_slope_of_the_loss_is_not(results, direction):
    wrong = changed(results, "gradient/output.weight", by=0.01)

    reason = sanity.slope_disagrees(wrong, direction, MODEL)

    assert "differences of its own loss" in reason


def test_each_objective_is_held_against_its_own_slope(results, direction):
    two = {"output_loss": "output.", "hidden_loss": "hidden."}
    model = dataclasses.replace(MODEL, objectives=two)
    for objective in two:
        (name,) = model.trained(objective)
        along = direction[name] / np.linalg.norm(direction[name])
        results[f"slope/{objective}"] = (results[f"gradient/{name}"] * along).sum()
    wrong = changed(results, "slope/hidden_loss", by=0.01)

    assert sanity.slope_disagrees(results, direction, model) is None
    assert "loss of the hidden" in sanity.slope_disagrees(wrong, direction, model)


def test_one_wrong_vote_of_three_does_not_move_the_median(results):
    wrong = changed(results, "activation/hidden", by=1.0)

    votes = {"a": results, "b": wrong, "c": results}
    truth = consensus.truths(votes, votes)["b"]

    np.testing.assert_array_equal(
        truth["activation/hidden"], results["activation/hidden"]
    )


def test_what_some_have_not_computed_is_compared_among_the_others(results):
    short = {name: a for name, a in results.items() if not name.startswith("trained/")}
    short["losses/loss"] = results["losses/loss"][:2]
    wrong = changed(results, "trained/hidden.weight", by=1e-3)
    votes = {"a": results, "b": short, "c": results}

    truths = consensus.truths(votes, votes)
    of_two = consensus.truths(votes, votes | {"c": wrong})

    assert distances.steps(results, truths["a"]) == 5
    assert distances.steps(short, truths["b"]) == 2
    for name, vote in votes.items():
        assert equality.verdict(vote, truths[name], MODEL, "float64").reason is None
    for name, vote in {"a": results, "c": wrong}.items():
        reason = equality.verdict(vote, of_two[name], MODEL, "float64").reason
        assert "trained, most in hidden.weight" in reason


def test_losses_are_held_against_all_that_go_so_far(results):
    votes = {
        name: results | {"losses/loss": np.array(losses)}
        for name, losses in {
            "a": [1.0, 1.0, 1.0, 1.0, 1.0],
            "b": [2.0, 2.0, 2.0, 2.0],
            "c": [3.0, 3.0],
        }.items()
    }

    truths = consensus.truths("abcd", votes)

    expected = {"a": [2, 2, 2, 2], "b": [2, 2, 1, 1, 1], "c": [2, 2, 1, 1, 1]}
    for name, losses in (expected | {"d": expected["c"]}).items():
        np.testing.assert_array_equal(truths[name]["losses/loss"], losses)


def test_a_relu_that_rounding_has_switched_excuses_a_gradient_in_float32(results):
    zero = results["activation/hidden"].copy()
    zero[0, 0] = 0
    truth = results | {"activation/hidden": zero}
    near = changed(truth, "activation/hidden", by=0)
    near["activation/hidden"][0, 0] = 1e-7
    near = changed(near, "gradient/hidden.weight", by=1e-2)

    singly = equality.verdict(near, truth, MODEL, "float32")
    exactly = equality.verdict(near, truth, MODEL, "float64")

    assert singly.reason is None
    assert "1 of 6 numbers of layer hidden are zero" in singly.remark
    assert "forward differs first in layer hidden" in exactly.reason


def test_every_layer_in_which_something_has_switched_is_said(results):
    truth = dict(results)
    near = dict(results)
    for layer in MODEL.layers:
        truth[f"activation/{layer}"] = results[f"activation/{layer}"].copy()
        near[f"activation/{layer}"] = results[f"activation/{layer}"].copy()
        truth[f"activation/{layer}"][0, 0] = 0
        near[f"activation/{layer}"][0, 0] = 1e-7

    verdict = equality.verdict(near, truth, MODEL, "float32")

    words = "1 of 6 numbers of layer hidden and 1 of 3 numbers of layer output are zero"
    assert words in verdict.remark
    assert verdict.excused == MODEL.layers


def test_without_a_switch_a_wrong_gradient_is_found_in_float32(results):
    wrong = changed(results, "gradient/hidden.weight", by=1e-2)

    verdict = equality.verdict(wrong, results, MODEL, "float32")

    assert "gradient differs first in hidden.weight" in verdict.reason
    assert verdict.remark is None


def test_two_are_held_against_each_other_and_one_against_nothing(results):
    other = changed(results, "loss/loss", by=1.0)

    both = consensus.truths("abc", {"a": results, "b": other})

    losses = {name: float(truth["loss/loss"]) for name, truth in both.items()}
    assert losses == {"a": 1.7, "b": 0.7, "c": 0.7}
    assert consensus.truths("a", {"a": results}) == {"a": None}


def test_what_is_missing_or_misshapen_is_named(results):
    shapes = {name: np.shape(array) for name, array in results.items()}
    missing = {n: a for n, a in results.items() if n != "gradient/output.weight"}
    transposed = {**results, "trained/output.weight": np.zeros((1, 2))}
    single = {**results, "whole": results["whole"].astype(np.float32)}

    assert sanity.misshapen(results, shapes, "float64") is None
    for wrong, words in [
        (missing, "gradient of output.weight is missing"),
        (transposed, "trained of output.weight must be float64[2, 1], float64[1, 2]"),
        (single, "whole must be float64[3, 1], float32[3, 1] came"),
    ]:
        assert words in sanity.misshapen(wrong, shapes, "float64")
    assert sanity.misshapen(results, {"whole": None}, "float64") is None


def test_the_usual_shape_is_that_of_most(results):
    other = {**results, "activation/hidden": np.zeros((2, 3))}

    usual = sanity.usual_shapes([results, other, results])

    assert usual["activation/hidden"] == (3, 2)
    assert "activation of hidden must be" in sanity.misshapen(other, usual, "float64")


def test_an_inexact_framework_stands_out_among_exact_ones(results):
    exact = {n: np.asarray(a, np.float32) for n, a in results.items()}
    inexact = changed(exact, "activation/hidden", by=np.float32(3e-6))
    outlier = consensus.outlier

    assert outlier(exact, [exact, inexact, exact], results, ()) is None
    assert "activation of hidden" in outlier(inexact, [exact, exact], results, ())
    assert outlier(inexact, [exact], results, ()) is None


def test_an_inexact_gradient_is_excused_before_a_switched_relu(results):
    exact = {n: np.asarray(a, np.float32) for n, a in results.items()}
    inexact = changed(exact, "gradient/hidden.weight", by=np.float32(1e-3))
    outlier = consensus.outlier

    assert "gradient of hidden" in outlier(inexact, [exact, exact], results, ())
    assert outlier(inexact, [exact, exact], results, ("hidden",)) is None


def test_relative_error_is_largest_difference_over_largest_value():
    assert distances.relative(np.array([1.0, 2.0]), np.array([1.5, -4.0])) == 6 / 4
    assert distances.relative(np.array([0.5]), np.array([0.0])) == 0.5


def test_what_rounding_alone_does_is_allowed_ten_times_over(results):
    single, off = one_that_is_off(results, "after 10", by=1e-3)
    noise = {"after 10": 1e-3}

    strict = equality.verdict(off, single, MODEL, "float32")
    aware = equality.verdict(off, single, MODEL, "float32", noise=noise)

    assert "training differs in after 10" in strict.reason
    assert aware.reason is None


def test_of_a_long_training_parameters_are_asked_in_float64_alone(results):
    single, off = one_that_is_off(results, "after 100", by=1e-3)

    singly = equality.verdict(off, single, MODEL, "float32")
    exactly = equality.verdict(off, single, MODEL, "float64")

    assert (singly.reason, singly.trajectory_error) == (None, 0.0)
    assert "training differs in after 100" in exactly.reason


def one_that_is_off(results, moment, *, by):
    """Results with a snapshot, and others whose snapshot is off."""
    path = {f"{moment}/{n}": results[f"trained/{n}"] for n in MODEL.shapes}
    single = {**results, **path}
    return single, changed(single, f"{moment}/hidden.weight", by=by)


def test_of_trainings_one_rounding_apart_the_median_counts(results):
    results |= named("after 10", under("trained", results))
    single = {name: a.astype(np.float32) for name, a in results.items()}
    apart = {n: a + np.float32(0.01) for n, a in under("after 10", single).items()}
    same = under("after 10", single)

    def reason(*runs):
        names = ("after 10", "after 10, run 0", "after 10, run 1")
        made = [named(name, run) for name, run in zip(names, runs, strict=True)]
        return equality.verdict(
            single | made[0] | made[1] | made[2], results, MODEL, "float32"
        ).reason

    assert reason(apart, same, same) is None
    assert reason(same, apart, same) is None
    assert "training differs in after 10" in reason(apart, apart, same)


def test_the_noise_floor_is_the_largest_effect_in_any_run(results):
    single = {f"after 10/{n}": results[f"trained/{n}"] for n in MODEL.shapes}
    for run, by in enumerate([0.0, 1e-3]):
        for n in MODEL.shapes:
            single[f"after 10, run {run}/{n}"] = single[f"after 10/{n}"] + by

    floor = consensus.noise_floor(single)

    length = np.sqrt(sum((results[f"trained/{n}"] ** 2).sum() for n in MODEL.shapes))
    assert floor == {"after 10": pytest.approx(1e-3 * np.sqrt(6) / length)}


def test_the_noise_floor_of_the_first_losses_is_that_of_as_many(results):
    usual = results["losses/loss"]
    noisy = {"first losses, run 0/loss": usual[:10] * (1 + 1e-3)}

    floor = consensus.noise_floor(results | noisy)

    assert floor == {"first losses": pytest.approx(1e-3)}


def test_first_losses_may_be_as_far_off_as_one_rounding_makes_others(results):
    off = {**results, "losses/loss": results["losses/loss"] * (1 + 1e-3)}
    noise = {"first losses": 2e-4}

    alone = equality.verdict(off, results, MODEL, "float32")
    excused = equality.verdict(off, results, MODEL, "float32", noise=noise)

    assert "training differs in first losses" in alone.reason
    assert excused.reason is None
