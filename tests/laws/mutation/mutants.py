"""Mutants: rules with one mistake in their source."""

import ast
import copy
import functools
import pathlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import CodeType, FunctionType
from typing import Any

from laws.mutation.mistakes import mistakes
from laws.mutation.rules import CORE, code_of, source_of, users

from reference_impl.core.op import Op

# They say what is wrong, not what is the derivative.
NO_PLACES = (ast.Raise, ast.JoinedStr, ast.arg)


@dataclass(frozen=True, eq=False)
class Mutant:
    """One node of the source has become another.

    The mistake stands in `statement` of a module, in its `function`, of which there may
    be several objects, and concerns `ops`.
    """

    mistake: str
    node: Any
    other: ast.AST
    function: Any
    statement: ast.stmt
    original: CodeType
    objects: list[FunctionType]
    ops: list[Op]

    @property
    def path(self) -> str:
        return str(pathlib.Path(self.original.co_filename).relative_to(CORE))

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What names a mutant while lines move."""
        name = self.original.co_qualname
        return self.path, name, first_line(self.node), first_line(self.other)

    @property
    def code(self) -> CodeType:
        exchanged = copy.deepcopy(self.statement, {id(self.node): self.other})
        return code_of(self.function, exchanged)

    def __str__(self) -> str:
        path, name, before, after = self.key
        return f"{path}:{self.node.lineno} {name}: {self.mistake}: {before} -> {after}"


def first_line(node: ast.AST) -> str:
    return ast.unparse(node).split("\n")[0]


@functools.cache
def mutants() -> list[Mutant]:
    """All of them, in the order of the source."""
    found = [
        mutant
        for code, (objects, ops) in users().items()
        for mutant in mutants_of(code, objects, ops)
    ]
    return sorted(found, key=lambda mutant: (mutant.path, mutant.node.lineno))


def mutants_of(
    code: CodeType, objects: list[FunctionType], ops: list[Op]
) -> Iterator[Mutant]:
    statement, function = source_of(code)
    for node in places(function):
        for mistake, other in mistakes(node):
            given = mistake, node, other, function, statement, code, objects, ops
            if fits(mutant := Mutant(*given)):
                yield mutant


def places(function: Any) -> Iterator[ast.AST]:
    """The nodes of a function's body in which a mistake is one about derivatives."""
    todo = list(function.body) if isinstance(function.body, list) else [function.body]
    while todo:
        node = todo.pop(0)
        if not isinstance(node, NO_PLACES):
            yield node
            todo[:0] = ast.iter_child_nodes(node)


def fits(mutant: Mutant) -> bool:
    """Whether a closure reads the same variables still, as Python demands."""
    free = mutant.original.co_freevars
    return not free or mutant.code.co_freevars == free


@contextmanager
def planted(mutant: Mutant) -> Iterator[None]:
    """While it lasts, the functions run the mutant's code."""
    code = mutant.code
    for each in mutant.objects:
        each.__code__ = code
    try:
        yield
    finally:
        for each in mutant.objects:
            each.__code__ = mutant.original
