import numpy as np
import pytest

from adapters.contract import Model
from workbench import equality

MODEL = Model(
    layers=("hidden", "output"),
    shapes={"hidden.weight": (2, 2), "output.weight": (2, 1)},
    loss="mean_squared_error",
    inputs=2,
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
    made |= {"whole": made["activation/output"], "loss": np.asarray(0.7)}
    made |= {"losses": rng.uniform(size=5), "prediction": rng.normal(size=(4, 1))}
    length = np.sqrt(sum((d**2).sum() for d in direction.values()))
    made["slope"] = sum(
        (made[f"gradient/{n}"] * d).sum() / length for n, d in direction.items()
    )
    return made


def changed(results, name, *, by):
    return {**results, name: results[name] + by}


def test_equal_results_have_no_errors_and_no_reason(results):
    verdict = equality.verdict(results, results, MODEL, "float64")

    assert verdict == equality.Verdict(0.0, 0.0, 0.0, None)


def test_a_difference_within_the_gate_is_equal(results):
    near = changed(results, "activation/hidden", by=1e-14)

    assert equality.verdict(near, results, MODEL, "float64").reason is None


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("activation/hidden", "forward differs first in layer hidden"),
        ("activation/output", "forward differs first in layer output"),
        ("gradient/output.weight", "gradient differs first in layer output"),
        ("gradient/hidden.weight", "gradient differs first in layer hidden"),
        ("whole", "forward differs first in the whole model"),
        ("loss", "forward differs first in the loss"),
        ("trained/hidden.weight", "training differs in trained"),
        ("losses", "training differs in losses"),
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

    assert "layer output" in reason


def test_not_a_number_is_never_equal(results):
    wrong = changed(results, "activation/output", by=np.nan)

    named = equality.not_finite(wrong, in_training=False)
    assert named == "NaN in activation of output"
    assert equality.not_finite(wrong, in_training=True) is None
    assert equality.verdict(wrong, results, MODEL, "float64").reason is not None


def test_a_gradient_that_is_the_slope_of_the_loss_is_believed(results, direction):
    assert equality.slope_disagrees(results, direction) is None


def test_a_gradient_that_is_not_the_slope_of_the_loss_is_not(results, direction):
    wrong = changed(results, "gradient/output.weight", by=0.01)

    assert "differences of its own loss" in equality.slope_disagrees(wrong, direction)


def test_one_wrong_vote_of_three_does_not_move_the_median(results):
    wrong = changed(results, "activation/hidden", by=1.0)

    truth = equality.truth_for("b", {"a": results, "b": wrong, "c": results})

    np.testing.assert_array_equal(
        truth["activation/hidden"], results["activation/hidden"]
    )


def test_two_are_held_against_each_other_and_one_against_nothing(results):
    other = changed(results, "loss", by=1.0)

    assert equality.truth_for("a", {"a": results, "b": other}) is other
    assert equality.truth_for("b", {"a": results, "b": other}) is results
    assert equality.truth_for("a", {"a": results}) is None
    assert equality.truth_for("c", {"a": results}) is results


def test_what_is_missing_or_misshapen_is_named(results):
    shapes = {name: np.shape(array) for name, array in results.items()}
    missing = {n: a for n, a in results.items() if n != "gradient/output.weight"}
    transposed = {**results, "trained/output.weight": np.zeros((1, 2))}
    single = {**results, "whole": results["whole"].astype(np.float32)}

    assert equality.misshapen(results, shapes, "float64") is None
    for wrong, words in [
        (missing, "gradient of output.weight is missing"),
        (transposed, "trained of output.weight must be float64[2, 1], float64[1, 2]"),
        (single, "whole must be float64[3, 1], float32[3, 1] came"),
    ]:
        assert words in equality.misshapen(wrong, shapes, "float64")


def test_an_inexact_framework_stands_out_among_exact_ones(results):
    exact = {n: np.asarray(a, np.float32) for n, a in results.items()}
    inexact = changed(exact, "activation/hidden", by=np.float32(3e-6))
    everyone = {"a": exact, "b": exact, "c": inexact}

    assert equality.outlier("a", everyone, results) is None
    assert "activation of hidden" in equality.outlier("c", everyone, results)


def test_relative_error_is_largest_difference_over_largest_value():
    assert equality.relative(np.array([1.0, 2.0]), np.array([1.5, -4.0])) == 6 / 4
    assert equality.relative(np.array([0.5]), np.array([0.0])) == 0.5


def test_what_rounding_alone_does_is_allowed_ten_times_over(results):
    path = {f"after 100/{n}": results[f"trained/{n}"] for n in MODEL.shapes}
    single = {**results, **path}
    off = {**single, "after 100/hidden.weight": path["after 100/hidden.weight"] + 1e-3}

    strict = equality.verdict(off, single, MODEL, "float32")
    aware = equality.verdict(off, single, MODEL, "float32", noise={"after 100": 1e-3})

    assert "training differs in after 100" in strict.reason
    assert aware.reason is None


def test_the_noise_floor_is_the_largest_effect_in_any_run(results):
    single = {f"after 10/{n}": results[f"trained/{n}"] for n in MODEL.shapes}
    for run, by in enumerate([0.0, 1e-3]):
        for n in MODEL.shapes:
            single[f"after 10, run {run}/{n}"] = single[f"after 10/{n}"] + by

    floor = equality.noise_floor([single])

    length = np.sqrt(sum((results[f"trained/{n}"] ** 2).sum() for n in MODEL.shapes))
    assert floor == {"after 10": pytest.approx(1e-3 * np.sqrt(6) / length)}
