"""What frameworks say together, and who stands out."""

import numpy as np
import pytest
from two_layers import MODEL, changed

from workbench import consensus, distances, equality


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
        assert "at the end, most in hidden.weight" in reason


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


def test_two_are_held_against_each_other_and_one_against_nothing(results):
    other = changed(results, "loss/loss", by=1.0)

    both = consensus.truths("abc", {"a": results, "b": other})

    losses = {name: float(truth["loss/loss"]) for name, truth in both.items()}
    assert losses == {"a": 1.7, "b": 0.7, "c": 0.7}
    assert consensus.truths("a", {"a": results}) == {"a": None}


@pytest.mark.parametrize("count", [1, 3, 4, 5, 6, 9])
def test_the_median_of_elements_is_that_of_numpy(count):
    rng = np.random.default_rng(count)
    arrays = rng.integers(-3, 3, size=(count, 4, 50)).astype(float)
    arrays[rng.random(arrays.shape) < 0.02] = np.nan
    expected = np.median(arrays, axis=0)

    assert np.isnan(expected).any() or count == 1
    np.testing.assert_array_equal(consensus.element_median(arrays), expected)


def standing_out(one, others, truth, excused=()):
    """What is said of one framework beside others."""
    usual = consensus.usual_errors(others, truth)
    return consensus.outlier(one, usual, truth, excused)


def test_an_inexact_framework_stands_out_among_exact_ones(results):
    exact = {n: np.asarray(a, np.float32) for n, a in results.items()}
    inexact = changed(exact, "activation/hidden", by=np.float32(3e-6))

    assert standing_out(exact, [exact, inexact, exact], results) is None
    assert "activation of hidden" in standing_out(inexact, [exact, exact], results)
    assert standing_out(inexact, [exact], results) is None


@pytest.mark.parametrize(
    ("usual", "within", "beyond"),
    [(0.0, 0.7e-6, 1.5e-6), (1e-3, 1.5e-3, 6e-3)],
    ids=["where others are exact, by 1e-6", "else by three times theirs"],
)
def test_one_stands_out_that_is_less_exact(results, usual, within, beyond):
    largest = np.abs(results["activation/hidden"]).max()

    def off(error):
        return changed(results, "activation/hidden", by=error * largest)

    def said(error):
        return standing_out(off(error), [off(usual), off(-usual)], results)

    assert said(within) is None
    assert "activation of hidden is off" in said(beyond)


def test_an_inexact_gradient_is_excused_before_a_switched_relu(results):
    exact = {n: np.asarray(a, np.float32) for n, a in results.items()}
    inexact = changed(exact, "gradient/hidden.weight", by=np.float32(1e-3))

    assert "gradient of hidden" in standing_out(inexact, [exact, exact], results)
    assert standing_out(inexact, [exact, exact], results, ("hidden",)) is None


def test_noise_is_the_effect_of_each_run(results):
    single = {f"after 10/{n}": results[f"trained/{n}"] for n in MODEL.shapes}
    for run, by in enumerate([0.0, 1e-3]):
        for n in MODEL.shapes:
            single[f"after 10, run {run}/{n}"] = single[f"after 10/{n}"] + by

    noise = consensus.noise(single)

    length = np.sqrt(sum((results[f"trained/{n}"] ** 2).sum() for n in MODEL.shapes))
    assert noise == {"after 10": pytest.approx([0, 1e-3 * np.sqrt(6) / length])}


def test_the_noise_of_the_first_losses_is_that_of_as_many(results):
    usual = results["losses/loss"]
    noisy = {"first losses, run 0/loss": usual[:10] * (1 + 1e-3)}

    found = consensus.noise(results | noisy)

    assert found == {"first losses": [pytest.approx(1e-3)]}
