"""How a node of a graph is written in Python.

A node gets the first spelling that makes the same node again: an operator, the public
function of its name, or the primitive, `p.sum(x, axes=(0,))`. Each is tried on the
graph's own symbols, which is the proof that it means the same: so `h + bias` may leave
the broadcast to the operator, and a number stays a number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, make_dataclass
from typing import Any

from ..core.errors import CaptureError, MappingError
from ..core.op import PRIMITIVES
from ..core.ops import __all__ as public_names
from ..core.show import nested_graphs
from ..core.tensor import FREED, FUNCTIONS, Tensor, known
from .literals import MOST_ELEMENTS, Number, bits, number, unrepeated

# Every primitive under its name: `primitives.sum(x, axes=(1,))`. It takes what its node
# in a graph shows: axes and shapes that are written out, sorted and not negative.
primitives = make_dataclass("Primitives", PRIMITIVES, frozen=True)(**PRIMITIVES)

_OPERATORS = {
    "add": "+",
    "subtract": "-",
    "multiply": "*",
    "divide": "/",
    "floor_divide": "//",
    "remainder": "%",
    "pow": "**",
    "matmul": "@",
    "bitwise_and": "&",
    "bitwise_or": "|",
    "bitwise_xor": "^",
    "bitwise_left_shift": "<<",
    "bitwise_right_shift": ">>",
    "equal": "==",
    "not_equal": "!=",
    "less": "<",
    "less_equal": "<=",
    "greater": ">",
    "greater_equal": ">=",
    "negative": "-",
    "bitwise_invert": "~",
}


@dataclass(frozen=True, slots=True)
class Spelling:
    """An operator or a function's name, its operands and its attributes."""

    sign: str
    operands: tuple[Tensor | Number, ...]
    attrs: dict[str, Any]

    @property
    def is_call(self) -> bool:
        """Whether the sign is the name of a function."""
        return self.sign != ".T" and self.sign not in _OPERATORS.values()

    def text(self, operands: Sequence[str], attrs: Sequence[str]) -> str:
        """The node as an expression, given the texts of operands and attributes."""
        if self.sign == ".T":
            return f"{operands[0]}.T"
        if self.is_call:
            return f"{self.sign}({', '.join((*operands, *attrs))})"
        if len(operands) == 1:
            return f"{self.sign}{operands[0]}"
        return f" {self.sign} ".join(operands)


def spelling(node: Tensor) -> Spelling:
    """The most readable way to write a node.

    Raises
    ------
    CaptureError
        If the op is not among the `primitives`, so that its name means nothing.
    """
    name = node.op.name
    if vars(primitives).get(name) is not node.op:
        raise CaptureError(f"source: {node.op!r} is not among the primitives")
    if not nested_graphs(node.attrs):
        for sign, function, attrs in _ways(node):
            for operands in _operands(node):
                if _makes(function, operands, attrs, node):
                    return Spelling(sign, operands, attrs)
    return Spelling(f"p.{name}", node.inputs, node.attrs)


def _ways(node: Tensor) -> Iterator[tuple[str, Callable[..., Any], dict[str, Any]]]:
    """How a node may be written, the shortest first."""
    name, attrs = node.op.name, node.attrs
    function = FUNCTIONS.get(name)
    if function is None:
        return
    if name in _OPERATORS:
        yield _OPERATORS[name], function, attrs
    if name == "permute_dims" and len(attrs["axes"]) == 2:
        yield ".T", FUNCTIONS["matrix_transpose"], {}
    if name not in public_names:
        return
    if "axes" in attrs:
        # What is false is left out: public functions drop the axes that they reduce.
        rest = {k: x for k, x in attrs.items() if k != "axes" and x is not False}
        axes = attrs["axes"]
        yield f"ri.{name}", function, rest
        yield (
            f"ri.{name}",
            function,
            {"axis": axes[0] if len(axes) == 1 else axes} | rest,
        )
    yield f"ri.{name}", function, attrs


def _operands(node: Tensor) -> Iterator[tuple[Tensor | Number, ...]]:
    """Operands before they were stretched to one shape, then as they are."""
    if node.op.name != "broadcast_to":
        yield tuple(map(_short, node.inputs))
        yield tuple(number(x) or x for x in node.inputs)
    yield node.inputs


def _short(x: Tensor) -> Tensor | Number:
    if x.op is not None and x.op.name == "broadcast_to":
        return x.inputs[0]
    return number(x) or _unrepeated(x)


def _unrepeated(x: Tensor) -> Tensor:
    """A constant with one element where it repeats one along an axis."""
    if x.data is None or x.data is FREED or x.size > MOST_ELEMENTS:
        return x
    array = x.device.get(x.data)
    strides, once = array.strides, unrepeated(array)
    leading = next((i for i, stride in enumerate(strides) if stride), len(strides))
    return known(x.device.put(once.reshape(once.shape[leading:])), x.device)


def _makes(
    function: Callable[..., Any],
    operands: Sequence[Any],
    attrs: dict[str, Any],
    node: Tensor,
) -> bool:
    """Whether a function makes the same node of these operands."""
    given = [x.value if isinstance(x, Number) else x for x in operands]
    try:
        made = function(*given, **attrs)
    except (TypeError, ValueError, IndexError, MappingError):
        return False  # the public function asks for other arguments
    return isinstance(made, Tensor) and _is_same(made, node, _reads_same)


def _is_same(x: Tensor, y: Tensor, reads_same: Callable[..., bool]) -> bool:
    """Whether two nodes apply one op with equal attributes to the same."""
    if x.op is None or x.op is not y.op or x.attrs != y.attrs:
        return False
    return len(x.inputs) == len(y.inputs) and all(map(reads_same, x.inputs, y.inputs))


def _reads_same(x: Tensor, y: Tensor) -> bool:
    """Whether two operands are one, but for a broadcast that an operator made anew."""
    is_broadcast = x.op is not None and x.op.name == "broadcast_to"
    return _is_one(x, y) or (is_broadcast and _is_same(x, y, _is_one))


def _is_one(x: Tensor, y: Tensor) -> bool:
    if x is y or x.data is None or y.data is None:
        return x is y
    return (x.shape, x.dtype) == (y.shape, y.dtype) and bits(x) == bits(y)
