"""The learner's file, made from the library so that the two cannot drift apart.

Of each function, decorators, signature and docstring are copied to the letter and
the body goes. From its module come the imports and the assignments whose names the
function uses; relative imports turn absolute, so that the file works wherever it lies.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator
from importlib import import_module
from importlib.util import resolve_name
from itertools import groupby

from .catalogue import Exercise
from .submission import header

LIBRARY = "reference_impl"


def task(exercise: Exercise) -> str:
    """The text of the file in which the learner writes."""
    preamble: list[ast.stmt] = []
    stubs: list[str] = []
    for dotted in exercise.functions:
        module, _, name = dotted.rpartition(".")
        source = inspect.getsource(import_module(module))
        tree = ast.parse(source)
        function = _definition(tree, name)
        preamble += _preamble(tree, function, module)
        stubs.append(_stub(source, function))
    goal = textwrap.fill(exercise.goal, width=88)
    opening = f'{header(exercise.number)}\n"""{exercise.title}.\n\n{goal}\n"""'
    parts = [f"{opening}\n\n{_layout(preamble)}", *stubs]
    return "\n\n\n".join(parts) + "\n"


def library_modules(source: str) -> list[str]:
    """The modules of the library from which a task file imports."""
    statements = ast.walk(ast.parse(source))
    named = {s.module for s in statements if isinstance(s, ast.ImportFrom)}
    return sorted(m for m in named if m and m.startswith(f"{LIBRARY}."))


def _definition(tree: ast.Module, name: str) -> ast.FunctionDef:
    found = [n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == name]
    assert len(found) == 1, f"{name} is no function of its module"
    return found[0]


def _preamble(
    tree: ast.Module, function: ast.FunctionDef, module: str
) -> list[ast.stmt]:
    """The statements of the module on which the function relies."""
    used = {node.id for node in ast.walk(function) if isinstance(node, ast.Name)}
    return [s for node in tree.body for s in _needed(node, used, module)]


def _needed(node: ast.stmt, used: set[str], module: str) -> Iterator[ast.stmt]:
    match node:
        case ast.ImportFrom(module="__future__"):
            yield node
        case ast.ImportFrom():
            origin = resolve_name(
                "." * node.level + (node.module or ""), module.rpartition(".")[0]
            )
            if names := _used(node.names, used):
                yield ast.ImportFrom(origin, names, level=0)
        case ast.Import():
            if names := _used(node.names, used):
                yield ast.Import(names)
        case ast.Assign(targets=[ast.Name(id=name)]) if name in used:
            yield node


def _used(aliases: list[ast.alias], used: set[str]) -> list[ast.alias]:
    return [a for a in aliases if (a.asname or a.name.partition(".")[0]) in used]


def _layout(preamble: list[ast.stmt]) -> str:
    """Statements as text, each once, a blank line where their kind changes."""
    once = {ast.unparse(statement): _rank(statement) for statement in preamble}
    ranked = groupby(sorted(once, key=lambda text: once[text]), lambda text: once[text])
    return "\n\n".join("\n".join(texts) for _, texts in ranked)


def _rank(statement: ast.stmt) -> int:
    """Where a statement stands: future, standard library, library, assignments."""
    match statement:
        case ast.ImportFrom(module="__future__"):
            return 0
        case ast.ImportFrom(module=str(module)) if module.startswith(LIBRARY):
            return 2
        case ast.ImportFrom() | ast.Import():
            return 1
    return 3


def _stub(source: str, function: ast.FunctionDef) -> str:
    """The function's own lines down to its docstring, and a sentence for a body."""
    first = min([function.lineno, *(each.lineno for each in function.decorator_list)])
    last = function.body[0].end_lineno
    sentence = "write the body that the docstring promises"
    lines = source.splitlines()[first - 1 : last]
    return "\n".join([*lines, f'    raise NotImplementedError("{sentence}")'])
