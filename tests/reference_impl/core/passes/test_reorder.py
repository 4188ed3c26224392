import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from passes_checks import assert_close, captured, ops
from random_graphs import programs

import reference_impl as ri
from reference_impl.core.cost import operations
from reference_impl.core.passes.reorder import product_order, reorder


@settings(max_examples=100, deadline=None)
@given(programs())
def test_values_stay_up_to_rounding(program):
    graph = ri.capture(program, *program.arguments())

    assert_close(graph, reorder(graph))


@given(programs(has_loops=False))
@settings(max_examples=60, deadline=None)
def test_operations_never_become_more(program):
    graph = ri.capture(program, *program.arguments())

    assert operations(reorder(graph)) <= operations(graph)


def shapes(graph):
    return [x.shape for x in graph.nodes() if x.op.name == "matmul"]


def test_a_column_is_multiplied_first():
    graph = captured(lambda a, b, v: (a @ b) @ v, (6, 5), (5, 4), (4, 1))
    after = product_order(graph)

    assert shapes(after) == [(5, 1), (6, 1)]
    assert_close(graph, after)


def test_a_row_is_multiplied_first():
    graph = captured(lambda v, a, b: v @ (a @ b), (1, 6), (6, 5), (5, 4))

    assert shapes(product_order(graph)) == [(1, 5), (1, 4)]


def test_a_product_that_somebody_else_reads_is_computed_anyway():
    def function(a, b, v):
        product = a @ b
        return product @ v, product

    graph = captured(function, (6, 5), (5, 4), (4, 1))

    assert product_order(graph) is graph


def test_an_order_that_costs_as_much_stays():
    graph = captured(lambda a, b, c: a @ (b @ c), (3, 3), (3, 3), (3, 3))

    assert product_order(graph) is graph


def cost_of(sizes, order):
    """The multiplications of a chain if its inner sizes vanish in this order."""
    sizes, total = list(sizes), 0
    for inner in order:
        i = sizes.index(inner)
        total += sizes[i - 1] * sizes[i] * sizes[i + 1]
        del sizes[i]
    return total


@given(st.permutations(range(1, 7)), st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None)
def test_no_order_is_cheaper_than_the_one_that_is_found(sizes, random):
    """Among all orders, in which the inner sizes, all different, vanish."""

    def function(*matrices):
        matrices = list(matrices)
        while len(matrices) > 1:
            i = random.randrange(len(matrices) - 1)
            matrices[i : i + 2] = [matrices[i] @ matrices[i + 1]]
        return matrices[0]

    graph = captured(function, *itertools.pairwise(sizes))
    after = product_order(graph)

    orders = itertools.permutations(sizes[1:-1])
    least = min(cost_of(sizes, order) for order in orders)
    assert operations(after) == 2 * least
    assert_close(graph, after)


@pytest.mark.parametrize("batch", [(), (3,), (2, 3)])
def test_batches_are_multiplied_in_the_order_of_their_matrices(batch):
    graph = captured(
        lambda a, b, v: (a @ b) @ v, (*batch, 6, 5), (*batch, 5, 4), (*batch, 4, 1)
    )
    after = product_order(graph)

    assert shapes(after) == [(*batch, 5, 1), (*batch, 6, 1)]
    assert_close(graph, after)


def test_chains_inside_of_loops_are_found():
    graph = captured(
        lambda h, x, a, b: ri.scan(lambda h, x: ((a @ b) @ (h + x), None), h, x)[0],
        (6, 1),
        (4, 6, 1),
        (6, 5),
        (5, 6),
    )
    after = product_order(graph)

    assert operations(after) < operations(graph)
    assert ops(after)["matmul"] == 2
    assert_close(graph, after)
