"""Constant folding: what does not depend on the inputs is computed now.

    %0 = exp(<float32[3]>)
    %1 = multiply(x, %0)      becomes  %0 = multiply(x, <float32[3]>)

Folding must not make a program larger: a number that is repeated over a matrix is four
bytes, and so is its logarithm. A constant whose elements are all read from one place
stays like that: elementwise ops compute one element, and what only moves elements moves
none. One whose elements merely are all the same becomes such a number. Other results
are computed if they are small, or not larger than what they are computed from. What
would raise an error goes on to raise it when the graph runs.

A loop is given constants, too: where a carry's, a sequence's or an outer tensor's
element is one and the same at every step, the body gets it as a constant of its own.

Source: Kildall 1973 (constant propagation).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ..errors import MappingError
from ..graph import Graph
from ..tensor import Tensor, known
from .loops import Scan, is_loop
from .rewrite import again, is_constant, repeated, rewritten, uniform

# Results up to this size are computed, whatever they are computed from.
SMALL_BYTES = 1 << 16

# They read every element of the result from some element of the first input.
_MOVING = {"broadcast_to", "identity", "permute_dims", "reshape", "slice"}


def constants(graph: Graph) -> Graph:
    """The graph in which nodes of constants are constants."""
    return rewritten(graph, _folded, constants)


def _folded(former: Tensor, node: Tensor) -> Any:
    inputs = [_condensed(x) for x in node.inputs]
    is_same = all(x is y for x, y in zip(inputs, node.inputs, strict=True))
    condensed = node if is_same else again(node, inputs)
    offer = _with_constants(condensed) if is_loop(node) else _known(condensed)
    return condensed if offer is None and not is_same else offer


def _condensed(x: Tensor) -> Tensor:
    """A constant that repeats one number, as this number; any other as it is."""
    if not is_constant(x) or isinstance(x.dtype, tuple) or uniform(x) is not None:
        return x
    array = np.asarray(x.device.get(x.data))
    # One look at two elements, for most constants are none of this kind.
    if not x.size or array.flat[0].tobytes() != array.flat[-1].tobytes():
        return x
    bits = np.ascontiguousarray(array).reshape(-1).view(np.uint8)
    rows = bits.reshape(x.size, x.dtype.itemsize)
    return repeated(array.flat[0], x) if (rows == rows[0]).all() else x


def _known(node: Tensor) -> Tensor | None:
    """The result of a node of constants, if it is to be computed now."""
    if isinstance(node.dtype, tuple) or not all(map(is_constant, node.inputs)):
        return None
    elements = [one for x in node.inputs if (one := uniform(x)) is not None]
    if node.size and len(elements) == len(node.inputs):
        if node.op.name in _MOVING:
            return repeated(elements[0], node)
        if node.op.kind == "elementwise" or node.op.name in _CHOOSING:
            ones = [one.reshape(1) for one in elements]
            return _computed(node, ones, is_repeated=True)
    read = {x.serial: x.nbytes for x in node.inputs}
    if node.nbytes > max(SMALL_BYTES, sum(read.values())):
        return None
    return _computed(node, [x.data for x in node.inputs])


# Of single elements, though not declared as such.
_CHOOSING = {"astype", "where"}


def _computed(
    node: Tensor, arrays: list[Any], *, is_repeated: bool = False
) -> Tensor | None:
    """The result as a constant, or nothing if the op complains."""
    try:
        with np.errstate(all="ignore"):  # it is the run's business to warn
            data = node.device.run(node.op, arrays, node.attrs)
    except MappingError:
        return None
    if is_repeated:
        return repeated(np.asarray(node.device.get(data)), node)
    return known(np.asarray(data), node.device)


def _with_constants(node: Tensor) -> tuple[Tensor, ...] | None:
    """The results of a loop whose body knows the elements that never change."""
    loop = Scan.of(node)
    fixed = {x.inside.serial: _constant(x.outside, x.inside) for x in _given(loop)}
    found = {serial: x for serial, x in fixed.items() if x is not None}
    slices = [x for x in loop.slices if x.inside.serial not in found]
    free = [x for x in loop.free if x.inside.serial not in found]
    if not found or not (loop.carries or slices or free):
        return None
    return replace(loop, slices=slices, free=free).remade(found)


def _given(loop: Scan) -> Sequence[Any]:
    return (*loop.slices, *loop.free)


def _constant(x: Tensor, like: Tensor) -> Tensor | None:
    one = uniform(x)
    return None if one is None or not like.size else repeated(one, like)
