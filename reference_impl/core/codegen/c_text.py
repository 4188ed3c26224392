"""Nests printed as C99.

Compilers need `-fwrapv` where integers shall wrap as NumPy's do, and may sum floats in
vectors only with `-fassociative-math` or the like. A 16-bit float becomes a float as it
is read, and is rounded as it is written, by the functions in `HALVES_IN_C`.
"""

from __future__ import annotations

import numpy as np

from ..dtype import BOOLEANS, FLOATS, HALVES, INTEGERS, Dtype, float32, wide_type
from ..kernel import Source, named
from ..op import PRIMITIVES
from .formula import formulas
from .in_place import in_place
from .nest import Nest
from .printer import INDENT, Printer

LANGUAGE = "c"

HEADERS = "#include <math.h>\n#include <stdbool.h>\n#include <stdint.h>\n"

HALVES_IN_C = {
    "bfloat16": """
static inline float bfloat16_read(uint16_t stored) {
    union { uint32_t word; float value; } x = {.word = (uint32_t)stored << 16};
    return x.value;
}

static inline uint16_t bfloat16_write(float value) {
    union { float value; uint32_t word; } x = {.value = value};
    if (value != value)
        return 0x7FC0;
    return (uint16_t)((x.word + 0x7FFF + (x.word >> 16 & 1)) >> 16);
}
""",
    "float16": """
static inline float float16_read(uint16_t stored) {
    int exponent = stored >> 10 & 0x1F, fraction = stored & 0x3FF;
    float size = exponent == 31 ? (fraction ? NAN : INFINITY)
        : exponent ? ldexpf((float)(fraction + 1024), exponent - 25)
        : ldexpf((float)fraction, -24);
    return stored >> 15 ? -size : size;
}

static inline uint16_t float16_write(float value) {
    uint16_t sign = signbit(value) ? 0x8000 : 0;
    float size = fabsf(value);
    if (value != value)
        return 0x7E00;
    if (size >= 65520.0f)
        return sign | 0x7C00;
    /* The last place of the result is 2 to the power of `exponent` - 25. */
    int exponent = size < 0x1p-14f ? 1 : ilogbf(size) + 15;
    int whole = (int)rintf(ldexpf(size, 25 - exponent));
    return (uint16_t)(sign | (((exponent - 1) << 10) + whole));
}
""",
}

ACCUMULATIONS = {
    "sum": "{0} + {1}",
    "prod": "{0} * {1}",
    "max": "{1} > {0} || {1} != {1} ? {1} : {0}",
    "min": "{1} < {0} || {1} != {1} ? {1} : {0}",
    "any": "{0} || {1}",
    "all": "{0} && {1}",
}

# Unsigned, a negative number of places is a large one; an unsigned y is never -1.
_IS_INSIDE = "(uint64_t){1} < 8 * sizeof({0})"
_BY_MINUS_ONE = "{1} < 0 && {1} == -1"
_QUOTIENT = "{0} / {1} - ({0} % {1} != 0 && ({0} < 0) != ({1} < 0))"
_REST = "{0} % {1} + ({0} % {1} != 0 && ({0} < 0) != ({1} < 0) ? {1} : 0)"


def source(nest: Nest) -> Source:
    """The function that computes a nest, as C."""
    printer = CPrinter(nest)
    body = "\n".join(printer.body())
    lines = f"\n{INDENT} * ".join(formulas(nest, printer.variables))
    helpers = [text for name, text in HALVES_IN_C.items() if f"{name}_" in body]
    return named(
        nest.stem,
        f"{HEADERS}{''.join(helpers)}\n"
        f"void {{name}}(int64_t *args, int64_t begin, int64_t end) {{\n"
        f"{INDENT}/* {lines} */\n{body}\n}}\n",
        LANGUAGE,
    )


class CPrinter(Printer):
    """Writes a nest's parts in C."""

    end_of_loop = ("}",)

    def __init__(self, nest: Nest) -> None:
        super().__init__(nest)
        self.shared = {array for pair in in_place(nest) for array in pair}

    # The templates are for floats, or leave open what is no integer of this size: a
    # division by zero, or of the least integer by -1, would end the program.
    of_integers = {  # noqa: RUF012
        **dict.fromkeys(("ceil", "floor", "round", "trunc"), "{0}"),
        "isfinite": "true",
        "isinf": "false",
        "bitwise_left_shift": f"({_IS_INSIDE} ? {{0}} << {{1}} : 0)",
        "bitwise_right_shift": f"({_IS_INSIDE} ? {{0}} >> {{1}} : {{0}} < 0 ? -1 : 0)",
        "floor_divide": f"({{1}} == 0 ? 0 : {_BY_MINUS_ONE} ? -{{0}} : {_QUOTIENT})",
        "remainder": f"({{1}} == 0 || ({_BY_MINUS_ONE}) ? 0 : {_REST})",
    }

    def literal(self, value: bool | int | float, dtype: Dtype) -> str:
        """A number of a dtype."""
        if dtype.kind in BOOLEANS:
            return "true" if value else "false"
        if dtype.kind in INTEGERS:
            if dtype.kind == "i" and value == np.iinfo(dtype).min:
                return f"{str(dtype).upper()}_MIN"
            return f"{str(dtype).upper()}_C({int(value)})"
        number = np.asarray(value, dtype).astype(wide_type(dtype))[()]
        if not np.isfinite(number):
            sign = "-" if number < 0 else ""
            return "NAN" if np.isnan(number) else f"{sign}INFINITY"
        return f"{number}f" if number.dtype == float32 else f"{number}"

    def template(self, op: str, element: Dtype) -> str:
        """The law of an op, with C's functions for the element's type."""
        suffix = "f" if wide_type(element) == float32 else ""
        return PRIMITIVES[op].c.replace("{f}", suffix)

    def argument(self, position: int, name: str) -> str:
        """A line that reads an argument."""
        if position >= len(self.nest.arrays):
            return f"const int64_t {name} = args[{position}];"
        kind = _stored_type(self.nest.arrays[position].dtype)
        kind = f"const {kind}" if name.startswith("x") else kind
        alone = "" if position in self.shared else "restrict "
        return f"{kind} *{alone}{name} = ({kind} *)args[{position}];"

    def loop(self, name: str, first: str, last: str, step: int = 1) -> str:
        """The line before the body of a loop."""
        more = "++" if step == 1 else f" += {step}"
        return f"for (int64_t {name} = {first}; {name} < {last}; {name}{more}) {{"

    def lesser(self, x: str, y: str) -> str:
        """The lesser of two integers."""
        return f"({x} < {y} ? {x} : {y})"

    def defined(self, name: str, value: str, dtype: Dtype) -> str:
        """A line that gives a new variable its value."""
        return f"{_type(dtype)} {name} = {value};"

    def changed(self, name: str, value: str) -> str:
        """A line that gives a variable another value."""
        return f"{name} = {value};"

    def loaded(self, array: int, index: str) -> str:
        """An element of an array."""
        element = f"{self.variables.names[array]}[{index}]"
        dtype = self.nest.arrays[array].dtype
        return f"{dtype}_read({element})" if dtype in HALVES else element

    def stored(self, array: int, index: str, value: str) -> str:
        """A line that writes an element of an array."""
        dtype = self.nest.arrays[array].dtype
        if dtype in HALVES:
            value = f"{dtype}_write({value})"
        return f"{self.variables.names[array]}[{index}] = {value};"

    def converted(self, value: str, came: Dtype, wanted: Dtype) -> str:
        """A value in another dtype."""
        if wanted.kind in BOOLEANS:
            return f"{value} != 0"
        if wanted in HALVES:
            return f"{wanted}_read({wanted}_write((float){value}))"
        if came.kind in FLOATS and wanted.kind in INTEGERS and wanted.itemsize < 8:
            # A float beyond the ends of an integer type has no value in it.
            return f"({_type(wanted)})(int64_t){value}"
        return f"({_type(wanted)}){value}"

    def chosen(self, condition: str, x: str, y: str) -> str:
        """One of two values."""
        return f"{condition} ? {x} : {y}"

    def accumulated(self, kind: str, so_far: str, value: str) -> str:
        """The value of a reduction after one more element."""
        return ACCUMULATIONS[kind].format(so_far, value)


def _type(dtype: Dtype) -> str:
    """The type of a value."""
    if dtype.kind in INTEGERS:
        return f"{dtype}_t"
    return {"bool": "bool", "float64": "double"}.get(str(dtype), "float")


def _stored_type(dtype: Dtype) -> str:
    return "uint16_t" if dtype in HALVES else _type(dtype)
