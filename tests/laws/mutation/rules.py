"""Of which functions the derivative rules of ops consist, and where these are written.

Part of a rule is what stands in `core/ops/` or `core/kinds.py` and is reached from an
op's `vjp` or `jvp`. Public functions are not: rules are written with them as anybody's
code is, and they have tests of their own.
"""

import ast
import functools
import inspect
import pathlib
from collections.abc import Iterator
from types import CodeType, FunctionType
from typing import Any

from laws.sampling import entries

import reference_impl as ri
from reference_impl.core import kinds
from reference_impl.core.op import PRIMITIVES, Op
from reference_impl.core.tensor import FUNCTIONS

CORE = pathlib.Path(inspect.getfile(ri)).parent / "core"


def users() -> dict[CodeType, tuple[list[FunctionType], list[Op]]]:
    """For the code of every part of a rule: functions that run it, ops that use it.

    An op without a domain has no laws to fail, so it uses nothing.
    """
    found: dict[CodeType, tuple[dict[int, FunctionType], list[Op]]] = {}
    for op in PRIMITIVES.values():
        for part in parts(op.vjp, op.jvp) if entries(op) else ():
            functions, ops = found.setdefault(part.__code__, ({}, []))
            functions[id(part)] = part
            ops += [op] if op not in ops else []
    return {code: (list(f.values()), ops) for code, (f, ops) in found.items()}


def parts(*rules: Any) -> list[FunctionType]:
    """The functions that rules consist of."""
    found: dict[int, FunctionType] = {}
    todo = list(rules)
    while todo:
        part = todo.pop()
        if isinstance(part, functools.partial):
            todo += [part.func, *part.args, *part.keywords.values()]
        elif is_part(part) and id(part) not in found:
            found[id(part)] = part
            todo += [cell.cell_contents for cell in part.__closure__ or ()]
            todo += map(part.__globals__.get, names_in(part.__code__))
    return list(found.values())


def is_part(found: Any) -> bool:
    if not isinstance(found, FunctionType) or FUNCTIONS.get(found.__name__) is found:
        return False
    return found.__module__.startswith((f"{ri.__name__}.core.ops.", kinds.__name__))


def names_in(code: CodeType) -> set[str]:
    """The global names that a function, and those inside it, may read."""
    inner = [const for const in code.co_consts if isinstance(const, CodeType)]
    return set(code.co_names).union(*map(names_in, inner))


@functools.cache
def statements(path: str) -> list[ast.stmt]:
    return ast.parse(pathlib.Path(path).read_text()).body


def source_of(code: CodeType) -> tuple[ast.stmt, Any]:
    """A module's statement and, in it, the function that code is compiled from."""
    fitting = [
        (statement, node)
        for statement in statements(code.co_filename)
        for node in ast.walk(statement)
        if isinstance(node, (ast.FunctionDef, ast.Lambda)) and is_from(code, node)
    ]
    return fitting[-1]  # the innermost


def code_of(function: Any, statement: ast.stmt) -> CodeType:
    """The code of a function of which this is the statement, or a changed one."""
    module = compile(ast.Module([statement], type_ignores=[]), "mutant", "exec")
    return next(code for code in codes_in(module) if is_from(code, function))


def codes_in(code: CodeType) -> Iterator[CodeType]:
    """Outer functions come before inner ones."""
    yield code
    for const in code.co_consts:
        if isinstance(const, CodeType):
            yield from codes_in(const)


def is_from(code: CodeType, function: Any) -> bool:
    """Whether code can be this function's, by its name and by where it is written."""
    if code.co_name != getattr(function, "name", "<lambda>"):
        return False
    decorators = getattr(function, "decorator_list", ())
    first = min([function.lineno, *(each.lineno for each in decorators)])
    start = (function.lineno, function.col_offset)
    end = (function.end_lineno, function.end_col_offset)
    # What the compiler adds has a place without width.
    places = [
        (line, column)
        for line, _, column, end_column in code.co_positions()
        if column is not None and column != end_column
    ]
    return code.co_firstlineno == first and all(start <= p <= end for p in places)
