"""Nests printed as Python that Numba compiles.

A float16 or bfloat16 becomes a float32 as it is loaded, and is rounded as it is stored;
between, only `astype` rounds. Numba counts integers in 64 bits, so the result of an op
on integers is cut to the bits of its dtype, which is how NumPy's integers wrap.
"""

from __future__ import annotations

import functools
import re
import textwrap
from collections.abc import Sequence

import numpy as np

from ..dtype import BOOLEANS, FLOATS, HALVES, INTEGERS, Dtype, wide_type
from ..kernel import Source, named
from ..op import PRIMITIVES
from .formula import formulas
from .nest import Apply, Nest
from .printer import INDENT, WIDTH, Printer

PACKAGE = "reference_impl.core.codegen"

# What texts import from the modules beside this one. Functions of `math` that are not
# in `elementary` are called from C's library.
ELEMENTARY = ("erf", "erfc", "exp", "expm1", "log", "log1p", "tanh")

LANGUAGE = (
    *("array", "load", "maximum", "minimum", "plus", "rounded", "store", "times"),
)
SCALARS = (
    *("copysign", "floor_quotient", "floor_rest", "lgamma", "nextafter", "select"),
    *("shifted_down", "shifted_up"),
)
MODULES = {"elementary": ELEMENTARY, "language": LANGUAGE, "scalars": SCALARS}

# Functions of `math` and NumPy; if one of the above has its name, it is called instead.
FUNCTION = re.compile(r"\b(?:math|np)\.(\w+)\(")

# How a reduction takes one more element.
ACCUMULATIONS = {
    "sum": "plus({0}, {1})",
    "prod": "times({0}, {1})",
    "max": "maximum({0}, {1})",
    "min": "minimum({0}, {1})",
    "any": "{0} | {1}",
    "all": "{0} & {1}",
}


@functools.lru_cache(maxsize=1024)
def source(nest: Nest) -> Source:
    """The function that computes a nest, as Python for Numba."""
    printer = PythonPrinter(nest)
    body = "\n".join(printer.body())
    head = f"def {{name}}(args, begin, end):\n{_docstring(printer)}"
    return named(nest.stem, f"{_imports(body)}\n\n\n{head}\n{body}\n")


def _docstring(printer: Printer) -> str:
    lines = formulas(printer.nest, printer.variables)
    if len(lines) == 1 and len(lines[0]) + 10 <= WIDTH:
        return f'{INDENT}"""{lines[0]}"""'
    return textwrap.indent("\n".join([f'"""{lines[0]}', *lines[1:], '"""']), INDENT)


def _imports(text: str) -> str:
    """The imports that a function's text needs."""
    called = set(re.findall(r"(?<![\w.])(\w+)\(", text))
    standard = ["import math"] if "math." in text else []
    numpy = ["import numpy as np"] if "np." in text else []
    own = [
        _import(f"{PACKAGE}.{module}", names)
        for module, known in MODULES.items()
        if (names := sorted(called.intersection(known)))
    ]
    return "\n\n".join([*standard, *numpy, "\n".join(own)])


def _import(module: str, names: Sequence[str]) -> str:
    line = f"from {module} import {', '.join(names)}"
    if len(line) <= WIDTH:
        return line
    return f"from {module} import (\n" + "".join(f"    {x},\n" for x in names) + ")"


class PythonPrinter(Printer):
    """Writes a nest's parts in Python, with the words of `language.py`."""

    # Integers are whole already. Numba's shifts raise exceptions, and its quotients
    # leave the one of the least integer by -1 open.
    of_integers = {  # noqa: RUF012
        **dict.fromkeys(("ceil", "floor", "round", "trunc"), "{0}"),
        "bitwise_left_shift": "shifted_up({0}, {1})",
        "bitwise_right_shift": "shifted_down({0}, {1})",
        "floor_divide": "floor_quotient({0}, {1})",
        "remainder": "floor_rest({0}, {1})",
    }

    def literal(self, value: bool | int | float, dtype: Dtype) -> str:
        """A number of a dtype, for a bare one would be a float64."""
        if dtype.kind in BOOLEANS:
            return str(bool(value))
        if dtype.kind in INTEGERS:
            return f"np.{dtype}({int(value)})"
        number = np.asarray(value, dtype).astype(wide_type(dtype))[()]
        text = str(number)
        if not np.isfinite(number):
            text = text.replace("inf", "np.inf").replace("nan", "np.nan")
        elif number.dtype.type(float(text)) != number:
            text = repr(float(number))
        return f"np.{number.dtype}({text.removesuffix('.0')})"

    def template(self, op: str, element: Dtype) -> str:
        """The law of an op, with vectorised functions where there are."""
        return FUNCTION.sub(_vectorised, PRIMITIVES[op].py)

    def applied(self, apply: Apply) -> str:
        """An op; integers are cut to the bits of their dtype."""
        text = super().applied(apply)
        is_whole = apply.dtype.kind in INTEGERS and apply.op not in ("astype", "where")
        return f"np.{apply.dtype}({text})" if is_whole else text

    def argument(self, position: int, name: str) -> str:
        """A line that reads an argument."""
        if position < len(self.nest.arrays):
            dtype = self.nest.arrays[position].dtype
            return f'{name} = array(args, {position}, "{dtype}")'
        return f"{name} = args[{position}]"

    def loop(self, name: str, first: str, last: str, step: int = 1) -> str:
        """The line before the body of a loop."""
        steps = "" if step == 1 else f", {step}"
        start = "" if first == "0" and step == 1 else f"{first}, "
        return f"for {name} in range({start}{last}{steps}):"

    def lesser(self, x: str, y: str) -> str:
        """The lesser of two integers."""
        return f"min({x}, {y})"

    def defined(self, name: str, value: str, dtype: Dtype) -> str:
        """A line that gives a new variable its value."""
        return f"{name} = {value}"

    def changed(self, name: str, value: str) -> str:
        """A line that gives a variable another value."""
        return f"{name} = {value}"

    def loaded(self, array: int, index: str) -> str:
        """An element of an array."""
        return f"load({self.variables.names[array]}, {array}, {index})"

    def stored(self, array: int, index: str, value: str) -> str:
        """A line that writes an element of an array."""
        return f"store({self.variables.names[array]}, {array}, {index}, {value})"

    def converted(self, value: str, came: Dtype, wanted: Dtype) -> str:
        """A value in another dtype."""
        if wanted.kind in BOOLEANS:
            return f"{value} != 0"
        if wanted in HALVES:
            wide = value if came.kind in FLOATS else f"np.float32({value})"
            return wide if came == wanted else f'rounded({wide}, "{wanted}")'
        if came.kind in FLOATS and wanted.kind in INTEGERS:
            value = _whole(value, wanted)
        return f"np.{wanted}({value})"

    def chosen(self, condition: str, x: str, y: str) -> str:
        """One of two values, without a branch."""
        return f"select({condition}, {x}, {y})"

    def accumulated(self, kind: str, so_far: str, value: str) -> str:
        """The value of a reduction after one more element."""
        return ACCUMULATIONS[kind].format(so_far, value)


def _vectorised(match: re.Match[str]) -> str:
    return f"{match[1]}(" if match[1] in ELEMENTARY + SCALARS else match[0]


def _whole(value: str, wanted: Dtype) -> str:
    """A float cut to an integer that is large enough to be cut to its last bits."""
    if wanted.itemsize < 4:
        return f"np.int32({value})"
    return f"np.int64({value})" if str(wanted) == "uint32" else value
