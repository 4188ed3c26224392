"""Two one-sided tests, held against Student's table and scipy's own t test."""

from itertools import product

import numpy as np
import pytest
from scipy.stats import binomtest, ttest_1samp

from workbench.recipes.equivalence import (
    LEVEL,
    MARGINS,
    PAIRS,
    USUAL,
    Equivalence,
    Margin,
    equivalence,
    interval,
)

# Student's t at 0.95, by degrees of freedom, as printed tables have it.
TABLE = {1: 6.314, 2: 2.920, 4: 2.132, 9: 1.833, 29: 1.699}


def verdict(differences, margin):
    return Equivalence.of(differences, margin).verdict


@pytest.mark.parametrize("freedom", TABLE)
def test_an_interval_is_as_wide_as_the_table_of_t_says(freedom):
    n = freedom + 1
    differences = np.linspace(-1, 1, n) + 3
    # The variance of equally spaced numbers is a closed form.
    variance = (2 / (n - 1)) ** 2 * n * (n + 1) / 12

    mean, low, high = interval(differences)

    half = TABLE[freedom] * np.sqrt(variance / n)
    assert mean == pytest.approx(3)
    assert (low, high) == pytest.approx((3 - half, 3 + half), rel=1e-3)


@pytest.mark.parametrize("seed", range(20))
def test_equivalent_is_what_both_one_sided_tests_reject(seed):
    rng = np.random.default_rng(seed)
    differences, margin = rng.normal(0.3, 0.4, 5), 0.8

    not_worse = ttest_1samp(differences, -margin, alternative="greater").pvalue
    not_better = ttest_1samp(differences, margin, alternative="less").pvalue

    is_shown = max(not_worse, not_better) < LEVEL
    assert (verdict(differences, margin) == "equivalent") == is_shown


def test_the_level_is_how_often_a_difference_of_just_the_margin_passes():
    rng = np.random.default_rng(0)
    draws = rng.normal(loc=1.0, scale=0.1, size=(4000, 5))

    share = np.mean([verdict(draw, 1.0) == "equivalent" for draw in draws])

    # Its standard error is sqrt(0.05 * 0.95 / 4000), or 0.0034.
    assert share == pytest.approx(LEVEL, abs=0.012)


def test_no_difference_at_all_is_equivalent_with_an_interval_of_nothing():
    assert interval([0.0] * 5) == (0, 0, 0)
    assert verdict([0.0] * 5, 0.01) == "equivalent"


@pytest.mark.parametrize(
    ("differences", "expected"),
    [
        ([0.001, -0.001, 0.002, 0.0, -0.002], "equivalent"),
        ([0.001, -0.02, 0.03, 0.0, -0.001], "not shown"),
        ([0.02, 0.021, 0.019, 0.02, 0.02], "different"),
        ([-0.02, -0.021, -0.019, -0.02, -0.02], "different"),
        ([0.009, 0.011, 0.01, 0.009, 0.011], "not shown"),
        ([0.02] * 5, "different"),
        ([0.01] * 5, "different"),
    ],
)
def test_a_verdict_says_what_was_shown(differences, expected):
    assert verdict(differences, 0.01) == expected


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_few_differences_without_spread_show_nothing(value):
    enough = "equivalent" if value == 0 else "different"

    said = [verdict([value] * n, 0.01) for n in range(2, 8)]

    assert said == ["not shown"] * 3 + [enough] * 3


def test_as_many_pairs_are_asked_for_as_the_sign_test_needs():
    def chance(n):  # that all of n lie within the margin, if half of all do
        return binomtest(n, n, 0.5, alternative="greater").pvalue

    assert chance(PAIRS) < LEVEL < chance(PAIRS - 1)


def test_a_metric_that_counts_samples_keeps_to_the_level():
    # Every second seed is two samples in a hundred off: the mean is just the margin.
    draws = [[0.02 * which for which in one] for one in product([0, 1], repeat=PAIRS)]

    passed = [draw for draw in draws if verdict(draw, 0.01) == "equivalent"]

    assert passed == [[0] * PAIRS]
    assert len(passed) / len(draws) < LEVEL


@pytest.mark.parametrize("few", [[], [0.1]])
def test_one_difference_has_no_interval(few):
    with pytest.raises(ValueError, match=f"at least 2 differences, {len(few)} came"):
        interval(few)


def test_everyone_is_held_against_the_median_of_the_others():
    values = {name: [0.9, 0.8, 0.9, 0.8, 0.9] for name in "abc"}
    values["wrong"] = [0.5, 0.4, 0.5, 0.4, 0.5]

    found = {name: equivalence(name, values, "accuracy") for name in values}

    assert found["wrong"].mean == pytest.approx(-0.4)
    assert found["wrong"].verdict == "different"
    assert {found[name].verdict for name in "abc"} == {"equivalent"}


def test_one_alone_is_equal_to_nobody():
    assert equivalence("a", {"a": [0.9, 0.8]}, "accuracy") is None


def test_a_margin_is_a_size_or_a_share():
    assert MARGINS["accuracy"].of([0.9, 0.7]) == 0.01
    assert USUAL.of([3.0, 5.0]) == pytest.approx(0.02 * 4)
    assert Margin(0.5, is_relative=True, why="").of([-4.0]) == 2


def test_a_metric_without_a_margin_of_its_own_has_the_usual_one():
    found = equivalence("a", {"a": [5.0, 5.0], "b": [5.0, 5.0]}, "surprise")

    assert found.margin == pytest.approx(0.1)
