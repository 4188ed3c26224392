import numpy as np
import pytest

import reference_impl as ri
from reference_impl.core.op import PRIMITIVES
from reference_impl.core.passes.liveness import NodeOrder, nbytes, peak_bytes

WINDOWS = PRIMITIVES["windows"]
ROW = 4 * 256  # bytes of float32


def captured(function, *shapes):
    return ri.capture(function, *(np.zeros(s, np.float32) for s in shapes))


def test_a_chain_needs_two_values_at_once():
    graph = captured(lambda x: ri.exp(ri.sin(ri.cos(x))), 256)

    assert NodeOrder.of(graph).live_bytes == [ROW, 2 * ROW, 2 * ROW]
    assert peak_bytes(graph) == 2 * ROW


def test_what_is_read_late_is_kept():
    def function(x):
        early = ri.exp(x)
        return early + ri.sin(ri.cos(early))

    assert NodeOrder.of(captured(function, 256)).live_bytes == [
        ROW,
        2 * ROW,
        3 * ROW,
        3 * ROW,
    ]


def test_outputs_stay_to_the_end():
    graph = captured(lambda x: [ri.exp(x), ri.sin(ri.cos(x))], 256)

    assert NodeOrder.of(graph).live_bytes[-1] == 3 * ROW


def test_inputs_and_views_take_no_bytes_but_keep_what_they_show():
    def function(x):
        shown = ri.reshape(ri.exp(x), (16, 16))
        return ri.matrix_transpose(x[None])[..., 0] + ri.sum(shown)

    order = NodeOrder.of(captured(function, 256))

    (exp,) = [k for k in order.lives if order.tensors[k].op.name == "exp"]
    (read,) = [p for k, p in order.places.items() if name(order, k) == "sum"]
    assert order.lives[exp] == (order.places[exp], read)
    assert not [k for k in order.lives if name(order, k) == "reshape"]


def name(order, key):
    return order.tensors[key].op.name


def test_a_node_of_several_results_takes_the_bytes_of_all():
    graph = captured(lambda x: ri.qr(x)[0], (4, 4))

    (bundle,) = [x for x in graph.nodes() if isinstance(x.dtype, tuple)]
    assert nbytes(bundle) == peak_bytes(graph) == 2 * 64


@pytest.mark.parametrize(
    "function",
    [
        lambda x: ri.sum(WINDOWS(x, sizes=(4,), strides=(1,), dilations=(1,))),
        lambda x: ri.sum(ri.split(x, 2)[0]),
        lambda x: ri.sum(ri.stop_gradient(ri.broadcast_to(x, (8, 256)))),
    ],
    ids=["windows", "parts", "copies"],
)
def test_what_only_shows_an_input_takes_no_bytes(function):
    assert peak_bytes(captured(function, 256)) == np.float32().nbytes


def test_a_graph_without_nodes_needs_nothing():
    assert peak_bytes(captured(lambda x: x, 256)) == 0


def test_an_order_becomes_the_graph_that_it_was_made_of():
    def function(x):
        with ri.scope("first"):
            y = ri.exp(x)
        with ri.scope("second"):
            z = ri.sin(y)
        return y * z

    graph = captured(function, 256)

    assert NodeOrder.of(graph).graph(graph).show() == graph.show()
