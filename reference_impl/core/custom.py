"""Functions with a derivative of their own: `checkpoint`, `custom_vjp`, `custom_jvp`.

Each makes one op of a function. The ops inside are let go, and a derivative asks the
function's own rule: to compute everything again, or what somebody wrote. Rules look
like those of any op (`op.py`): they get the result and the arguments, save nothing,
and are written with tensors, so that they can be differentiated again.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from . import tree
from .body import (
    Arguments,
    Call,
    called,
    filled,
    fresh,
    opened,
    pulled,
    pushed,
    run,
)
from .device import HOST
from .dtype import ANY, DIFFERENTIABLE
from .errors import GradientError
from .op import Op, general, results
from .ops.creation import zeros_like
from .tensor import UNTRACKED, Tensor, detached, tensor, variable

__all__ = ["checkpoint", "custom_jvp", "custom_vjp"]


def _as_op(op: Op, call: Call, inputs: list[Tensor], attrs: dict[str, Any]) -> Any:
    """What a call returned, as the results of one op."""
    outs = call.outputs
    root = min((x.root for x in inputs), default=UNTRACKED)
    if root == UNTRACKED:
        return tree.unflatten(call.structure, [detached(x) for x in outs])
    is_known = all(x.data is not None for x in outs)
    shapes: Any = tuple(x.shape for x in outs)
    dtypes: Any = tuple(x.dtype for x in outs)
    data = tuple(x.data for x in outs) if is_known else None
    place = inputs[0].device
    node = Tensor(data, shapes, dtypes, op, tuple(inputs), attrs, root, place)
    return tree.unflatten(call.structure, results(node))


# checkpoint


def _checkpoint_vjp(g, out, *inputs, body):
    variables, outputs = opened(body, inputs)
    return pulled(outputs, g, variables)


def _checkpoint_jvp(tangents, out, *inputs, body):
    variables, outputs = opened(body, inputs)
    return pushed(outputs, tangents, variables)


@general(
    vjp=_checkpoint_vjp,
    jvp=_checkpoint_jvp,
    shape=lambda *inputs, body: tuple(x.shape for x in body.outputs),
    dtype=lambda *inputs, body: tuple(x.dtype for x in body.outputs),
    kinds=ANY,
    domain=lambda draw: [],
)
def _checkpoint(*inputs, body, device=HOST):
    """Run a graph whose inner values are not kept."""
    return tuple(run(body, inputs, device))


def checkpoint(function: Callable[..., Any]) -> Callable[..., Any]:
    """The same function, whose inner values are computed again when they are needed.

    Memory between the forward and the backward pass then holds its arguments, and the
    names of the ops that were applied to them; the price is a second forward pass.

    Parameters
    ----------
    function : callable
        Pure, of trees, to a tree of tensors.

    Notes
    -----
    Source: Griewank and Walther 2000; Chen et al. 2016.
    """

    @functools.wraps(function)
    def computed(*args: Any) -> Any:
        arguments = Arguments(args)
        given = [fresh(x) for x in arguments.tensors]
        call = called(function, arguments.rebuilt(given), given)
        inputs = [*arguments.tensors, *call.free]
        return _as_op(_checkpoint, call, inputs, {"body": call.graph("body")})

    return computed


# custom rules


@dataclass(frozen=True, eq=False)
class Rule:
    """A derivative rule that somebody wrote, and the trees in which it thinks."""

    who: str
    function: Callable[..., Any]
    arguments: Arguments
    structure: tree.Structure

    def args(self, inputs: Sequence[Tensor]) -> tuple[Any, ...]:
        """The arguments as the function got them."""
        return self.arguments.rebuilt(inputs)

    def result(self, leaves: Sequence[Any]) -> Any:
        """A tree like the function's result."""
        return tree.unflatten(self.structure, leaves)


def _checked(
    who: str, names: Sequence[str], like: Sequence[Tensor], came: Sequence[Any]
) -> list[Tensor | None]:
    """What a rule returned, which must fit what it is about."""
    if len(like) != len(came):
        raise GradientError(
            f"{who}: the rule must return {len(like)} tensors ({', '.join(names)}), "
            f"{len(came)} came"
        )
    found: list[Tensor | None] = []
    for name, x, each in zip(names, like, came, strict=True):
        moved = None if each is None else tensor(each)
        if moved is not None and (moved.shape, moved.dtype) != (x.shape, x.dtype):
            raise GradientError(
                f"{who}: the rule must return for {name} what is like it, "
                f"{x.dtype}{list(x.shape)}; {moved.dtype}{list(moved.shape)} came"
            )
        found.append(moved if x.dtype in DIFFERENTIABLE else None)
    return found


def _custom_vjp_vjp(g, out, *inputs, body, rule):
    outs = results(out)
    g = [
        zeros_like(x) if each is None else each for each, x in zip(g, outs, strict=True)
    ]
    args = rule.args(inputs)
    flown = rule.function(rule.result(g), rule.result(outs), *args)
    if not isinstance(flown, tuple) or len(flown) != len(args):
        raise GradientError(
            f"{rule.who}: the rule must return a tuple with a cotangent for each of "
            f"{len(args)} arguments, {type(flown).__name__} came"
        )
    return tuple(_spread(rule.who, args, flown))


def _spread(who: str, args: Sequence[Any], flown: Sequence[Any]) -> list[Any]:
    """Cotangents of the tensors in `args`; `None` for an argument is zero for all."""
    spread: list[Any] = []
    for arg, g in zip(args, flown, strict=True):
        like = Arguments((arg,)).tensors
        names = tree.names(arg)
        came = [None] * len(like) if g is None else Arguments((g,)).tensors
        spread += _checked(who, names[: len(like)], like, came)
    return spread


def _no_forward_rule(tangents, out, *inputs, body, rule):
    raise GradientError(
        f"{rule.who}: forward mode needs a rule for tangents; use `custom_jvp`, which "
        f"serves both modes"
    )


def _custom_jvp_jvp(tangents, out, *inputs, body, rule):
    outs = results(out)
    moved = rule.function(
        rule.args(filled(tangents, inputs)), rule.result(outs), *rule.args(inputs)
    )
    names = tree.names(rule.result(outs))
    return tuple(_checked(rule.who, names, outs, tree.flatten(moved)[0]))


def _custom_jvp_vjp(g, out, *inputs, body, rule):
    # A tangent rule is linear in the tangents; its pullback by them is its transpose.
    tangents = [variable(zeros_like(x)) for x in inputs]
    moved = _custom_jvp_jvp(tangents, out, *inputs, body=body, rule=rule)
    pairs = [(m, each) for m, each in zip(moved, g, strict=True) if m is not None]
    return pulled([m for m, _ in pairs], [each for _, each in pairs], tangents)


def _declared(name: str, doc: str, vjp: Any, jvp: Any) -> Op:
    def compute(*inputs, body, rule, device=HOST):
        return tuple(run(body, inputs, device))

    compute.__name__, compute.__doc__ = f"_{name}", doc
    return general(
        vjp=vjp,
        jvp=jvp,
        shape=lambda *inputs, body, rule: tuple(x.shape for x in body.outputs),
        dtype=lambda *inputs, body, rule: tuple(x.dtype for x in body.outputs),
        kinds=ANY,
        domain=lambda draw: [],
    )(compute)


_custom_vjp = _declared(
    "custom_vjp",
    "Run a graph that has a reverse rule of its own.",
    _custom_vjp_vjp,
    _no_forward_rule,
)
_custom_jvp = _declared(
    "custom_jvp",
    "Run a graph that has a forward rule of its own.",
    _custom_jvp_vjp,
    _custom_jvp_jvp,
)


def _ruled(
    op: Op, function: Callable[..., Any], rule: Callable[..., Any]
) -> Callable[..., Any]:
    @functools.wraps(function)
    def computed(*args: Any) -> Any:
        arguments = Arguments(args)
        given = [fresh(x) for x in arguments.tensors]
        call = called(function, arguments.rebuilt(given), given)
        if call.free:
            x = call.free[0]
            raise GradientError(
                f"{op.name}: {function.__name__} reads a tensor of shape {x.shape} "
                f"from outside that a derivative or a capture is about, which the rule "
                f"cannot know; pass it as an argument"
            )
        written = Rule(op.name, rule, arguments, call.structure)
        attrs = {"body": call.graph("body"), "rule": written}
        return _as_op(op, call, arguments.tensors, attrs)

    return computed


def custom_vjp(
    function: Callable[..., Any], rule: Callable[..., Any]
) -> Callable[..., Any]:
    """The same function with a reverse rule of its own.

    Parameters
    ----------
    function : callable
        Of trees, to a tree of tensors.
    rule : callable
        (g, out, *args) -> a tuple with a cotangent for each argument: a tree like it,
        or `None` for zero. `g` is a tree like `out`, what the function returned.

    Raises
    ------
    GradientError
        When called, if the function closes over a tensor that a derivative is about;
        when differentiated, if what the rule returns does not fit, or in forward mode.

    Examples
    --------
    A sign whose derivative is that of the identity:

        straight = ri.custom_vjp(ri.sign, lambda g, out, x: (g,))
    """
    return _ruled(_custom_vjp, function, rule)


def custom_jvp(
    function: Callable[..., Any], rule: Callable[..., Any]
) -> Callable[..., Any]:
    """The same function with a forward rule of its own, which serves both modes.

    Parameters
    ----------
    function : callable
        Of trees, to a tree of tensors.
    rule : callable
        (tangents, out, *args) -> a tree like `out`, linear in the tangents. `tangents`
        is a tuple of trees like the arguments. Reverse mode transposes the rule.

    Raises
    ------
    GradientError
        As `custom_vjp`.
    """
    return _ruled(_custom_jvp, function, rule)
