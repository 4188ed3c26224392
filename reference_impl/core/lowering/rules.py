"""The rules of nodes: what writes the result of each op for which there are kernels."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from ..dtype import COMPLEX, float32, float64
from ..kernel import Kernel
from ..tensor import Tensor
from . import indexing, pooling, products, windowed
from .draft import copy, fill
from .loops import scan
from .nodes import Lowering, NoKernel, Rule
from .region import Region
from .view import View


def rule_of(name: str) -> Rule:
    """The rule of an op, by its name; there is always one, which may refuse."""
    return RULES.get(name, _nothing)


def _nothing(self: Lowering, node: Tensor, inputs: Sequence[View]) -> None:
    name = node.op.name
    if any(x.dtype in COMPLEX for x in (node, *node.inputs)):
        raise NoKernel("complex numbers have no kernels")
    raise NoKernel(REASONS.get(name, f"{name} has no kernel"))


REASONS = {
    "cond": "which branch is taken is known only when it is",
    "pow": "a power of integers may be an error, and a kernel raises none",
    "while_loop": "how often it repeats is known only at its end",
}


def _fused(self: Lowering, node: Tensor, inputs: Sequence[View]) -> None:
    body = node.attrs["body"]
    outputs = [
        self.fresh(node, index, _like(x, inputs))
        for index, x in enumerate(body.outputs)
    ]
    self.steps += Region(body, inputs, outputs, self.view).kernels()


def _like(x: Tensor, inputs: Iterable[View]) -> list[int] | None:
    """The order in memory of an operand that has the same elements, if there is one."""
    for view in inputs:
        if view.shape == x.shape and all(view.strides):
            return _order(view)
    return None


def _order(x: View) -> list[int]:
    """The axes as they lie in memory, the innermost last."""
    return sorted(range(len(x.shape)), key=lambda axis: -x.strides[axis])


def _place(self: Lowering, node: Tensor, inputs: Sequence[View]) -> None:
    if node.dtype in COMPLEX:
        raise NoKernel("no kernel writes complex zeros")
    out = self.fresh(node)
    self.steps += fill(out)
    self.steps += copy(inputs[0], _sliced(out, node.attrs["slices"]))


def _sliced(x: View, slices: Sequence[Any]) -> View:
    key = tuple(slice(*each) if isinstance(each, tuple) else each for each in slices)
    return x.at(x.array[(*key, ...)])


def _overwrite(self: Lowering, node: Tensor, inputs: Sequence[View]) -> None:
    is_part = len(inputs[1].shape) == len(node.shape)
    out = self.fresh(node, 0, _order(inputs[1]) if is_part else None)
    self.steps += copy(inputs[0], out)
    self.steps += copy(inputs[1], _sliced(out, node.attrs["slices"]))


def _concat(self: Lowering, node: Tensor, inputs: Sequence[View]) -> None:
    out, start, axis = self.fresh(node), 0, node.attrs["axis"]
    for x in inputs:
        part = [slice(None)] * len(out.shape)
        part[axis] = slice(start, start + x.shape[axis])
        self.steps += copy(x, out.at(out.array[tuple(part)]))
        start += x.shape[axis]


def _matmul(self: Lowering, node: Tensor, inputs: Sequence[View]) -> None:
    _check_is_float("products", inputs[0])
    x, y = inputs
    self.steps += products.matmul(x, y, self.fresh(node))


def _check_is_float(what: str, x: View) -> None:
    if x.dtype not in (float32, float64):
        raise NoKernel(f"{what} of {x.dtype} have no kernel")


def _convolved(compute: Callable[..., list[Kernel]], order: tuple[int, ...]) -> Rule:
    """The rule of a convolution or one of its gradients."""

    def rule(self: Lowering, node: Tensor, inputs: Sequence[View]) -> None:
        _check_is_float("convolutions", inputs[0])
        if obstacle := windowed.obstacle(inputs[0].shape, node.attrs):
            raise NoKernel(f"convolutions {obstacle} have no kernel")
        out = self.fresh(node, 0, windowed.order_of(order, len(node.shape)))
        self.steps += compute(*inputs, out, node.attrs)

    return rule


def _pooled(compute: Callable[..., list[Kernel]]) -> Rule:
    """The rule of what `choose` or `spread` does."""

    def rule(self: Lowering, node: Tensor, inputs: Sequence[View]) -> None:
        x = inputs[1]
        _check_is_float("windows", x)
        if obstacle := pooling.obstacle(x.shape, node.attrs["sizes"]):
            raise NoKernel(f"windows {obstacle} have no kernel")
        out = self.fresh(node, 0, _order(x))
        self.steps += compute(*inputs, out, node.attrs)

    return rule


def _unwindows(self: Lowering, node: Tensor, inputs: Sequence[View]) -> None:
    (x,) = inputs
    _check_is_float("windows", x)
    first: Any = (..., *(0,) * len(node.attrs["shape"]))
    out = self.fresh(node, 0, _order(x.at(x.array[first])))
    self.steps += pooling.unwindows(x, out, node.attrs)


def _indexed(find: Callable[[View, View, View], Any]) -> Rule:
    """The rule of an op that finds rows, or labels, by integers."""

    def rule(self: Lowering, node: Tensor, inputs: Sequence[View]) -> None:
        x, numbers = inputs[0], inputs[-1]
        is_constant = numbers.buffer in self.constants
        _check_is_float("rows", x)
        if len(inputs) > 2 or node.attrs.get("axes", (0,)) != (0,):
            raise NoKernel("only rows, by positions along the first axis, have kernels")
        if not is_constant and numbers.buffer not in self.given:
            raise NoKernel(
                "its positions are computed, so they cannot be checked beforehand"
            )
        kernels, check = find(
            self.in_order(x), self.in_order(numbers), self.fresh(node)
        )
        self.steps += kernels
        checked = replace(check, numbers=self.at_every_iteration(numbers))
        if is_constant:
            check(checked.numbers.array)
        else:
            self.checks.append(checked)

    return rule


RULES: dict[str, Rule] = {
    "choose": _pooled(pooling.choose),
    "concat": _concat,
    "conv": _convolved(windowed.conv, windowed.IMAGE),
    "conv_filters": _convolved(windowed.conv_filters, windowed.FILTERS),
    "conv_transpose": _convolved(windowed.conv_transpose, windowed.IMAGE),
    "fused": _fused,
    "gather": _indexed(indexing.gathered),
    "matmul": _matmul,
    "overwrite": _overwrite,
    "place": _place,
    "scan": scan,
    "scatter_add": _indexed(indexing.scattered),
    "softmax_cross_entropy": _indexed(indexing.cross_entropies),
    "softmax_surplus": _indexed(indexing.surpluses),
    "spread": _pooled(pooling.spread),
    "unwindows": _unwindows,
}
