"""Mixed precision: products in 16 bits, the rest in float32.

Products take most of the time and their operands most of the memory; both can halve
when operands and results are stored in 16 bits. Sums inside of a product are taken in
float32 and rounded once, so little is lost. What adds up many numbers, or needs their
exponential or logarithm, stays in float32; so do parameters and their update, since a
step is often smaller than the distance between two 16-bit numbers.

    %0 = matmul(x, w)               %0 = matmul(astype(x, half), astype(w, half))
    %1 = relu(%0)          becomes  %1 = relu(%0)
    %2 = matmul(%1, v)              %2 = matmul(%1, astype(v, half))
    %3 = sum(%2)                    %3 = sum(astype(%2, float32))

Every op has a role, by its name:

    PRODUCTS      take and give 16 bits
    ARITHMETIC    gives 16 bits if it lies between products: an operand comes from one,
                  a reader leads to one, and nothing of float32 is lost on the way
    MOVES         round to the same before as after, so they go where it is narrower
    all others    take and give float32

"Nothing is lost" means that every operand is in 16 bits already, is a constant that
neither overflows nor vanishes there, or is an input that is stretched, as a bias is. So
what was normalised, a residual stream that begins with an embedding, and `p - lr * g`
stay in float32.

Inputs and outputs keep their dtypes; 64 bits are left alone. For float16 the loss
should be scaled: `optim.loss_scaled`.

Source: Micikevicius et al. 2017; the roles are those of PyTorch's `autocast`, whose ops
are larger: it computes a whole layer norm in float32 inside of one op that gives 16
bits, where here what leaves it is float32 until a product rounds it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ..dtype import HALVES, Dtype, as_dtype, float32
from ..errors import DtypeError
from ..graph import Graph, check_graph
from ..show import is_graph
from ..tensor import Tensor, now
from .liveness import joined
from .rewrite import is_constant, is_made_by, made, repeated, uniform

PRODUCTS = frozenset({"conv", "conv_filters", "conv_transpose", "matmul"})

ARITHMETIC = frozenset(
    {
        *("abs", "add", "clip_max", "clip_min", "divide", "erf", "erfc", "gated"),
        *("maximum", "minimum", "multiply", "negative", "relu", "sigmoid", "sign"),
        *("square", "subtract", "tanh"),
    }
)

MOVES = frozenset(
    {
        *("broadcast_to", "concat", "gather", "identity", "permute_dims", "pick"),
        *("place", "reshape", "slice", "split", "stop_gradient", "where"),
    }
)


def mixed_precision(graph: Graph, dtype: Any = "bfloat16") -> Graph:
    """The graph whose products, and what lies between them, are stored in 16 bits.

    Parameters
    ----------
    dtype : "bfloat16" or "float16"
        bfloat16 has float32's range and 8 bits of precision; float16 has 11 bits, and
        nothing beyond 65504 or below 6e-8.

    Raises
    ------
    DtypeError
        If the dtype is another one.
    """
    check_graph("mixed_precision", graph)
    half = as_dtype(dtype)
    if half not in HALVES:
        raise DtypeError(f"mixed_precision: bfloat16 or float16 is needed, {half} came")
    return _converted(graph, half)


def _converted(graph: Graph, half: Dtype) -> Graph:
    inside = {node.serial: _attrs(node, half) for node in graph.nodes()}
    narrow = _narrow(graph, half)
    is_new = any(inside[x.serial] is not x.attrs for x in graph.nodes())
    if not narrow and not is_new:
        return graph
    became: dict[int, Tensor] = {}
    casts: dict[tuple[int, Dtype], Tensor] = {}

    def stored(x: Tensor, dtype: Dtype) -> Tensor:
        new = became.get(x.serial, x)
        if not _is_float32(x) or new.dtype in (dtype, (dtype,) * len(new.shape)):
            return new
        key = new.serial, dtype
        if key not in casts:
            casts[key] = _cast(new, dtype)
        return casts[key]

    scopes, names = [], graph.scope_names()
    for node in graph.nodes():
        begin, dtype = now(), half if node.serial in narrow else float32
        inputs = [stored(x, dtype) for x in node.inputs]
        became[node.serial] = made(node.op, *inputs, **inside[node.serial])
        scopes.append((names.get(node.serial), begin, now()))
    return replace(
        graph,
        outputs=tuple(stored(x, float32) for x in graph.outputs),
        scopes=joined(scopes),
        node_names={
            became[serial].serial: name
            for serial, name in graph.node_names.items()
            if serial in became
        },
    )


def _attrs(node: Tensor, half: Dtype) -> dict[str, Any]:
    """Attributes whose graphs are converted, too; these keep their ends' dtypes."""
    new = {k: _converted(x, half) if is_graph(x) else x for k, x in node.attrs.items()}
    return node.attrs if all(new[k] is x for k, x in node.attrs.items()) else new


def _cast(x: Tensor, dtype: Dtype) -> Tensor:
    """Another dtype, at once if all elements are one number that is known."""
    cast, element = made("astype", x, dtype=dtype), uniform(x)
    return cast if element is None else repeated(element, cast)


def _is_float32(x: Tensor) -> bool:
    """Whether a result, or each of several, is float32."""
    dtypes = x.dtype if isinstance(x.dtype, tuple) else (x.dtype,)
    return all(dtype is float32 for dtype in dtypes)


def _narrow(graph: Graph, half: Dtype) -> set[int]:
    """The nodes that give 16 bits, by serial."""
    nodes = [x for x in graph.nodes() if _is_float32(x)]
    given = {x.serial for x in graph.inputs}
    readers = _readers(graph)
    narrow = {x.serial for x in nodes if x.op.name in PRODUCTS | ARITHMETIC | MOVES}
    between = [x for x in nodes if x.serial in narrow and x.op.name not in PRODUCTS]
    before = 0
    while before != len(narrow):  # what is taken out may be what others relied on
        before = len(narrow)
        for node in between:
            if not _comes_from(node, narrow, given, half):
                narrow.discard(node.serial)
        for node in reversed(between):
            if not any(r in narrow for r in readers.get(node.serial, ())):
                narrow.discard(node.serial)
    _add_moves([x for x in between if x.op.name in MOVES], narrow, readers)
    return narrow


def _readers(graph: Graph) -> dict[int, list[int]]:
    """Who reads each tensor, by serial; the caller, who reads outputs, is -1."""
    readers: dict[int, list[int]] = {}
    for node in graph.nodes():
        for x in node.inputs:
            readers.setdefault(x.serial, []).append(node.serial)
    for x in graph.outputs:
        readers.setdefault(x.serial, []).append(-1)
    return readers


def _comes_from(node: Tensor, narrow: set[int], given: set[int], half: Dtype) -> bool:
    """Whether an operand is narrow, and to round the others loses nothing."""
    operands = [x for x in node.inputs if _is_float32(x)]
    return any(x.serial in narrow for x in operands) and all(
        x.serial in narrow or _fits(x, half) or _is_stretched(x, given)
        for x in operands
    )


def _fits(x: Tensor, half: Dtype) -> bool:
    """Whether a constant neither overflows nor vanishes when it is rounded."""
    if not is_constant(x):
        return False
    element = uniform(x)
    wide = x.device.get(x.data) if element is None else element
    with np.errstate(over="ignore"):
        rounded = wide.astype(half).astype(wide.dtype)
    is_same = np.isfinite(rounded) == np.isfinite(wide)
    return bool(np.all(is_same & ((rounded == 0) == (wide == 0))))


def _is_stretched(x: Tensor, given: set[int]) -> bool:
    """Whether a tensor is an input, or a constant, that is repeated along an axis."""
    if not is_made_by(x, "broadcast_to"):
        return False
    while x.serial not in given and is_made_by(x, *MOVES):
        x = x.inputs[0]
    return x.serial in given or is_constant(x)


def _add_moves(
    moves: Sequence[Tensor], narrow: set[int], readers: dict[int, list[int]]
) -> None:
    """Let moves before a rounding come after it, and those after a widening before.

    Not where that rounds more elements: of a table all rows, for a few of them.
    """
    for node in moves:
        if _are_in(narrow, (x.serial for x in node.inputs if _is_float32(x))):
            narrow.add(node.serial)
    for node in reversed(moves):
        if node.op.name in ("pick", "split"):  # whose parts may differ
            continue
        read = sum(x.size for x in node.inputs if _is_float32(x))
        if node.size >= read and _are_in(narrow, readers[node.serial]):
            narrow.add(node.serial)


def _are_in(narrow: set[int], serials: Iterable[int]) -> bool:
    found = list(serials)
    return bool(found) and all(serial in narrow for serial in found)
