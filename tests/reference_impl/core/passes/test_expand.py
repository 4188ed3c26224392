import ml_dtypes
import numpy as np
import pytest
from hypothesis import given, settings
from passes_checks import (
    SPECIAL,
    assert_close,
    assert_same_bits,
    captured,
    ops,
    special,
)
from random_graphs import programs

import reference_impl as ri
from reference_impl.core.passes.expand import expand

FUNCTIONS = {
    "softmax": lambda x: ri.softmax(x, axis=1),
    "softmax of axes": lambda x: ri.softmax(x, axis=(0, 2)),
    "log_softmax": lambda x: ri.log_softmax(x, axis=1),
    "logsumexp": lambda x: ri.logsumexp(x, axis=(1, 2)),
    "logsumexp kept": lambda x: ri.logsumexp(x, axis=1, keepdims=True),
    "mean": lambda x: ri.mean(x, axis=(0, 2)),
    "mean kept": lambda x: ri.mean(x, axis=1, keepdims=True),
    "norm": lambda x: ri.norm(x, axis=1),
}
SHAPE = (3, 5, 2)

# Of each part of a composition the last bit, in the dtype of its result.
ROUNDINGS = 4


@settings(max_examples=40, deadline=None)
@given(programs())
def test_values_stay(program):
    graph = ri.capture(program, *program.arguments())
    after = expand(graph)

    assert_close(graph, after, tolerance=1e-14)
    assert expand(after) is after


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_composition_does_what_the_op_does(name):
    graph = captured(FUNCTIONS[name], SHAPE)
    after = expand(graph)

    assert not {"softmax", "log_softmax", "logsumexp", "mean", "norm"} & {*ops(after)}
    assert_same_bits(graph, after)


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("dtype", [ri.float16, ri.bfloat16, ri.float32], ids=str)
def test_narrow_numbers_are_computed_in_wide_ones_and_rounded_once(name, dtype):
    graph = captured(FUNCTIONS[name], SHAPE, dtype=dtype)
    x = (100 * np.random.default_rng(0).normal(size=SHAPE)).astype(dtype)

    tolerance = ROUNDINGS * float(ml_dtypes.finfo(dtype).eps)
    assert_close(graph, expand(graph), [x], tolerance=tolerance)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_infinite_and_missing_numbers_stay_what_they_are(name):
    graph = captured(FUNCTIONS[name], SHAPE)

    for seed in range(8):
        assert_same_bits(graph, expand(graph), special(graph, seed))
    for x in SPECIAL:
        assert_same_bits(graph, expand(graph), [np.full(SHAPE, x)])


def test_of_nothing_an_op_stays_whole():
    graph = captured(lambda x: [ri.softmax(x), ri.mean(x), ri.logsumexp(x)], (3, 0))

    assert expand(graph) is graph


def test_what_complains_about_labels_stays_whole():
    graph = ri.capture(
        ri.softmax_cross_entropy, ri.zeros((2, 3)), ri.tensor(np.array([0, 1]))
    )

    assert expand(graph) is graph


def test_softmaxes_inside_of_loops_are_expanded():
    graph = captured(
        lambda h, x: ri.scan(lambda h, x: (ri.softmax(h + x), None), h, x)[0],
        (3,),
        (4, 3),
    )

    assert "softmax" not in ops(expand(graph))
    assert_same_bits(graph, expand(graph))
