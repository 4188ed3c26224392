"""What printers of loop nests have in common: everything but the language."""

from __future__ import annotations

import re
import textwrap
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence

import numpy as np

from ..dtype import BOOLEANS, FLOATS, INTEGERS, Dtype, int64
from .formula import without_parentheses
from .nest import Apply, Literal, Load, Nest, Reduce, Store
from .schedule import Accumulate, Begin, Command, Do, For, Offset, schedule
from .variables import Variables

WIDTH = 88
INDENT = "    "

# Positions of which a float sum is taken before it joins the others. With 32 lanes a
# lane adds 128 numbers: the sum of a million equal ones is exact to 1e-5, not to 2e-4.
BLOCK = 4096


class Printer(ABC):
    """Prints the loops of a nest; a language says how single things are written.

    Attributes
    ----------
    of_integers : dict of str to str
        Templates of ops that differ for integers from those for floats.
    """

    of_integers: dict[str, str]
    end_of_loop: tuple[str, ...] = ()

    def __init__(self, nest: Nest) -> None:
        self.nest, self.variables = nest, Variables(nest)

    @abstractmethod
    def literal(self, value: bool | int | float, dtype: Dtype) -> str:
        """A number."""

    @abstractmethod
    def template(self, op: str, element: Dtype) -> str:
        """The law of an op for one element."""

    @abstractmethod
    def argument(self, position: int, name: str) -> str:
        """A line that reads an argument."""

    @abstractmethod
    def loop(self, name: str, first: str, last: str, step: int = 1) -> str:
        """The line before the body of a loop; `end_of_loop` is the one after it."""

    @abstractmethod
    def lesser(self, x: str, y: str) -> str:
        """The lesser of two integers."""

    @abstractmethod
    def defined(self, name: str, value: str, dtype: Dtype) -> str:
        """A line that gives a new variable its value."""

    @abstractmethod
    def changed(self, name: str, value: str) -> str:
        """A line that gives a variable another value."""

    @abstractmethod
    def loaded(self, array: int, index: str) -> str:
        """An element of an array."""

    @abstractmethod
    def stored(self, array: int, index: str, value: str) -> str:
        """A line that writes an element of an array."""

    @abstractmethod
    def converted(self, value: str, came: Dtype, wanted: Dtype) -> str:
        """A value in another dtype."""

    @abstractmethod
    def chosen(self, condition: str, x: str, y: str) -> str:
        """One of two values."""

    @abstractmethod
    def accumulated(self, kind: str, so_far: str, value: str) -> str:
        """The value of a reduction after one more element."""

    def body(self) -> list[str]:
        """The lines of the function, without its head."""
        loops = list(self.lines(schedule(self.nest, self.variables), 1))
        used = set(re.findall(r"\w+", "\n".join(loops)))
        arguments = [
            INDENT + self.argument(position, name)
            for position, name in enumerate(self.variables.arguments)
            if name in used
        ]
        return [*arguments, "", *loops]

    def lines(self, commands: Sequence[Command], depth: int) -> Iterator[str]:
        """Lines of code, indented by `depth`."""
        for command in commands:
            if isinstance(command, For):
                yield from self.loops(command, depth)
            else:
                for line in self.command(command):
                    yield from wrapped(line, INDENT * depth)

    def loops(self, loop: For, depth: int) -> Iterator[str]:
        """The lines of a loop, or of one over blocks and one inside of a block."""
        axis, block = f"i{loop.axis}", f"b{loop.axis}"
        first, last = ("0", f"n{loop.axis}") if loop.axis else ("begin", "end")
        if not loop.parts:
            yield from self.around(self.loop(axis, first, last), loop.body, depth)
            return
        end = self.lesser(f"{block} + {BLOCK}", last)
        yield INDENT * depth + self.loop(block, first, last, BLOCK)
        for number in loop.parts:
            dtype = self.reduce(number).dtype
            line = self.defined(f"p{number}", self.literal(0, dtype), dtype)
            yield INDENT * (depth + 1) + line
        yield from self.around(self.loop(axis, block, end), loop.body, depth + 1)
        for number in loop.parts:
            line = self.changed(f"v{number}", f"v{number} + p{number}")
            yield INDENT * (depth + 1) + line
        yield from (INDENT * depth + line for line in self.end_of_loop)

    def around(self, head: str, body: Sequence[Command], depth: int) -> Iterator[str]:
        """The lines of a loop with its first line."""
        yield INDENT * depth + head
        yield from self.lines(body, depth + 1)
        yield from (INDENT * depth + line for line in self.end_of_loop)

    def command(self, command: Offset | Do | Begin | Accumulate) -> Iterator[str]:
        """Lines of code without loops."""
        match command:
            case Offset(array, axis):
                yield self.defined(*self.variables.offset(array, axis), int64)
            case Do(number):
                yield self.statement(number)
            case Begin(number, array):
                reduce = self.reduce(number)
                first = self.literal(empty(reduce.kind, reduce.dtype), reduce.dtype)
                if array is None:
                    yield self.defined(f"v{number}", first, reduce.dtype)
                else:
                    yield self.stored(array, self.variables.index(array), first)
            case Accumulate(number, array, is_part):
                name = f"p{number}" if is_part else f"v{number}"
                yield from self.accumulation(name, number, array)

    def accumulation(self, name: str, number: int, array: int | None) -> Iterator[str]:
        """Lines that take one more element into a reduction, in a variable."""
        reduce = self.reduce(number)
        index = "" if array is None else self.variables.index(array)
        so_far = name if array is None else self.loaded(array, index)
        value = self.value(reduce.operand)
        if self.dtype(reduce.operand) != reduce.dtype:
            value = self.converted(value, self.dtype(reduce.operand), reduce.dtype)
        kind = reduce.kind
        if reduce.dtype.kind in BOOLEANS:
            kind = {"max": "any", "min": "all"}.get(kind, kind)
        result = self.accumulated(kind, so_far, value)
        if array is None:
            yield self.changed(name, result)
        else:
            yield self.defined(name, result, reduce.dtype)
            yield self.stored(array, index, name)

    def statement(self, number: int) -> str:
        """A line that loads, computes or stores."""
        name = f"v{number}"
        match self.nest.statements[number]:
            case Load(array):
                value = self.loaded(array, self.variables.index(array))
                return self.defined(name, value, self.dtype(number))
            case Apply() as apply:
                return self.defined(name, self.applied(apply), apply.dtype)
            case Store(array, value_of):
                index = self.variables.index(array)
                return self.stored(array, index, self.value(value_of))
        raise AssertionError("literals and reductions are no lines")

    def value(self, number: int) -> str:
        """The name of a value; a literal is its own."""
        match self.nest.statements[number]:
            case Literal(value, dtype):
                return self.literal(value, dtype)
        return f"v{number}"

    def applied(self, apply: Apply) -> str:
        """An op, written out."""
        values = [self.value(i) for i in apply.operands]
        if apply.op == "where":
            return self.chosen(*values)
        came = self.dtype(apply.operands[0])
        if apply.op == "astype":
            return self.converted(values[0], came, apply.dtype)
        template = self.template(apply.op, came)
        if came.kind in INTEGERS:
            template = self.of_integers.get(apply.op, template)
        literals = {"one": self.literal(1, came), "zero": self.literal(0, came)}
        return without_parentheses(template.format(*values, **literals))

    def reduce(self, number: int) -> Reduce:
        """The reduction of this number."""
        statement = self.nest.statements[number]
        assert isinstance(statement, Reduce)
        return statement

    def dtype(self, number: int) -> Dtype:
        """The dtype of a value."""
        match self.nest.statements[number]:
            case Load(array):
                return self.nest.arrays[array].dtype
            case Literal(dtype=dtype) | Apply(dtype=dtype) | Reduce(dtype=dtype):
                return dtype
        raise AssertionError("a store has no value")


def empty(kind: str, dtype: Dtype) -> bool | int | float:
    """The value of a reduction of no elements."""
    if kind not in ("max", "min"):
        return {"sum": 0, "prod": 1, "any": False, "all": True}[kind]
    is_max = kind == "max"
    if dtype.kind in BOOLEANS:
        return not is_max
    if dtype.kind in FLOATS:
        return -np.inf if is_max else np.inf
    limits = np.iinfo(dtype)
    return int(limits.min if is_max else limits.max)


def wrapped(line: str, indent: str) -> Iterator[str]:
    """A line, or several ones if it is too long, broken inside of parentheses."""
    if len(indent + line) <= WIDTH:
        yield indent + line
        return
    end = ";" if line.endswith(";") else ""
    call = re.fullmatch(r"((?:[\w ]+ = )?[\w.]+\()(.*)\)", line.removesuffix(";"))
    if call and without_parentheses(f"({call[2]})") == call[2]:  # one pair around all
        head, value = call.groups()
    else:
        head, _, value = line.removesuffix(";").partition(" = ")
        head += " = ("
    yield indent + head
    width = WIDTH - len(indent + INDENT)
    for part in textwrap.wrap(value, width, break_long_words=False):
        yield indent + INDENT + part
    yield f"{indent}){end}"
