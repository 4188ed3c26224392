"""Source code by name: where a definition stands, found without importing anything.

A module is read as text and parsed with `ast`, so code can be shown whose imports are
not installed. Names inside `if` and `try` are deliberately not looked for: what a
reader should see stands at the top level of its module or class.
"""

from __future__ import annotations

import ast
import textwrap
from dataclasses import dataclass
from pathlib import Path

from workbench.code_lines import code_lines


class GoneError(Exception):
    """A name that a page shows does not exist."""


@dataclass(frozen=True)
class Excerpt:
    """A part of a source file.

    Attributes
    ----------
    path : str
        From the root of the repository, with forward slashes.
    first, last : int
        Line numbers, counted from 1, both included.
    text : str
        Without the indentation that all its lines share.
    """

    path: str
    first: int
    last: int
    text: str

    @property
    def code_lines(self) -> int:
        """The number of lines that hold code."""
        return code_lines(self.text)


def excerpt(root: Path, target: str) -> Excerpt:
    """What `package.module` or `package.module:name.of.definition` stands for.

    Raises
    ------
    GoneError
        If there is no such module, or no such name in it.
    """
    module, _, name = target.partition(":")
    path = module_path(root, module)
    source = path.read_text(encoding="utf-8")
    lines = source.splitlines()
    first, last = 1, len(lines)
    if name:
        first, last = _extent(_definition(ast.parse(source), name, target), lines)
    text = textwrap.dedent("\n".join(lines[first - 1 : last]))
    return Excerpt(path.relative_to(root).as_posix(), first, last, text)


def module_path(root: Path, module: str) -> Path:
    """The file of a module or of a package.

    Raises
    ------
    GoneError
        If there is neither.
    """
    stem = root.joinpath(*module.split("."))
    for path in (stem.with_suffix(".py"), stem / "__init__.py"):
        if path.is_file():
            return path
    raise GoneError(f"{module}: there is no such module below {root}")


def _definition(tree: ast.Module, name: str, target: str) -> ast.stmt:
    body = tree.body
    for part in name.split("."):
        found = [statement for statement in body if part in _names(statement)]
        if not found:
            there_is = ", ".join(
                name for statement in body for name in _names(statement)
            )
            raise GoneError(f"{target}: {part!r} is gone; there is: {there_is}")
        body = getattr(found[-1], "body", [])
    return found[-1]


def _names(statement: ast.stmt) -> list[str]:
    match statement:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return [statement.name]
        case ast.Assign():
            nodes = [n for target in statement.targets for n in ast.walk(target)]
            return [node.id for node in nodes if isinstance(node, ast.Name)]
        case ast.AnnAssign(target=ast.Name(id=name)):
            return [name]
    return []


def _extent(statement: ast.stmt, lines: list[str]) -> tuple[int, int]:
    """First and last line, decorators and the comment directly above included."""
    decorators = getattr(statement, "decorator_list", [])
    first = min(node.lineno for node in (statement, *decorators))
    while first > 1 and lines[first - 2].lstrip().startswith("#"):
        first -= 1
    assert statement.end_lineno is not None
    return first, statement.end_lineno
