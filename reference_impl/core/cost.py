"""What a graph costs: how many operations on numbers its nodes need, by estimate.

An operation is an addition, a multiplication, a comparison or a function of an element,
each counted as one; a product of matrices, or of filters and images, adds and
multiplies, so it counts two for every product. What only moves elements, or reads them
under another shape, is free.
"""

from __future__ import annotations

import math
from typing import Any

from .graph import Graph
from .show import nested_graphs
from .tensor import Tensor

# Those that move, copy, convert or choose, and those that draw bits.
_FREE = {
    *("astype", "bits", "blocks", "broadcast_to", "concat", "conj", "gather"),
    *("identity", "imag", "last_writer", "one_hot", "overwrite", "permute_dims"),
    *("pick", "pivots", "place", "previous_writer", "real", "reshape", "slice"),
    *("split", "stop_gradient", "where", "windows"),
}

# For every element that is read: the largest is taken out, e raised, summed, divided.
_OF_READ = {
    "log_softmax": 5,
    "logsumexp": 4,
    "norm": 2,
    "softmax": 5,
    "softmax_cross_entropy": 5,
    "softmax_surplus": 6,
}

# Of matrices: the number of elements times the last axis is the order of magnitude.
_CUBIC = {
    *("cholesky", "cofactors", "det", "eigh", "eigvalsh", "inv", "pinv", "qr"),
    *("slogdet", "solve", "svd", "svdvals"),
}

# Which of (first input, second input, result) are the filters, and y: the images after
# `conv`, every element of which is a sum over one filter.
_CONVOLUTIONS = {"conv": (1, 2), "conv_transpose": (1, 0), "conv_filters": (2, 1)}


def operations(graph: Graph) -> int:
    """How many operations on numbers a graph needs, by estimate.

    A `scan` counts its body once for every step, `cond` the dearer of its branches, and
    `while_loop`, whose steps are not known, its body once.
    """
    return sum(map(node_operations, graph.nodes()))


def node_operations(node: Tensor) -> int:
    """How many operations on numbers a node needs, by estimate; see `operations`."""
    name, read = node.op.name, sum(map(_size, node.inputs))
    inside = [operations(graph) for _, graph in nested_graphs(node.attrs)]
    if inside:
        return node.attrs.get("length", 1) * max(inside)
    if name in _FREE:
        return 0
    if name == "matmul":
        return 2 * node.inputs[0].shape[-1] * _size(node)
    if name in _CONVOLUTIONS:
        weight, y = map((*node.inputs, node).__getitem__, _CONVOLUTIONS[name])
        return 2 * math.prod(weight.shape[1:]) * _size(y)
    if name in ("choose", "spread"):  # every element of every window is compared
        boxes = node if name == "choose" else node.inputs[0]
        return math.prod(node.attrs["sizes"]) * _size(boxes)
    if name in _OF_READ:
        return _OF_READ[name] * _size(node.inputs[0])
    if name in _CUBIC:
        return read * node.inputs[0].shape[-1]
    if name in ("argsort", "fft", "irfft", "rfft"):
        return math.ceil(read * math.log2(max(read, 2)))
    return max(_size(node), read if node.op.kind != "elementwise" else 0)


def _size(x: Tensor) -> int:
    """The number of elements, those of several results together."""
    shapes: Any = x.shape
    several = shapes and isinstance(shapes[0], tuple)
    return sum(map(math.prod, shapes)) if several else math.prod(shapes)
