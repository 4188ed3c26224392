from passes_checks import captured

import reference_impl as ri
from reference_impl.core.cost import operations
from reference_impl.core.passes.common_subexpressions import common_subexpressions
from reference_impl.core.passes.constants import constants
from reference_impl.core.passes.dead_code import dead_code
from reference_impl.core.passes.reports import report


def done(each, function, *shapes):
    graph = captured(function, *shapes)
    return report(each.__name__, graph, each(graph))


def test_a_report_counts_ops_of_which_there_are_fewer_or_more():
    came = done(common_subexpressions, lambda x: ri.exp(x) + ri.exp(x), (3,))

    assert (came.nodes_before, came.nodes_after) == (3, 2)
    assert came.operations_before - came.operations_after == 3
    assert str(came) == "common_subexpressions: 3 -> 2 nodes: -1 exp"


def test_nodes_inside_of_loops_count():
    def function(h, x):
        return ri.scan(lambda h, x: (h + x, ri.exp(x)), h, x)[0]

    came = done(dead_code, function, (3,), (4, 3))

    assert came.nodes_before - came.nodes_after == 1
    assert came.operations_before == 4 * (3 + 3)
    assert came.summary == "-1 exp"


def test_a_pass_that_changes_no_op_is_said_to_change_what_is_read():
    def function(h, x, unread):
        return ri.scan(lambda h, x: (h + x[0], None), h, (x, unread))[0]

    came = done(dead_code, function, (3,), (4, 3), (4, 3))
    number = done(constants, lambda x: x + ri.ones(3, dtype=x.dtype), (3,))

    assert came.summary == "-1 operands"
    assert number.summary == "+1 constants that are one number"


def test_operations_are_those_of_the_graphs():
    graph = captured(lambda x: ri.exp(x) + ri.exp(x), (3,))

    assert report("none", graph, graph).operations_after == operations(graph)
    assert report("none", graph, graph).summary == "the same ops, read by others"
