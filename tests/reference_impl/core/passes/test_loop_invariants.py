import pytest
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
from reference_impl.core.passes.dead_code import dead_code
from reference_impl.core.passes.loop_invariants import loop_invariants


@settings(max_examples=60, deadline=None)
@given(programs())
def test_values_stay(program):
    graph = ri.capture(program, *program.arguments())
    after = loop_invariants(graph)

    assert_close(graph, after)
    assert_close(graph, after, special(graph))
    assert loop_invariants(after) is after


def inside(graph):
    return [x.op.name for x in node_of(graph, "scan").attrs["body"].nodes()]


def test_what_is_the_same_at_every_step_is_computed_before():
    def function(h, x, w):
        return ri.scan(lambda h, x: (h + x @ ri.exp(w).T, None), h, x)[0]

    graph = captured(function, (2, 5), (4, 2, 3), (5, 3))
    after = loop_invariants(graph)

    assert inside(after) == ["matmul", "add"]
    assert [x.op.name for x in after.nodes()][:2] == ["exp", "permute_dims"]
    assert_same_bits(graph, after)


def test_only_the_last_invariant_values_become_inputs():
    def function(h, x, w):
        return ri.scan(lambda h, x: (h + x * ri.sin(ri.exp(w)), None), h, x)[0]

    after = dead_code(loop_invariants(captured(function, (3,), (4, 3), (3,))))

    assert len(node_of(after, "scan").inputs) == 3


def test_what_is_only_repeated_stays_inside():
    def function(h, x, b):
        return ri.scan(lambda h, x: (h + x * ri.exp(b), None), h, x)[0]

    graph = captured(function, (2, 3), (4, 2, 3), (3,))
    after = loop_invariants(graph)

    assert inside(after) == ["broadcast_to", "multiply", "add"]
    assert node_of(after, "scan").inputs[-1].shape == (3,)
    assert_same_bits(graph, after)


def test_a_carry_that_is_handed_on_as_it_came_is_no_carry():
    def step(carry, x):
        h, w = carry
        return (ri.tanh(h * ri.exp(w) + x), w), None

    graph = captured(lambda h, w, x: ri.scan(step, (h, w), x)[0], (3,), (3,), (4, 3))
    after = loop_invariants(graph)

    assert node_of(after, "scan").attrs["carries"] == 1
    assert "exp" not in inside(after)
    assert after.outputs[1] is graph.inputs[1]
    assert_same_bits(graph, after)


@pytest.mark.parametrize("reverse", [False, True])
def test_results_that_are_known_without_a_loop_leave_it(reverse):
    def function(h, x, w):
        step = lambda h, x: (h + x, (x, w, ri.exp(w), h))  # noqa: E731
        return ri.scan(step, h, x, reverse=reverse)[1]

    graph = captured(function, (3,), (4, 3), (3,))
    after = loop_invariants(graph)

    assert len(node_of(after, "scan").shape) == 2
    assert after.outputs[0] is graph.inputs[1]
    assert_same_bits(graph, after)


def test_parts_of_a_split_that_are_invariant_leave_a_loop():
    def function(h, x, w):
        def step(h, x):
            first, second = ri.split(w, 2)
            return h * first + x * second, None

        return ri.scan(step, h, x)[0]

    graph = captured(function, (3,), (4, 3), (6,))
    after = loop_invariants(graph)

    assert "split" not in inside(after)
    assert_same_bits(graph, after)


def test_a_loop_of_no_steps_stays_as_it_is():
    graph = captured(
        lambda h, x, w: ri.scan(lambda h, x: (h + ri.exp(w), None), h, x)[0],
        (3,),
        (0, 3),
        (3,),
    )

    assert loop_invariants(graph) is graph


def test_what_is_invariant_leaves_loops_inside_of_loops():
    def function(h, x, w):
        def outer(h, x):
            return ri.scan(lambda h, x: (h + x * ri.exp(w), None), h, x)[0], None

        return ri.scan(outer, h, x)[0]

    graph = captured(function, (3,), (2, 4, 3), (3,))
    after = loop_invariants(graph)

    assert [x.op.name for x in after.nodes() if x.op.name != "pick"] == ["exp", "scan"]
    assert ops(after)["exp"] == 1
    assert_same_bits(graph, after)
