import numpy as np
from passes_checks import assert_same_bits

import reference_impl as ri
from reference_impl.core.passes.liveness import NodeOrder
from reference_impl.core.passes.segments import segmented

LAYERS, LAYER_BYTES = 16, 64 * 8 * 4


def chain():
    def loss(weights, x):
        for w in weights:
            x = ri.tanh(x @ w)
        return ri.sum(x)

    weights = [np.zeros((8, 8), np.float32)] * LAYERS
    return ri.capture(ri.grad(loss), weights, np.zeros((64, 8), np.float32))


def products(order):
    ops = [order.tensors[key].op.name for key in order.keys]
    return ops.count("matmul")


def test_every_choice_computes_the_same():
    graph = chain()
    found = list(segmented(NodeOrder.of(graph)))

    assert len(found) > 4
    for order in found:
        assert_same_bits(graph, order.graph(graph))


def test_about_the_square_root_of_all_layers_is_best():
    order = NodeOrder.of(chain())
    peaks = [x.peak for x in segmented(order)]

    assert order.peak > LAYERS * LAYER_BYTES
    assert min(peaks) <= (2 * LAYERS**0.5 + 4) * LAYER_BYTES


def test_a_forward_pass_is_computed_again_at_most_once():
    order = NodeOrder.of(chain())

    for each in segmented(order):
        assert products(each) <= products(order) + LAYERS


def test_a_graph_without_a_turn_has_no_segments():
    graph = ri.capture(lambda x: ri.exp(x), np.zeros(4))

    assert not list(segmented(NodeOrder.of(graph)))
