import numpy as np
from hypothesis import given, settings
from passes_checks import assert_same_bits, captured, drawn, run
from random_graphs import programs

import reference_impl as ri
from reference_impl.core.passes.rewrite import (
    cut_out,
    is_made_by,
    made,
    picked,
    placed,
    repeated,
    rewritten,
    uniform,
)


def nothing(former, node):
    return None


def doubled_exp(former, node):
    """exp(x) as a sum of two halves: not a useful rule, but a visible one."""
    if not is_made_by(node, "exp"):
        return None
    half = made("multiply", node, repeated(0.5, node))
    return made("add", half, half)


def test_a_graph_in_which_no_rule_applies_comes_back_itself():
    graph = captured(lambda x: ri.exp(x) + 1.0, (3,))

    assert rewritten(graph, nothing) is graph
    assert rewritten(graph, nothing, inside=lambda body: body) is graph


@settings(max_examples=40, deadline=None)
@given(programs())
def test_nodes_that_are_made_again_compute_the_same(program):
    graph = ri.capture(program, *program.arguments())
    inputs = [ri.capture(lambda x: x, x).inputs[0] for x in program.arguments()]

    again = cut_out("again", {"x": graph.inputs}, {"out": graph.outputs})

    assert_same_bits(graph, again)
    assert len(placed(graph, inputs)) == len(graph.outputs)


def test_the_inputs_stay_the_same_tensors_and_the_graph_as_it_was():
    graph = captured(lambda x, y: ri.exp(x) * y, (3,), (3,))
    before = str(graph)

    after = rewritten(graph, doubled_exp)

    assert after.inputs is graph.inputs
    assert str(graph) == before
    assert [n.op.name for n in after.nodes()] == ["exp", "multiply", "add", "multiply"]


def test_names_and_scopes_stay():
    def function(x):
        with ri.scope("encoder"):
            with ri.scope("layer0"):
                x = ri.exp(x) * 2.0
            x = x + 1.0
        return {"out": x, "x": x - 1.0}

    graph = captured(function, (3,))
    after = rewritten(graph, doubled_exp)
    scopes = after.scope_names()

    assert after.input_names == graph.input_names
    assert after.output_names == ("out", "x")
    assert [scopes.get(node.serial) for node in after.nodes()] == [
        *("encoder/layer0",) * 4,
        "encoder",
        None,
    ]


def test_a_node_keeps_its_own_name_and_gives_it_to_what_replaces_it():
    graph = captured(lambda x: ri.exp(x) - 1.0, (3,))
    exp, less = graph.nodes()
    named = type(graph)(
        **{**vars(graph), "node_names": {exp.serial: "e", less.serial: "less"}}
    )

    after = rewritten(named, doubled_exp)
    names = {x.op.name: after.node_names.get(x.serial) for x in after.nodes()}

    assert names == {"exp": None, "multiply": None, "add": "e", "subtract": "less"}


def test_a_rule_may_offer_all_results_of_an_op_that_has_several():
    def rule(former, node):
        if node.op.name != "split":
            return None
        halves = picked(made("split", node.inputs[0], sizes=(1, 2), axis=0))
        return halves[::-1] if former.attrs["sizes"] == (2, 1) else None

    graph = captured(lambda x: ri.split(x, sizes=[2, 1])[::-1], (3,))
    (x,) = drawn(graph)

    # Only shapes are swapped here: the parts of two elements and of one.
    first, second = run(rewritten(graph, rule), [x])

    np.testing.assert_array_equal(first, x[:1])
    np.testing.assert_array_equal(second, x[1:])


def test_a_pass_reaches_the_graphs_inside_of_nodes():
    def function(x):
        step = lambda h, x: (ri.exp(h), ri.exp(x))  # noqa: E731
        return ri.scan(step, x[0], x)

    graph = captured(function, (2, 3))
    found = []

    def inside(body):
        found.append(body.name)
        return rewritten(body, doubled_exp)

    after = rewritten(graph, nothing, inside)

    assert found == ["step"]
    assert_same_bits(graph, after)


def test_uniform_is_the_one_element_that_is_read_again_and_again():
    graph = captured(lambda x: x * 0.5 + ri.tensor(np.array([0.5, 0.5])), (2,))
    half, dense = graph.constants()

    assert uniform(half) == 0.5
    assert uniform(dense) is None
    assert uniform(graph.inputs[0]) is None
    assert repeated(0.5, dense).numpy().strides == (0,)


def test_what_lies_between_computed_tensors_can_be_cut_out():
    graph = captured(lambda x: ri.sin(ri.exp(x)), (3,))
    exp, sin = graph.nodes()

    part = cut_out("part", {"x": [exp]}, {"out": [sin]})

    assert [node.op.name for node in part.nodes()] == ["sin"]
    assert part.input_names == ("x.0",)
