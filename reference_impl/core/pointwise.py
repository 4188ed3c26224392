"""What an op does with elements: shows them, computes each by itself, or reduces them.

Passes and lowering ask this of a node to know what one loop can compute. A loop walks
over extents: the axes along which there is more than one element.
"""

from __future__ import annotations

from .dtype import BOOLEANS, INTEGERS, REALS, Dtype
from .shape import Shape
from .tensor import Tensor

# Ops that move nothing: their result is their operand under another shape and other
# strides, wherever strides can say it.
VIEWS = {
    *("broadcast_to", "identity", "permute_dims", "reshape", "slice", "split"),
    *("stop_gradient", "windows"),
}

REDUCTIONS = {"sum", "prod", "max", "min", "any", "all"}
_POINTWISE = {"astype", "where"}


def is_pointwise(node: Tensor) -> bool:
    """Whether a node computes every element from those at its place alone."""
    op = node.op
    is_single = (op.kind == "elementwise" and op.py) or op.name in _POINTWISE
    if not is_single or (op.name == "pow" and node.dtype.kind in INTEGERS):
        return False  # an integer's power may be an error, and a kernel raises none
    return all(map(_is_real, (node, *node.inputs)))


def is_reduction(node: Tensor) -> bool:
    """Whether a node reduces axes by an op that a loop can accumulate."""
    return node.op.name in REDUCTIONS and all(map(_is_real, (node, *node.inputs)))


def _is_real(x: Tensor) -> bool:
    return isinstance(x.dtype, Dtype) and x.dtype.kind in REALS + BOOLEANS


def extents(shape: Shape) -> Shape:
    """The sizes of the axes along which there is something to walk."""
    return tuple(size for size in shape if size != 1)


def reduced_places(node: Tensor) -> tuple[int, ...]:
    """Which of the extents of its input a reduction reduces."""
    shape = node.inputs[0].shape
    long = [axis for axis, size in enumerate(shape) if size != 1]
    return tuple(i for i, axis in enumerate(long) if axis in node.attrs["axes"])
