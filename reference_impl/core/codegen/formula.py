"""What a nest computes, as formulas for the docstring of its function."""

from __future__ import annotations

import textwrap

from .nest import Apply, Literal, Load, Nest, Reduce, Statement, Store
from .variables import Variables

WIDTH = 80

# A value that is read twice is written twice, so formulas grow fast: they are cut.
LONGEST = 3 * WIDTH

INFIX = {
    "add": "+",
    "subtract": "-",
    "multiply": "*",
    "divide": "/",
    "equal": "==",
    "not_equal": "!=",
    "greater": ">",
    "greater_equal": ">=",
    "less": "<",
    "less_equal": "<=",
}


def formulas(nest: Nest, variables: Variables) -> list[str]:
    """Lines that say for every array that is written what it will hold."""
    texts: list[str] = []
    lines = []
    for statement in nest.statements:
        text = _cut(_text(nest, variables, statement, texts))
        texts.append(text)
        if isinstance(statement, Store):
            lines += textwrap.wrap(text, WIDTH, subsequent_indent="    ")
    return lines


def _text(
    nest: Nest, variables: Variables, statement: Statement, texts: list[str]
) -> str:
    match statement:
        case Load(array):
            return _element(variables, array)
        case Literal(value, _):
            return f"{value:.6g}" if isinstance(value, float) else str(value)
        case Apply(op, operands, dtype):
            return _call(op, [texts[i] for i in operands], str(dtype))
        case Reduce(kind, operand, _):
            over = [f"_i{axis}" for axis, each in enumerate(nest.reduced) if each]
            return f"{kind}{''.join(over)}({without_parentheses(texts[operand])})"
        case Store(array, value):
            element = _element(variables, array)
            return f"{element} = {without_parentheses(texts[value])}"


def _element(variables: Variables, array: int) -> str:
    places = [f"i{axis}" for axis in variables.axes(array)]
    return variables.names[array] + (f"[{', '.join(places)}]" if places else "")


def _call(op: str, operands: list[str], dtype: str) -> str:
    if op in INFIX:
        return f"({operands[0]} {INFIX[op]} {operands[1]})"
    name = dtype if op == "astype" else op
    return f"{name}({', '.join(map(without_parentheses, operands))})"


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 4]} ..."


def without_parentheses(text: str) -> str:
    """An expression without the parentheses around all of it."""
    depth = 0
    for i, letter in enumerate(text):
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if depth == 0:
            whole = i > 0 and i == len(text) - 1
            return text[1:-1] if whole and text[0] == "(" else text
    return text
