import numpy as np
import pytest
from hypothesis import given, settings
from passes_checks import (
    assert_same_bits,
    captured,
    drawn,
    node_of,
    ops,
    special,
)
from random_graphs import programs

import reference_impl as ri
from reference_impl import nn
from reference_impl.core.passes.common_subexpressions import common_subexpressions


@settings(max_examples=60, deadline=None)
@given(programs())
def test_values_stay_to_the_bit(program):
    graph = ri.capture(program, *program.arguments())
    after = common_subexpressions(graph)

    assert_same_bits(graph, after)
    assert_same_bits(graph, after, special(graph))
    assert common_subexpressions(after) is after


def test_equal_chains_fall_together_from_their_beginnings_on():
    graph = captured(lambda x: ri.sin(ri.exp(x)) + ri.sin(ri.exp(x)), (3,))

    assert ops(common_subexpressions(graph)) == {"exp": 1, "sin": 1, "add": 1}


def test_sums_and_products_commute_and_differences_do_not():
    graph = captured(
        lambda x, y: [x + y, y + x, x * y, y * x, x - y, y - x], (3,), (3,)
    )

    after = common_subexpressions(graph)

    assert ops(after) == {"add": 1, "multiply": 1, "subtract": 2}
    assert_same_bits(graph, after, special(graph))


def test_of_zeros_of_both_signs_a_maximum_takes_one_by_its_place():
    graph = captured(lambda x, y: [ri.maximum(x, y), ri.maximum(y, x)], (3,), (3,))

    assert common_subexpressions(graph) is graph


def test_constants_are_known_by_their_elements_and_zeros_by_their_signs():
    one, other = np.arange(3.0), np.arange(3.0)
    graph = captured(
        lambda x: [x * ri.tensor(one), x * ri.tensor(other), x + 0.0, x + (-0.0)], (3,)
    )

    assert ops(common_subexpressions(graph)) == {"multiply": 1, "add": 2}


def test_equal_numbers_of_unequal_dtypes_are_two():
    def function(x):
        return [x.astype(ri.float32) * 2.0, x.astype(ri.float16) * 2.0]

    graph = captured(function, (3,))

    assert ops(common_subexpressions(graph)) == {"astype": 2, "multiply": 2}


def test_attributes_are_compared_by_what_they_are():
    graph = captured(
        lambda x: [
            ri.sum(x, axis=0),
            ri.sum(x, axis=0),
            ri.sum(x, axis=1),
            ri.sum(x, axis=0, keepdims=True),
        ],
        (3, 3),
    )

    assert ops(common_subexpressions(graph)) == {"sum": 3}


def test_random_numbers_of_one_key_are_drawn_once():
    def function(x):
        key = ri.random.key(0)
        first, second = ri.random.split(key)
        return x + ri.random.normal(first, (3,)) + ri.random.normal(second, (3,))

    graph = captured(function, (3,), dtype=ri.float32)

    assert_same_bits(graph, common_subexpressions(graph))


def test_a_loop_and_the_same_that_keeps_residuals_are_one():
    model = nn.LSTM.init(ri.random.key(0), 2, 3, dtype=ri.float64)

    def loss(model, x):
        return ri.sum(ri.sin(model(x)[0]))

    graph = ri.capture(
        ri.value_and_grad(loss), model, ri.zeros((2, 4, 2), dtype=ri.float64)
    )
    after = common_subexpressions(graph)

    assert ops(graph)["scan"] == 3
    assert ops(after)["scan"] == 2
    # The forward pass: four gates of a step, once.
    assert (ops(graph)["sigmoid"], ops(after)["sigmoid"]) == (6, 3)
    assert_same_bits(graph, after)


def test_loops_that_hand_on_the_same_are_one_with_the_results_of_both():
    def function(h, x):
        first = ri.scan(lambda h, x: (ri.sin(h + x), h * x), h, x)
        second = ri.scan(lambda h, x: (ri.sin(x + h), [h * x, ri.cos(h)]), h, x)
        return first, second

    graph = captured(function, (3,), (4, 3))
    after = common_subexpressions(graph)

    assert ops(after) == {"scan": 1, "add": 1, "sin": 1, "multiply": 1, "cos": 1}
    assert len(node_of(after, "scan").shape) == 3
    assert_same_bits(graph, after)


@pytest.mark.parametrize("other", [{"reverse": True}, {}], ids=["order", "carry"])
def test_loops_that_hand_on_something_else_stay_two(other):
    def function(h, x):
        step = (lambda h, x: (ri.sin(h + x), h)) if other else (lambda h, x: (h * x, h))
        first = ri.scan(lambda h, x: (ri.sin(h + x), h), h, x)
        return first, ri.scan(step, h, x, **other)

    graph = captured(function, (3,), (4, 3))

    assert common_subexpressions(graph) is graph


def test_two_choices_by_one_predicate_are_one():
    def function(x):
        is_large = ri.sum(x) > 0.0
        first = ri.cond(is_large, ri.sin, ri.cos, x)
        second = ri.cond(is_large, ri.exp, lambda x: ri.cos(x) * 2.0, x)
        return first, second

    graph = captured(function, (3,))
    after = common_subexpressions(graph)

    assert ops(after)["cond"] == 1
    assert ops(after)["cos"] == 1
    for sign in (1, -1):
        assert_same_bits(graph, after, [sign * np.abs(drawn(graph)[0])])


def test_two_checkpoints_of_one_input_are_one():
    def function(x):
        first = ri.checkpoint(lambda x: ri.sin(ri.exp(x)))(x)
        return first, ri.checkpoint(lambda x: ri.cos(ri.exp(x)))(x)

    graph = captured(function, (3,))
    after = common_subexpressions(graph)

    assert ops(after) == {"checkpoint": 1, "exp": 1, "sin": 1, "cos": 1}
    assert_same_bits(graph, after)


def test_equal_loops_of_an_unknown_number_of_steps_are_one():
    def loop(x):
        return ri.while_loop(lambda x: ri.sum(x) < 9.0, lambda x: x * x + 1.0, x)

    graph = captured(lambda x: loop(x) + loop(x), (3,))
    after = common_subexpressions(graph)

    assert ops(after)["while_loop"] == 1
    assert_same_bits(graph, after)
