"""The code of a witness, read as text: whose framework is missing can be shown, too.

A program is what runs by itself: the imports that it uses, the functions of its file
that it calls, and the witness.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from .places import EQUAL
from .row import Row

HERE = Path(__file__).resolve().parent


def program(framework: str, row: Row) -> str | None:
    """The witness of a row as a program; None where a framework has none."""
    return "\n\n\n".join(_parts(framework, row.theme, row.slug)) or None


def equalised(framework: str, row: Row) -> str | None:
    """What makes it agree, without what the witness has said already.

    None where it agrees as it is, or cannot.
    """
    said = _parts(framework, row.theme, row.slug)
    twin = _parts(framework, row.theme, row.slug + EQUAL)
    return "\n\n\n".join(part for part in twin if part not in said) or None


def _parts(framework: str, theme: str, name: str) -> list[str]:
    """Imports, functions that are called, and the one that is asked for."""
    text = (HERE / framework / f"{theme}.py").read_text(encoding="utf-8")
    body = ast.parse(text).body
    functions = {node.name: node for node in body if isinstance(node, ast.FunctionDef)}
    if name not in functions:
        return []
    called = _used(functions[name]) & set(functions)
    shown = [node for key, node in functions.items() if key in called | {name}]
    names = set().union(*map(_used, shown))
    imports = [
        node
        for node in body
        if isinstance(node, (ast.Import, ast.ImportFrom)) and names & set(_bound(node))
    ]
    lines = text.splitlines()
    parts = ["\n".join(_lines(node, lines) for node in imports)]
    parts += [_lines(node, lines) for node in shown]
    return [part for part in parts if part]


def _used(node: ast.AST) -> set[str]:
    return {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}


def _bound(statement: ast.Import | ast.ImportFrom) -> Iterator[str]:
    """The names that an import makes."""
    for alias in statement.names:
        yield alias.asname or alias.name.split(".")[0]


def _lines(node: ast.stmt, lines: list[str]) -> str:
    return "\n".join(lines[node.lineno - 1 : node.end_lineno])
