from hypothesis import given, settings
from passes_checks import (
    assert_close,
    assert_same_bits,
    captured,
    node_of,
    ops,
    special,
)
from random_graphs import programs

import reference_impl as ri
from reference_impl.core.passes import optimise
from reference_impl.core.passes.dead_code import dead_code


@settings(max_examples=60, deadline=None)
@given(programs())
def test_values_stay_to_the_bit(program):
    graph = ri.capture(program, *program.arguments())
    after = dead_code(graph)

    assert_same_bits(graph, after)
    assert_same_bits(graph, after, special(graph))
    assert dead_code(after) is after


def test_a_graph_that_is_read_completely_comes_back_itself():
    graph = captured(lambda h, x: ri.scan(lambda h, x: (h + x, h), h, x), (3,), (4, 3))

    assert dead_code(graph) is graph


def test_results_of_a_loop_that_nobody_reads_are_not_computed():
    def step(h, x):
        h = ri.sin(h + x)
        return h, (ri.exp(h), ri.cos(h))

    graph = captured(lambda h, x: ri.scan(step, h, x)[1][1], (3,), (4, 3))
    after = dead_code(graph)

    assert ops(after) == {"scan": 1, "add": 1, "sin": 1, "cos": 1}
    assert len(node_of(after, "scan").shape) == 2
    assert_same_bits(graph, after)


def test_a_carry_that_only_counts_its_own_steps_is_dead():
    def step(carry, x):
        n, h = carry
        return (n + 1, ri.tanh(h + x)), h

    graph = captured(
        lambda h, x: ri.scan(step, (ri.zeros((), dtype=ri.int64), h), x)[1],
        (3,),
        (4, 3),
    )
    after = dead_code(graph)

    assert ops(after) == {"scan": 1, "add": 1, "tanh": 1}
    assert node_of(after, "scan").attrs["carries"] == 1
    assert_same_bits(graph, after)


def test_a_carry_that_only_an_alive_one_reads_is_alive():
    def step(carry, x):
        n, h = carry
        return (n + 1.0, h * n + x), None

    graph = captured(lambda h, x: ri.scan(step, (h, h), x)[0][1], (3,), (4, 3))
    after = dead_code(graph)

    assert node_of(after, "scan").attrs["carries"] == 2
    assert_same_bits(graph, after)


def test_what_a_body_does_not_read_is_not_given_to_it():
    def function(h, x, unread, w):
        return ri.scan(lambda h, xs: (h * w + xs[0], ri.exp(xs[1])), h, (x, unread))[0]

    graph = captured(function, (3,), (4, 3), (4, 3), (3,))
    after = dead_code(graph)
    scan = node_of(after, "scan")

    assert (scan.attrs["carries"], scan.attrs["slices"], len(scan.inputs)) == (1, 1, 3)
    assert_same_bits(graph, after)


def test_both_branches_of_a_choice_lose_what_nobody_reads():
    def function(x, y):
        branches = (
            lambda x, y: (ri.sin(x), ri.exp(y)),
            lambda x, y: (ri.cos(x), y),
        )
        return ri.cond(ri.sum(x) > 0.0, *branches, x, y)[0]

    graph = captured(function, (3,), (3,))
    after = dead_code(graph)

    assert "exp" not in ops(after)
    assert len(node_of(after, "cond").inputs) == 2
    assert_same_bits(graph, after)


def test_a_checkpoint_loses_what_nobody_reads():
    graph = captured(
        lambda x, y: ri.checkpoint(lambda x, y: (ri.sin(x), ri.exp(y)))(x, y)[0],
        (3,),
        (3,),
    )
    after = dead_code(graph)

    assert ops(after) == {"checkpoint": 1, "sin": 1}
    assert_same_bits(graph, after)


def test_a_loop_keeps_what_its_condition_reads_and_loses_the_rest():
    def function(x):
        def step(state):
            n, h, other = state
            return n + 1, h * 0.5, ri.exp(other)

        return ri.while_loop(
            lambda s: s[0] < 3, step, (ri.sum(x).astype("int64"), x, x)
        )

    graph = captured(lambda x: function(x * 0.0)[1], (3,))
    after = dead_code(graph)

    assert "exp" not in ops(after)
    assert node_of(after, "while_loop").attrs["carries"] == 2
    assert_same_bits(graph, after)


def test_loops_inside_of_loops_are_reached():
    def inner(h, x):
        return ri.scan(lambda h, x: (h + x, (ri.sin(h), ri.cos(h))), h, x)[1][0]

    def function(h, x):
        return ri.scan(lambda h, x: (h + 1.0, inner(h, x)), h, x)[1]

    graph = captured(function, (3,), (2, 4, 3))
    after = dead_code(graph)

    assert "cos" not in ops(after)
    assert_same_bits(graph, after)


def test_a_function_with_its_own_rule_keeps_all_its_results():
    rule = lambda g, out, x: (g[0],)  # noqa: E731
    function = ri.custom_vjp(lambda x: (ri.sin(x), ri.cos(x)), rule)
    graph = captured(lambda x: function(x)[0], (3,))

    assert dead_code(graph) is graph


def test_a_loop_that_carries_nothing_has_its_dead_results_pruned():
    def function(h, xs):
        return ri.scan(lambda c, x: (c, (c * x, ri.exp(x))), h, xs)[1][0]

    graph = optimise(captured(function, (3,), (2, 3)))

    assert dead_code(graph) is graph
    assert_close(captured(function, (3,), (2, 3)), graph)
