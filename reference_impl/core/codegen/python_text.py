"""Nests printed as Python that Numba compiles.

A float16 or bfloat16 becomes a float32 as it is loaded, and is rounded as it is stored;
between, only `astype` rounds. Numba counts integers in 64 bits, so the result of an op
on shorter ones is cut to its bits, which is how NumPy's integers wrap.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence

import numpy as np

from ..dtype import BOOLEANS, FLOATS, HALVES, INTEGERS, Dtype, bool_, wide_type
from ..kernel import Source, named
from ..op import PRIMITIVES
from .formula import formulas, without_parentheses
from .layout import Layout
from .nest import Apply, Literal, Load, Nest, Reduce, Store
from .schedule import Accumulate, Begin, Do, Loop, Offset, Step, schedule

WIDTH = 88
INDENT = "    "
PACKAGE = "reference_impl.core.codegen"

# Functions of `math` for which `elementary.py` has one that is vectorised.
ELEMENTARY = ("erf", "exp", "expm1", "log", "log1p", "tanh")

LANGUAGE = (
    *("array", "load", "load_if", "maximum", "minimum", "plus", "rounded", "select"),
    *("store", "times"),
)

# Ops that leave integers as they are, though Numba would make them floats.
OF_FLOATS = ("ceil", "floor", "round", "trunc")

# How a reduction takes one more element.
ACCUMULATIONS = {
    "sum": "plus({0}, {1})",
    "prod": "times({0}, {1})",
    "max": "maximum({0}, {1})",
    "min": "minimum({0}, {1})",
    "any": "{0} | {1}",
    "all": "{0} & {1}",
}


def source(nest: Nest) -> Source:
    """The function that computes a nest, as Python for Numba."""
    layout = Layout(nest)
    printer = _Printer(nest, layout)
    body = list(printer.lines(schedule(nest, layout), 1))
    text = "\n".join([*printer.arguments(body), "", *body])
    head = f"def {{name}}(args, begin, end):\n{_docstring(nest, layout)}"
    return named(nest.stem, f"{_imports(text)}\n\n\n{head}\n{text}\n")


def _docstring(nest: Nest, layout: Layout) -> str:
    lines = formulas(nest, layout)
    if len(lines) == 1 and len(lines[0]) + 10 <= WIDTH:
        return f'{INDENT}"""{lines[0]}"""'
    return textwrap.indent("\n".join([f'"""{lines[0]}', *lines[1:], '"""']), INDENT)


def _imports(text: str) -> str:
    """The imports that a function's text needs."""
    called = set(re.findall(r"(?<![\w.])([a-z_0-9]+)\(", text))
    blocks = []
    if "math." in text:
        blocks.append("import math")
    if "np." in text:
        blocks.append("import numpy as np")
    own = [
        _import(f"{PACKAGE}.{module}", names)
        for module, known in (("elementary", ELEMENTARY), ("language", LANGUAGE))
        if (names := sorted(called.intersection(known)))
    ]
    return "\n\n".join([*blocks, "\n".join(own)])


def _import(module: str, names: Sequence[str]) -> str:
    line = f"from {module} import {', '.join(names)}"
    if len(line) <= WIDTH:
        return line
    return f"from {module} import (\n" + "".join(f"    {x},\n" for x in names) + ")"


def literal(value: bool | int | float, dtype: Dtype) -> str:
    """A number of a dtype."""
    if dtype.kind in BOOLEANS:
        return str(bool(value))
    if dtype.kind in INTEGERS:
        return f"np.{dtype}({int(value)})"
    number = np.asarray(value, dtype).astype(wide_type(dtype))[()]
    text = str(number.item() if dtype.itemsize == 8 else number)
    if np.isfinite(number) and number.dtype.type(float(text)) != number:
        text = repr(float(number))
    if not np.isfinite(number):
        text = f"np.{text}".replace("np.-", "-np.")
    return f"np.{number.dtype}({text})"


class _Printer:
    def __init__(self, nest: Nest, layout: Layout) -> None:
        self.nest, self.layout = nest, layout

    def arguments(self, body: list[str]) -> Iterator[str]:
        """Lines that read the arguments which a body names."""
        used = set(re.findall(r"\w+", "\n".join(body)))
        for position, name in enumerate(self.layout.arguments):
            if name not in used:
                continue
            if position < len(self.nest.arrays):
                dtype = self.nest.arrays[position].dtype
                yield f'{INDENT}{name} = array(args, {position}, "{dtype}")'
            else:
                yield f"{INDENT}{name} = args[{position}]"

    def lines(self, steps: Sequence[Step], depth: int) -> Iterator[str]:
        """Lines of code, indented by `depth`."""
        for step in steps:
            if isinstance(step, Loop):
                axis = step.axis
                extent = f"n{axis}" if axis else "begin, end"
                yield f"{INDENT * depth}for i{axis} in range({extent}):"
                yield from self.lines(step.body, depth + 1)
            else:
                for line in self.step(step):
                    yield from _wrapped(line, INDENT * depth)

    def step(self, step: Offset | Do | Begin | Accumulate) -> Iterator[str]:
        """Lines of code without loops."""
        match step:
            case Offset(array, axis):
                yield " = ".join(self.layout.offset(array, axis))
            case Do(number):
                yield self.statement(number)
            case Begin(number, array):
                first = self.empty(number)
                yield (
                    f"v{number} = {first}"
                    if array is None
                    else self.stored(array, first)
                )
            case Accumulate(number, array):
                yield f"v{number} = {self.accumulated(number, array)}"
                if array is not None:
                    yield self.stored(array, f"v{number}")

    def value(self, number: int) -> str:
        """The name of a value."""
        name = self.layout.value(number)
        if isinstance(name, Literal):
            return literal(name.value, name.dtype)
        return name

    def statement(self, number: int) -> str:
        """A line that loads, computes or stores."""
        match self.nest.statements[number]:
            case Load() as load:
                return f"v{number} = {self.loaded(load)}"
            case Apply() as apply:
                return f"v{number} = {self.applied(apply)}"
            case Store(array, value):
                return self.stored(array, self.value(value))
        raise AssertionError("a nest's literals and reductions are no lines")

    def place(self, array: int, positions: Sequence[str] = ()) -> str:
        """The arguments by which an element is found."""
        index = self.layout.index(array, list(positions))
        return f"{self.layout.names[array]}, {array}, {index}"

    def loaded(self, load: Load) -> str:
        """An element of an array."""
        place = self.place(load.array, [self.value(i) for i in load.at])
        if load.when is None:
            return f"load({place})"
        return f"load_if({self.value(load.when)}, {place})"

    def stored(self, array: int, value: str) -> str:
        """A line that writes an element."""
        return f"store({self.place(array)}, {value})"

    def empty(self, number: int) -> str:
        """The value of a reduction of no elements."""
        reduce = self.reduce(number)
        return literal(empty(reduce.kind, reduce.dtype), reduce.dtype)

    def accumulated(self, number: int, array: int | None) -> str:
        """The value of a reduction after one more element."""
        reduce = self.reduce(number)
        kind = reduce.kind
        if reduce.dtype is bool_:
            kind = {"max": "any", "min": "all"}.get(kind, kind)
        so_far = f"v{number}" if array is None else f"load({self.place(array)})"
        return ACCUMULATIONS[kind].format(so_far, self.value(reduce.operand))

    def reduce(self, number: int) -> Reduce:
        """The reduction of this number."""
        statement = self.nest.statements[number]
        assert isinstance(statement, Reduce)
        return statement

    def dtype(self, number: int) -> Dtype:
        """The dtype of a value."""
        return dtype_of(self.nest, number)

    def applied(self, apply: Apply) -> str:
        """An op, written out."""
        values = [self.value(i) for i in apply.operands]
        if apply.op == "where":
            return f"select({', '.join(values)})"
        came = self.dtype(apply.operands[0])
        if apply.op == "astype":
            return converted(values[0], came, apply.dtype)
        if came.kind in INTEGERS and apply.op in OF_FLOATS:
            return values[0]
        element = wide_type(came)
        text = PRIMITIVES[apply.op].py.format(
            *values, one=literal(1, element), zero=literal(0, element)
        )
        text = re.sub(r"math\.(\w+)\(", _function, without_parentheses(text))
        return f"np.{apply.dtype}({text})" if apply.dtype.kind in INTEGERS else text


def _function(match: re.Match[str]) -> str:
    return f"{match[1]}(" if match[1] in ELEMENTARY else match[0]


def dtype_of(nest: Nest, number: int) -> Dtype:
    """The dtype of a value of a nest."""
    statement = nest.statements[number]
    match statement:
        case Load(array, _, _):
            return nest.arrays[array].dtype
        case Literal() | Apply() | Reduce():
            return statement.dtype
    return np.dtype(np.int64)


def empty(kind: str, dtype: Dtype) -> bool | int | float:
    """The value of a reduction of no elements."""
    if kind in ("max", "min"):
        if dtype.kind in BOOLEANS:
            return kind == "min"
        if dtype.kind in FLOATS:
            return -np.inf if kind == "max" else np.inf
        limits = np.iinfo(dtype)
        return int(limits.min if kind == "max" else limits.max)
    return {"sum": 0, "prod": 1, "any": False, "all": True}[kind]


def converted(value: str, came: Dtype, wanted: Dtype) -> str:
    """A value in another dtype."""
    if wanted.kind in BOOLEANS:
        return f"{value} != 0"
    if wanted in HALVES:
        wide = value if came.kind in FLOATS else f"np.float32({value})"
        return f'rounded({wide}, "{wanted}")'
    if came.kind in FLOATS and wanted.kind in INTEGERS and wanted.itemsize < 8:
        # A float has no smaller integer that wraps: only the one it is cut to.
        between = "int32" if wanted.itemsize < 4 else "int64"
        if str(wanted) != "int32":
            return f"np.{wanted}(np.{between}({value}))"
    return f"np.{wanted}({value})"


def _wrapped(line: str, indent: str) -> Iterator[str]:
    """A line, or lines in parentheses if it is too long."""
    if len(indent + line) <= WIDTH:
        yield indent + line
        return
    name, _, value = line.partition(" = ")
    head, tail = f"{name} = (", value
    if not value:
        head, _, tail = line.removesuffix(")").partition("(")
        head += "("
    width = WIDTH - len(indent + INDENT)
    yield indent + head
    for part in textwrap.wrap(tail, width, break_long_words=False):
        yield indent + INDENT + part
    yield f"{indent})"
