from dataclasses import replace

import pytest
from passes_checks import assert_same_bits, captured, node_of

import reference_impl as ri
from reference_impl.core.passes.loops import Given, Scan
from reference_impl.core.passes.rewrite import made, rewritten


@pytest.fixture
def graph():
    def function(h, n, x, w):
        def step(carry, x):
            h, n = carry
            h = ri.tanh(h * w + x)
            return (h, n + 1.0), (ri.exp(h), x)

        return ri.scan(step, (h, n), x, reverse=True)

    return captured(function, (3,), (), (4, 3), (3,))


def test_the_parts_of_a_scan_stand_by_their_roles(graph):
    node = node_of(graph, "scan")
    loop = Scan.of(node)

    assert [c.first for c in loop.carries] == [*graph.inputs[:2]]
    assert [x.outside for x in loop.slices] == [graph.inputs[2]]
    assert [x.outside for x in loop.free] == [graph.inputs[3]]
    assert [y.shape for y in loop.ys] == [(3,), (3,)]
    assert (loop.length, loop.reverse) == (4, True)


def test_a_scan_that_is_put_together_again_computes_the_same(graph):
    after = rewritten(graph, lambda former, node: rebuilt(node))

    assert after is not graph
    assert_same_bits(graph, after)


def rebuilt(node):
    return Scan.of(node).remade() if node.op.name == "scan" else None


def test_to_compute_a_value_outside_is_to_list_it_among_the_free_ones(graph):
    def rule(former, node):
        if node.op.name != "scan":
            return None
        loop = Scan.of(node)
        (exp,) = [x for x in loop.body.nodes() if x.op.name == "exp"]
        zeros = made("multiply", loop.free[0].outside, loop.free[0].outside)
        return replace(loop, free=[*loop.free, Given(zeros, exp)]).remade()

    names = [
        x.op.name for x in node_of(rewritten(graph, rule), "scan").attrs["body"].nodes()
    ]

    assert "exp" not in names


def test_without_carries_and_results_there_is_no_loop(graph):
    loop = Scan.of(node_of(graph, "scan"))

    assert replace(loop, carries=[], ys=[]).remade() == ()
