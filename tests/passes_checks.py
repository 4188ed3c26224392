"""What the tests of passes share: how graphs are run, counted and compared."""

from collections import Counter

import numpy as np

import reference_impl as ri
from reference_impl.core import tree
from reference_impl.core.replay import Program
from reference_impl.core.show import nested_graphs

# Sums of a few dozen products of float64 in another order, of the largest element.
REORDERED = 1e-12

# Values where identities of real numbers fail first.
SPECIAL = [0.0, -0.0, 1.0, -1.0, 0.1, np.inf, -np.inf, np.nan]


def captured(function, *shapes, dtype=ri.float64):
    """The graph of a function of tensors of these shapes."""
    return ri.capture(function, *(ri.zeros(s, dtype=dtype) for s in shapes))


def ops(graph):
    """How many nodes of every op there are, inside of nodes as well."""
    count = Counter()
    for node in graph.nodes():
        count[node.op.name] += 1
        for _, body in nested_graphs(node.attrs):
            count += ops(body)
    del count["pick"]
    return dict(count)


def node_of(graph, name):
    """The only node of an op."""
    (node,) = [x for x in graph.nodes() if x.op.name == name]
    return node


def drawn(graph, seed=0):
    """Random arrays for the inputs of a graph; integers are small."""
    rng = np.random.default_rng(seed)
    return [
        np.asarray(rng.uniform(-2, 2, size=x.shape)).astype(x.dtype)
        if x.dtype.kind in "fcV"
        else rng.integers(0, 2, size=x.shape).astype(x.dtype)
        for x in graph.inputs
    ]


def special(graph, seed=0):
    """Arrays of zeros of both signs, infinities and what is not a number."""
    rng = np.random.default_rng(seed)
    return [
        np.asarray(rng.choice(SPECIAL, size=x.shape)).astype(x.dtype)
        for x in graph.inputs
    ]


def run(graph, arrays):
    """The results of a graph on arrays."""
    with np.errstate(all="ignore"):
        return Program(graph).run(arrays)


def assert_same_bits(before, after, arrays=None):
    """Equal results to the bit; of what is not a number any is as good."""
    given = drawn(before) if arrays is None else arrays
    for x, y in zip(run(before, given), run(after, given), strict=True):
        assert (x.shape, x.dtype) == (y.shape, y.dtype)
        wide = (np.float64,) if x.dtype.kind not in "fcbiu" else ()
        x, y = x.astype(*wide or (x.dtype,)), y.astype(*wide or (y.dtype,))
        np.testing.assert_array_equal(x, y)
        if x.dtype.kind == "f":
            there = ~np.isnan(x)
            np.testing.assert_array_equal(np.signbit(x[there]), np.signbit(y[there]))


def assert_close(before, after, arrays=None, tolerance=REORDERED):
    """Equal results up to a part of the largest element.

    The same numbers at other places in memory are added in another order by NumPy.
    """
    given = drawn(before) if arrays is None else arrays
    for x, y in zip(run(before, given), run(after, given), strict=True):
        assert (x.shape, x.dtype) == (y.shape, y.dtype)
        largest = np.abs(x[np.isfinite(x)]).max(initial=0.0)
        np.testing.assert_allclose(x, y, rtol=0, atol=tolerance * max(largest, 1.0))


def training_step(loss, update, model):
    """A step of training as it is captured: `update` and `loss` as the library's."""

    def step(model, state, *data):
        value, grads = ri.value_and_grad(loss)(model, *data)
        model, state = update.update(grads, state, model)
        return model, state, value

    return step, (model, update.init(model))


def arrays_of(*args):
    """The arrays of trees, in the order of a graph's inputs."""
    leaves = tree.flatten(args)[0]
    return [x.numpy() for x in leaves if isinstance(x, ri.Tensor)]
