"""What is not equal is said in words, before anything is timed."""

import re

import numpy as np
import pytest

from benchmarks.agreement import difference

START = {"a.weight": np.ones((2, 3)), "norm.mean": np.zeros(3)}


def outcome(**changed):
    """A training of four steps from `START`, with something changed in it."""
    found = {
        "losses": np.array([2.0, 1.9, 1.8, 1.7]),
        "parameter/a.weight": np.full((2, 3), 0.9),
        "parameter/norm.mean": np.full(3, 0.5),
        "output": np.array([[1.0, 2.0]]),
    }
    return found | {name.replace("__", "/"): x for name, x in changed.items()}


def test_a_training_equals_itself():
    assert difference(outcome(), outcome(), START) is None


def test_float32_equals_float64():
    rounded = {name: x.astype(np.float32) for name, x in outcome().items()}

    assert difference(rounded, outcome(), START) is None


def test_a_running_statistic_may_be_biased_or_not():
    other = outcome() | {"parameter/norm.mean": np.full(3, 0.6)}

    assert difference(other, outcome(), START) is None


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"losses": np.array([2.0, 1.9, 1.8, 1.8])}, "the loss of step 4 is 1.8"),
        ({"losses": np.array([np.nan] * 4)}, "the loss of step 1 is nan"),
        ({"parameter/a.weight": np.full((2, 3), 0.91)}, "the update of a.weight is of"),
        ({"parameter/a.weight": np.full((3, 2), 0.9)}, r"a.weight is \(3, 2\), not"),
        ({"parameter/b": np.ones(1)}, "parameters are missing, or strangers: b"),
        ({"output": np.array([[1.0, 2.1]])}, "the output after 4 steps is off by"),
    ],
)
def test_a_difference_is_named(changed, message):
    found = difference(outcome() | changed, outcome(), START)

    assert re.match(message, found)
