"""What a tired person might have written instead of an expression or a branch."""

import ast
import copy
from collections.abc import Callable, Iterator
from typing import Any

SWAPPED_AXIS = {0: 1, 1: 0, -1: -2, -2: -1}

OPPOSITE: dict[type, type] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.Gt: ast.Lt,
    ast.Lt: ast.Gt,
    ast.GtE: ast.Gt,
    ast.LtE: ast.Lt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
}


def mistakes(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """For every mistake that this node invites: its kind, and the node with it."""
    match node:
        case ast.BinOp(left, ast.Add() | ast.Sub() as operator, right):
            yield "sign", changed(node, op=OPPOSITE[type(operator)]())
            yield "addend", left
            yield "addend", right
        case ast.BinOp(left, ast.Mult() | ast.Div() as operator, right):
            yield "factor", left
            yield "factor", right
            yield "factor", changed(node, op=OPPOSITE[type(operator)]())
        case ast.BinOp(left, ast.MatMult(), right):
            yield "factor", left
            yield "factor", right
        case ast.BinOp(left, ast.Pow(), _):
            yield "factor", left
        case ast.UnaryOp(ast.USub(), operand) if not is_literal(operand):
            yield "sign", operand
        case ast.IfExp(_, body, orelse):
            yield "branch", body
            yield "branch", orelse
        case ast.If():
            for is_taken in (True, False):
                yield "branch", changed(node, test=literal(is_taken, node.test))
        case ast.BoolOp(values=values):
            for value in values:
                yield "condition", value
        case ast.Compare(ops=[operator]) if type(operator) in OPPOSITE:
            yield "condition", changed(node, ops=[OPPOSITE[type(operator)]()])
        case ast.Attribute(value, "mT"):
            yield "call", value
        case ast.Subscript(ast.Attribute(attr="shape"), axis):
            if (other := other_axis(axis)) is not None:
                yield "axis", changed(node, slice=other)
        case ast.Call(args=args, keywords=keywords):
            for each in with_one(keywords, with_other_axis):
                yield "axis", changed(node, keywords=each)
            for each in with_one(args, other_axis):
                yield "number", changed(node, args=each)
            if (operand := applied_to(node)) is not None:
                yield "call", operand
        case ast.Tuple(elts=parts, ctx=ast.Load()) if len(parts) > 1:
            for each in with_one(parts, nothing):
                yield "cotangent", changed(node, elts=each)


def changed(node: ast.AST, **fields: Any) -> Any:
    """The same node with some fields exchanged."""
    other = copy.copy(node)
    for name, value in fields.items():
        setattr(other, name, value)
    return other


def with_one(items: list[Any], change: Callable[[Any], Any]) -> Iterator[list[Any]]:
    """The lists in which one item is changed; `change` is `None` for what stays."""
    for i, item in enumerate(items):
        if (other := change(item)) is not None:
            yield [*items[:i], other, *items[i + 1 :]]


def literal(value: Any, place: ast.AST) -> ast.AST:
    return ast.copy_location(ast.Constant(value), place)


def is_literal(node: ast.AST) -> bool:
    inner = node.operand if isinstance(node, ast.UnaryOp) else node
    return isinstance(inner, ast.Constant)


def nothing(part: ast.AST) -> ast.AST | None:
    """A structural zero in the place of a cotangent."""
    return None if is_literal(part) else literal(None, part)


def other_axis(node: ast.AST) -> ast.AST | None:
    """The axis, or the first of several, that one confuses with the given one."""
    if isinstance(node, ast.Tuple):
        others = with_one(node.elts, other_axis)
        return next((changed(node, elts=each) for each in others), None)
    axis = ast.literal_eval(node) if is_literal(node) else None
    is_axis = type(axis) is int and axis in SWAPPED_AXIS
    return literal(SWAPPED_AXIS[axis], node) if is_axis else None


def with_other_axis(keyword: ast.keyword) -> ast.keyword | None:
    other = other_axis(keyword.value) if keyword.arg in ("axis", "axes") else None
    return None if other is None else changed(keyword, value=other)


def applied_to(call: ast.Call) -> ast.AST | None:
    """What a function or a method is applied to: the result, if it is forgotten."""
    match call.func:
        case ast.Attribute(value, _) if not is_module(value):
            return value
        case ast.Name() | ast.Attribute() | ast.Subscript() if call.args:
            return None if isinstance(call.args[0], ast.Starred) else call.args[0]
    return None


def is_module(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and node.id in ("np", "math")
