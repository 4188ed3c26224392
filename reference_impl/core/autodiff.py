"""Derivatives: two walks over the graph between variables and results.

Reverse mode walks down from the results and asks every op for its `vjp`; forward mode
walks up from the variables and asks for its `jvp`. The rules are written with tensors,
so a walk builds a graph that can be walked again: derivatives nest in any order.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

from . import tree
from .dtype import DIFFERENTIABLE, FLOATING
from .errors import GradientError
from .ops.creation import ones_like, zeros_like
from .shape import normalise_shape
from .tensor import UNTRACKED, Tensor, detached, tensor, variable


def grad(
    function: Callable[..., Any], argnums: int | Sequence[int] = 0
) -> Callable[..., Any]:
    """The function that computes the gradient of a scalar function.

    Parameters
    ----------
    function : callable
        Of trees of floating-point tensors, to one number.
    argnums : int or sequence of int
        The positional arguments to differentiate with respect to.

    Returns
    -------
    callable
        Takes what `function` takes; returns a tree like the argument, or a tuple of
        such trees if `argnums` is a sequence.

    Raises
    ------
    GradientError
        When called: if the result is no floating-point scalar, or an argument has a
        leaf that is not floating-point.
    """
    gradient = value_and_grad(function, argnums)

    @functools.wraps(function)
    def computed(*args: Any, **options: Any) -> Any:
        return gradient(*args, **options)[1]

    return computed


def value_and_grad(
    function: Callable[..., Any], argnums: int | Sequence[int] = 0
) -> Callable[..., tuple[Tensor, Any]]:
    """The function that computes a scalar function and its gradient; see `grad`."""

    @functools.wraps(function)
    def computed(*args: Any, **options: Any) -> tuple[Tensor, Any]:
        wanted = _positions(argnums, len(args))
        leaves, structure = _floating_leaves("grad", {i: args[i] for i in wanted})
        variables = [variable(x) for x in leaves]
        given = list(args)
        for index, arg in tree.unflatten(structure, variables).items():
            given[index] = arg
        out = _checked_scalar(function(*given, **options))
        cotangents = pullback([out], [ones_like(out)], variables)
        gradients = tree.unflatten(structure, cotangents)
        (value,) = _settled([out], variables)
        if not isinstance(argnums, Sequence):
            return value, gradients[wanted[0]]
        return value, tuple(gradients[index] for index in wanted)

    return computed


def jvp(
    function: Callable[..., Any], primals: Sequence[Any], tangents: Sequence[Any]
) -> tuple[Any, Any]:
    """The value of a function and its derivative along a direction, in one walk up.

    Parameters
    ----------
    primals, tangents : sequences of trees of equal structure, shapes and dtypes
        The arguments of `function`, and the direction in which they move.

    Returns
    -------
    tuple of two trees
        What `function` returns, and its tangent.

    Raises
    ------
    TreeError
        If the two structures differ.
    GradientError
        If a leaf is not floating-point, or a tangent does not fit its primal.
    """
    leaves, structure = _floating_leaves("jvp", tuple(primals))
    directions, other = _floating_leaves("jvp", tuple(tangents))
    tree.check_equal("jvp", structure, other)
    for x, t in zip(leaves, directions, strict=True):
        if (x.shape, x.dtype) != (t.shape, t.dtype):
            raise GradientError(
                f"jvp: a tangent must be like its primal, which is {x.dtype}"
                f"{list(x.shape)}; {t.dtype}{list(t.shape)} came"
            )
    variables = [variable(x) for x in leaves]
    results, out_structure = tree.flatten(
        function(*tree.unflatten(structure, variables))
    )
    outs = [tensor(x) for x in results]
    moved = pushforward(outs, variables, directions)
    values = _settled(outs, variables)
    return tree.unflatten(out_structure, values), tree.unflatten(out_structure, moved)


def pullback(
    outputs: Sequence[Tensor], cotangents: Sequence[Tensor], variables: Sequence[Tensor]
) -> list[Tensor]:
    """Reverse mode: carry cotangents of the outputs down to the variables."""
    nodes, reached = _between(variables, outputs)
    first = _first(variables)
    flowing: dict[int, Tensor] = {}

    def add(x: Tensor, g: Tensor) -> None:
        sofar = flowing.get(x.serial)
        flowing[x.serial] = g if sofar is None else _added(sofar, g)

    for out, g in zip(outputs, cotangents, strict=True):
        add(out, g)
    for node in reversed(nodes):
        if node.serial in flowing:
            g = flowing.pop(node.serial)
            out, inputs = _operands(node, first)
            needs = tuple(x.serial in reached for x in node.inputs)
            flown = node.op.vjp(g, out, *inputs, needs=needs, **node.attrs)
            for x, gx, is_needed in zip(node.inputs, flown, needs, strict=True):
                if gx is not None and is_needed and _is_differentiable(x):
                    add(x, gx)
    return _settled(_arrived(flowing, variables), variables, seeds=cotangents)


def pushforward(
    outputs: Sequence[Tensor], variables: Sequence[Tensor], tangents: Sequence[Tensor]
) -> list[Tensor]:
    """Forward mode: carry tangents of the variables up to the outputs."""
    nodes, _ = _between(variables, outputs)
    first = _first(variables)
    flowing = {x.serial: t for x, t in zip(variables, tangents, strict=True)}
    for node in nodes:
        given = [flowing.get(x.serial) for x in node.inputs]
        if _is_differentiable(node) and any(t is not None for t in given):
            out, inputs = _operands(node, first)
            t = node.op.jvp(given, out, *inputs, **node.attrs)
            if t is not None:
                flowing[node.serial] = t
    return _settled(_arrived(flowing, outputs), variables, seeds=tangents)


def _is_differentiable(x: Tensor) -> bool:
    # An op with several results has a tuple of dtypes.
    return x.dtype in DIFFERENTIABLE or isinstance(x.dtype, tuple)


def _added(g: Any, other: Any) -> Any:
    """The sum of two cotangents of one tensor, or of one op's several results."""
    if g is None or other is None:
        return g if other is None else other
    if g.__class__ is tuple:
        return tuple(_added(*pair) for pair in zip(g, other, strict=True))
    return g + other


def _arrived(flowing: dict[int, Tensor], ends: Sequence[Tensor]) -> list[Tensor]:
    """What has come to the end of a walk; where nothing came, zeros."""
    return [flowing[x.serial] if x.serial in flowing else zeros_like(x) for x in ends]


def _between(
    variables: Sequence[Tensor], outputs: Sequence[Tensor]
) -> tuple[list[Tensor], set[int]]:
    """The nodes on paths from variables to outputs, in topological order.

    Also the serials of all that depends on a variable, the variables included.
    """
    first = _first(variables)
    reached = {x.serial for x in variables}
    seen, ancestors, waiting = set(reached), [], list(outputs)
    while waiting:
        node = waiting.pop()
        # What is older than every variable cannot depend on one.
        if node.serial > first and node.serial not in seen:
            seen.add(node.serial)
            ancestors.append(node)
            waiting.extend(node.inputs)
    # A tensor is younger than its inputs: order of age is topological order.
    ancestors.sort(key=lambda node: node.serial)
    nodes = []
    for node in ancestors:
        if any(x.serial in reached for x in node.inputs):
            reached.add(node.serial)
            nodes.append(node)
    return nodes, reached


def _first(variables: Sequence[Tensor]) -> int:
    return min((x.serial for x in variables), default=UNTRACKED)


def _operands(node: Tensor, first: int) -> tuple[Tensor, tuple[Tensor, ...]]:
    """What a node's rules see.

    If the node depends on nothing older than the variables of this walk, nobody can
    differentiate what the rules compute; values without a history are cheaper.
    """
    if node.root < first:
        return node, node.inputs
    return detached(node), tuple(detached(x) for x in node.inputs)


def _settled(
    results: Sequence[Tensor],
    variables: Sequence[Tensor],
    *,
    seeds: Sequence[Tensor] = (),
) -> list[Tensor]:
    """Results without the history that only the variables of this walk could use.

    What a walk starts with may be younger than its variables and still be asked about:
    the pullback of a function is linear in its cotangent. Then everything is kept.
    """
    first = _first(variables)
    if any(first <= x.root < UNTRACKED for x in seeds):
        return list(results)
    return [x if x.root < first else detached(x) for x in results]


def _positions(argnums: int | Sequence[int], count: int) -> tuple[int, ...]:
    wanted = normalise_shape(argnums, who="grad: argnums")
    for index in wanted:
        if not 0 <= index < count:
            raise GradientError(
                f"grad: argument {index} is to be differentiated, "
                f"{count} positional arguments came"
            )
    return wanted


def _floating_leaves(who: str, argument: Any) -> tuple[list[Tensor], tree.Structure]:
    leaves, structure = tree.flatten(argument)
    tensors = [tensor(leaf) for leaf in leaves]
    for name, x in zip(tree.names(argument), tensors, strict=True):
        if x.dtype not in DIFFERENTIABLE:
            raise GradientError(
                f"{who}: floating-point numbers are needed, argument {name} is "
                f"{x.dtype}"
            )
    return tensors, structure


def _checked_scalar(out: Any) -> Tensor:
    if not isinstance(out, Tensor) or out.shape != () or out.dtype not in FLOATING:
        came = (
            f"{out.dtype}{list(out.shape)}"
            if isinstance(out, Tensor)
            else type(out).__name__
        )
        raise GradientError(
            f"grad: the function must return one floating-point number, {came} came; "
            f"use `sum` or `mean`"
        )
    return out
