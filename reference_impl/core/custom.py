"""Functions with a derivative rule that somebody wrote.

Each call makes one op of the function, and a derivative asks the rule. A rule looks
like that of any op (`kinds.py`): it gets the result and the arguments, saves nothing,
and is written with tensors, so that it can be differentiated again.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from . import tree
from .body import filled, output_dtypes, output_shapes, pulled
from .bundle import results
from .closure import Arguments, as_op, fresh, traced
from .device import HOST
from .dtype import ANY, DIFFERENTIABLE
from .elements import tensor
from .errors import GradientError
from .kinds import general
from .op import Op
from .ops.creation import zeros_like
from .replay import run
from .tensor import Tensor, variable

__all__ = ["custom_jvp", "custom_vjp"]


@dataclass(frozen=True, eq=False)
class Rule:
    """A derivative rule that somebody wrote, and the trees in which it thinks."""

    who: str
    function: Callable[..., Any]
    arguments: Arguments
    structure: tree.Structure

    def args(self, inputs: Sequence[Tensor | None]) -> tuple[Any, ...]:
        """A tuple of trees like the function's arguments."""
        return self.arguments.rebuilt(inputs)

    def result(self, leaves: Sequence[Tensor]) -> Any:
        """A tree like the function's result."""
        return tree.unflatten(self.structure, leaves)

    def fitting(
        self, names: Sequence[str], like: Sequence[Tensor], came: dict[str, Any]
    ) -> list[Tensor | None]:
        """What the rule returned, by name, which must fit what it is about."""
        if came.keys() != set(names):
            raise GradientError(
                f"{self.who}: the rule must return a tree with the leaves "
                f"{', '.join(names)}; {', '.join(came) or 'nothing'} came"
            )
        found = [None if came[name] is None else tensor(came[name]) for name in names]
        for name, x, t in zip(names, like, found, strict=True):
            if t is not None and (t.shape, t.dtype) != (x.shape, x.dtype):
                raise GradientError(
                    f"{self.who}: the rule must return for {name} what is like it, "
                    f"{x.dtype}{list(x.shape)}; {t.dtype}{list(t.shape)} came"
                )
        return [
            t if x.dtype in DIFFERENTIABLE else None
            for x, t in zip(like, found, strict=True)
        ]


def _reverse_vjp(g, out, *inputs, body, rule):
    outs, args = results(out), rule.args(inputs)
    g = [
        zeros_like(x) if each is None else each for each, x in zip(g, outs, strict=True)
    ]
    flown = rule.function(rule.result(g), rule.result(outs), *args)
    if not isinstance(flown, tuple) or len(flown) != len(args):
        raise GradientError(
            f"{rule.who}: the rule must return a tuple with a cotangent for each of "
            f"{len(args)} arguments, {type(flown).__name__} came"
        )
    cotangents: list[Tensor | None] = []
    for arg, each in zip(map(Arguments, args), flown, strict=True):
        given, names = Arguments(each), arg.names()
        came: dict[str, Any] = dict(zip(given.names(), given.tensors, strict=True))
        if each is None:
            came = dict.fromkeys(names)
        cotangents += rule.fitting(names, arg.tensors, came)
    return tuple(cotangents)


def _reverse_jvp(tangents, out, *inputs, body, rule):
    raise GradientError(
        f"{rule.who}: forward mode needs a rule for tangents; use `custom_jvp`, which "
        f"serves both modes"
    )


@general(
    vjp=_reverse_vjp,
    jvp=_reverse_jvp,
    shape=output_shapes,
    dtype=output_dtypes,
    kinds=ANY,
    domain=lambda draw: [],
)
def _custom_vjp(*inputs, body, rule, device=HOST):
    """Run a graph that has a reverse rule of its own."""
    return run(body, inputs, device)


def _forward_jvp(tangents, out, *inputs, body, rule):
    outs, moving = results(out), filled(tangents, inputs)
    moved = rule.function(rule.args(moving), rule.result(outs), *rule.args(inputs))
    came = dict(zip(tree.names(moved), tree.flatten(moved)[0], strict=True))
    return tuple(rule.fitting(tree.names(rule.result(outs)), outs, came))


def _forward_vjp(g, out, *inputs, body, rule):
    # A tangent rule is linear in the tangents; its pullback by them is its transpose.
    tangents = [variable(zeros_like(x)) for x in inputs]
    moved = _forward_jvp(tangents, out, *inputs, body=body, rule=rule)
    return pulled(moved, g, tangents)


@general(
    vjp=_forward_vjp,
    jvp=_forward_jvp,
    shape=output_shapes,
    dtype=output_dtypes,
    kinds=ANY,
    domain=lambda draw: [],
)
def _custom_jvp(*inputs, body, rule, device=HOST):
    """Run a graph that has a forward rule of its own."""
    return run(body, inputs, device)


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
        When called, if the function closes over a tensor that a derivative or a capture
        is about; when differentiated, if what the rule returns does not fit, or in
        forward mode.

    Examples
    --------
    A sign whose derivative is that of the identity:

        straight = ri.custom_vjp(ri.sign, lambda g, out, x: (g,))
    """
    return _ruled(_custom_vjp, function, rule)


def custom_jvp(
    function: Callable[..., Any], rule: Callable[..., Any]
) -> Callable[..., Any]:
    """The same function with a forward rule, which serves both modes; see `custom_vjp`.

    Parameters
    ----------
    rule : callable
        (tangents, out, *args) -> a tree like `out`, linear in the tangents. `tangents`
        is a tuple of trees like the arguments. Reverse mode transposes the rule.
    """
    return _ruled(_custom_jvp, function, rule)


def _ruled(
    op: Op, function: Callable[..., Any], rule: Callable[..., Any]
) -> Callable[..., Any]:
    """The function, each call of which makes a node of an op with that rule."""

    @functools.wraps(function)
    def computed(*args: Any) -> Any:
        arguments = Arguments(args)
        begin = functools.partial(fresh, op.name)
        call = traced(function, arguments, begin, name="body")
        if call.free:
            name = getattr(function, "__name__", "the function")
            raise GradientError(
                f"{op.name}: {name} reads a tensor of shape {call.free[0].shape} from "
                f"outside that a derivative or a capture is about, which the rule "
                f"cannot know; pass it as an argument"
            )
        written = Rule(op.name, rule, arguments, call.structure)
        return as_op(op, call, arguments.tensors, rule=written)

    return computed
