import numpy as np
import pytest
from hypothesis import given, settings
from passes_checks import assert_close, captured, node_of, ops
from random_graphs import programs

import reference_impl as ri
from reference_impl import nn
from reference_impl.core.passes.common_subexpressions import common_subexpressions
from reference_impl.core.passes.loop_invariants import loop_invariants
from reference_impl.core.passes.loop_products import loop_products
from reference_impl.core.passes.rewrite import made

T, N, D, K = 4, 2, 5, 3


@settings(max_examples=100, deadline=None)
@given(programs())
def test_values_stay_up_to_rounding(program):
    graph = ri.capture(program, *program.arguments())
    after = loop_products(loop_invariants(graph))

    assert_close(graph, after)


def inside(graph):
    return [x.op.name for x in node_of(graph, "scan").attrs["body"].nodes()]


def outside(graph, name):
    return [x.shape for x in graph.nodes() if x.op.name == name]


@pytest.mark.parametrize("reverse", [False, True])
def test_products_of_slices_with_one_matrix_are_taken_before(reverse):
    def function(h, x, w):
        step = lambda h, x: (ri.tanh(h + x @ w), h)  # noqa: E731
        return ri.scan(step, h, x, reverse=reverse)

    graph = captured(function, (N, K), (T, N, D), (D, K))
    after = loop_products(graph)

    assert inside(after) == ["add", "tanh"]
    assert outside(after, "matmul") == [(T * N, K)]
    assert_close(graph, after)


@pytest.mark.parametrize("reverse", [False, True])
def test_products_of_batches_with_one_matrix_are_taken_before_and_after(reverse):
    def before(h, x, w):
        step = lambda h, x: (ri.tanh(h + made("matmul", x, w)), h)  # noqa: E731
        return ri.scan(step, h, x, reverse=reverse)

    def after(h, x, w):
        def step(h, x):
            h = ri.tanh(h * 0.5 + x)
            return h, made("matmul", h, w)

        return ri.scan(step, h, x, reverse=reverse)

    for function, shape in ((before, (2, N, 7)), (after, (2, N, D))):
        graph = captured(function, shape, (T, 2, N, D), (D, 7))
        found = loop_products(graph)

        assert "matmul" not in inside(found)
        assert outside(found, "matmul") == [(T * 2 * N, 7)]
        assert_close(graph, found)


def test_slices_that_are_read_under_another_shape_are_taken_before():
    def function(h, x, w):
        step = lambda h, x: (ri.tanh(h + ri.reshape(x, (N, D)) @ w), None)  # noqa: E731
        return ri.scan(step, h, x)[0]

    graph = captured(function, (N, K), (T, N * D), (D, K))
    after = loop_products(graph)

    assert "matmul" not in inside(after)
    assert_close(graph, after)


def test_products_that_only_become_results_are_taken_after():
    def function(h, x, w):
        def step(h, x):
            h = ri.tanh(h * 0.5 + x)
            return h, h @ w

        return ri.scan(step, h, x)

    graph = captured(function, (N, D), (T, N, D), (D, 7))
    after = loop_products(graph)

    assert "matmul" not in inside(after)
    assert outside(after, "matmul") == [(T * N, 7)]
    assert_close(graph, after)


def test_a_product_that_the_carry_depends_on_stays():
    def function(h, x, w):
        step = lambda h, x: (ri.tanh(h @ w + x), None)  # noqa: E731
        return ri.scan(step, h, x)[0]

    graph = captured(function, (N, D), (T, N, D), (D, D))

    assert loop_products(graph) is graph


@pytest.mark.parametrize("begin", [ri.zeros_like, lambda x: x], ids=["zeros", "given"])
def test_a_carry_to_which_products_are_added_becomes_one_product(begin):
    def function(h, total, x, a):
        def step(carry, x):
            h, total = carry
            x, a = x
            h = ri.tanh(h * 0.5 + x)
            return (h, total + a.T @ h), None

        return ri.scan(step, (h, begin(total)), (x, a))[0]

    graph = captured(function, (N, 9), (9, 9), (T, N, 9), (T, N, 9))
    after = loop_products(graph)

    assert node_of(after, "scan").attrs["carries"] == 1
    assert "matmul" not in inside(after)
    assert outside(after, "matmul") == [(9, 9)]
    assert_close(graph, after)


def test_several_terms_of_a_step_are_added_up():
    graph = captured(
        lambda total, a, b: ri.scan(
            lambda total, x: (total + x[0].T @ x[1] + x[1].T @ x[0], None),
            total,
            (a, b),
        )[0],
        (D, D),
        (T, N, D),
        (T, N, D),
    )
    after = loop_products(graph)

    assert "scan" not in ops(after)
    assert outside(after, "matmul") == [(D, D), (D, D)]
    assert_close(graph, after)


def test_sums_of_what_is_stored_anyway_leave_a_loop():
    def function(h, total, x):
        def step(carry, x):
            h, total, rows = carry
            h = ri.tanh(h * 0.5 + x)
            return (h, total + ri.sum(h, axis=0), rows + h), h

        return ri.scan(step, (h, total, h), x)

    graph = captured(function, (N, D), (D,), (T, N, D))
    after = loop_products(graph)

    assert node_of(after, "scan").attrs["carries"] == 1
    assert outside(after, "sum") == [(D,), (N, D)]
    assert_close(graph, after)


def test_batches_of_products_are_added_up_as_well():
    def function(total, a, b):
        step = lambda total, x: (total + x[0] @ x[1], None)  # noqa: E731
        return ri.scan(step, total, (a, b))[0]

    graph = captured(function, (7, D, K), (T, 7, D, N), (T, 7, N, K))
    after = loop_products(graph)

    assert outside(after, "matmul") == [(7, D, K)]
    assert_close(graph, after)


def test_a_factor_that_is_the_same_at_every_step_is_not_stored():
    def function(total, x, w):
        return ri.scan(lambda total, x: (total + w @ x, None), total, x)[0]

    graph = captured(function, (D, D), (T, 2, D), (D, 2))

    assert loop_products(graph) is graph


def test_a_sum_that_doubles_many_times_is_searched_once():
    def step(total, x):
        doubled = x
        for _ in range(40):
            doubled = doubled + doubled
        return (total + (doubled + x)) + x, None

    graph = captured(lambda total, x: ri.scan(step, total, x)[0], (3,), (T, 3))

    assert_close(graph, loop_products(graph))


def test_factors_that_are_larger_than_their_product_are_not_stored():
    def function(h, total, x):
        def step(carry, x):
            h, total = carry
            h = ri.tanh(h * 0.5 + x)
            return (h, total + ri.exp(h).T @ ri.sin(h)), None

        return ri.scan(step, (h, total), x)[0]

    graph = captured(function, (20, D), (D, D), (T, 20, D))

    assert loop_products(graph) is graph


@pytest.mark.parametrize("dtype", [ri.int64, ri.float64], ids=str)
def test_a_carry_that_somebody_reads_stays(dtype):
    def function(total, x):
        step = lambda total, x: (total + x, total)  # noqa: E731
        return ri.scan(step, total, x)

    graph = captured(function, (3,), (T, 3), dtype=dtype)

    assert loop_products(graph) is graph


def test_the_weight_gradients_of_a_recurrent_layer_are_products_over_all_steps():
    model = nn.LSTM.init(ri.random.key(0), 6, 8, dtype=ri.float64)
    x = ri.tensor(np.random.default_rng(0).normal(size=(2, T, 6)))

    def loss(model, x):
        return ri.sum(ri.sin(model(x)[0]))

    graph = common_subexpressions(ri.capture(ri.value_and_grad(loss), model, x))
    after = loop_products(loop_invariants(graph))
    back = [n for n in after.nodes() if n.op.name == "scan" and n.attrs["reverse"]]

    assert [n.attrs["carries"] for n in back] == [2]
    # One product of the recurrence remains in each direction.
    assert [ops(n.attrs["body"])["matmul"] for n in back] == [1]
    assert (8, 32) in outside(after, "matmul")
    assert_close(graph, after)
