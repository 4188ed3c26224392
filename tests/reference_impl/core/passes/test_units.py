"""Units: an order in which everything comes after what it reads."""

from hypothesis import given, settings
from passes_checks import captured
from random_graphs import programs

import reference_impl as ri
from reference_impl.core.passes.units import nodes_in_order


def test_a_late_node_comes_with_the_group_that_computes_it():
    def function(x):
        y = ri.exp(x)
        z = ri.sort(y, axis=0)
        return z * ri.sin(y)

    nodes = nodes_in_order(captured(function, (4, 4)))
    names = [node.op.name for node in nodes]

    assert names[:2] == ["exp", "sin"]
    assert names[-1] == "multiply"


@settings(max_examples=60, deadline=None)
@given(programs())
def test_every_node_comes_once_and_after_its_inputs(program):
    graph = ri.capture(program, *program.arguments())
    nodes = nodes_in_order(graph)
    place = {node.serial: i for i, node in enumerate(nodes)}

    assert sorted(place) == sorted(node.serial for node in graph.nodes())
    assert len(place) == len(nodes)
    for node in nodes:
        assert all(place.get(x.serial, -1) < place[node.serial] for x in node.inputs)
