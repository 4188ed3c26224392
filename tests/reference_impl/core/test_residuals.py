"""What the pullback of a graph reads of it."""

import numpy as np

import reference_impl as ri
from reference_impl.core import tree
from reference_impl.core.residuals import pullback_of, with_outputs

X = np.array([0.5, 1.0, 1.5])


def pulled(function, *args):
    graph = ri.capture(function, *args)
    return graph, pullback_of(graph, graph.outputs)


def serials(tensors):
    return [x.serial for x in tensors]


def test_a_pullback_reads_what_its_rules_read(x):
    graph, pull = pulled(lambda x, y: ri.exp(x) * y, x, x)
    exponential, _ = graph.nodes()

    assert serials(pull.free) == serials([graph.inputs[1], exponential])


def test_a_pullback_of_a_linear_map_reads_nothing(x):
    _, pull = pulled(lambda x: ri.flip(ri.sum(3.0 * x, axis=0, keepdims=True)), x)

    assert pull.free == []


def test_what_gets_no_cotangent_needs_no_residual(x):
    graph = ri.capture(lambda x: (ri.exp(x), 2 * x), x)

    assert pullback_of(graph, (None, graph.outputs[1])).free == []


def test_an_op_with_several_results_is_done_again(x):
    graph, pull = pulled(lambda x: ri.eigh(ri.outer(x, x))[1], x)

    names = [node.op.name for node in pull.graph().nodes()]
    assert names.count("eigh") == 1
    assert set(serials(pull.free)) < set(serials(graph.nodes()))
    assert "eigh" not in [residual.op.name for residual in pull.free]


def test_the_pullback_for_residuals_is_the_pullback(x):
    graph, pull = pulled(lambda x: ri.sum(ri.tanh(x) * ri.exp(x)), x)
    values = graph.applied(x)
    read = [values[residual.serial] for residual in pull.free]

    (came,) = pull.graph().apply(ri.tensor(2.0, dtype=ri.float64), *read)

    tanh, exp = np.tanh(X), np.exp(X)
    np.testing.assert_allclose(came, 2 * exp * (1 - tanh**2 + tanh), rtol=1e-14)


def test_a_graph_puts_out_what_is_asked_for_besides(x):
    graph = ri.capture(lambda x: ri.exp(x) * 2, x)
    once = with_outputs(graph, graph.nodes()[:1])
    twice = with_outputs(once, graph.inputs)

    doubled, exponential, same = twice.apply(x)

    np.testing.assert_array_equal(doubled, 2 * exponential.numpy())
    np.testing.assert_array_equal(same, X)
    assert twice.output_names == (
        "result.result",
        "result.residuals.0",
        "residuals.0",
    )
    assert len(tree.flatten(tree.unflatten(twice.structure, twice.outputs))[0]) == 3
