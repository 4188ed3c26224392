import pytest

from workbench.cost import Measurement, spread


def test_the_spread_is_the_median_and_its_quartiles():
    assert spread([5.0, 1.0, 3.0, 2.0, 4.0]) == {"median": 3.0, "low": 2.0, "high": 4.0}


def test_no_rounds_have_no_spread():
    assert spread([]) is None


def test_ratios_are_taken_round_by_round():
    measurement = Measurement()
    measurement._fixed = {"a": {}, "b": {}}
    measurement._steps = {"a": [1.0, 10.0, 2.0], "b": [2.0, 20.0, 4.0]}
    measurement._latencies = {"a": [], "b": []}

    ratio = measurement.results("a")["b"]["step_ratio"]

    assert ratio == {"median": pytest.approx(2), "low": 2, "high": 2}


def test_without_a_basis_there_are_no_ratios():
    measurement = Measurement()
    measurement._fixed = {"a": {}}
    measurement._steps = measurement._latencies = {"a": [1.0]}

    assert measurement.results(None)["a"]["step_ratio"] is None
