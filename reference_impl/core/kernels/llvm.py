"""Functions in LLVM's language, written by operators and loops of Python's.

A `Value` is the name of something that the function computes: `i * stride + 1` writes
the instructions that compute it, and is a value again. Loops keep their counters in
memory, where LLVM's own passes lift them into registers.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count

PREFETCH = "@llvm.prefetch.p0"
SIZES = {"float": 4, "i32": 4, "double": 8, "i64": 8}


@dataclass(frozen=True, slots=True)
class Value:
    """Something that a function computes, of one of LLVM's types."""

    function: Function
    kind: str
    name: str

    def __str__(self) -> str:
        return self.name

    def __add__(self, other: Value | int) -> Value:
        return self if other == 0 else self._with("add", other)

    def __sub__(self, other: Value | int) -> Value:
        return self if other == 0 else self._with("sub", other)

    def __mul__(self, other: Value | int) -> Value:
        return self if other == 1 else self._with("mul", other)

    __radd__, __rmul__ = __add__, __mul__

    def __floordiv__(self, other: Value | int) -> Value:
        return self if other == 1 else self._with("sdiv", other)

    def __mod__(self, other: Value | int) -> Value:
        return self._with("srem", other)

    def __lt__(self, other: Value | int) -> Value:
        return self._compared("slt", other)

    def __ge__(self, other: Value | int) -> Value:
        return self._compared("sge", other)

    def __and__(self, other: Value) -> Value:
        return self._with("and", other)

    def equals(self, other: Value | int) -> Value:
        """Whether both are the same number."""
        return self._compared("eq", other)

    def _with(self, operation: str, other: Value | int) -> Value:
        text = f"{operation} {self.kind} {self}, {other}"
        return self.function.value(self.kind, text)

    def _compared(self, relation: str, other: Value | int) -> Value:
        return self.function.value("i1", f"icmp {relation} {self.kind} {self}, {other}")


@dataclass(eq=False)
class Function:
    """Lines of a function, written from the first to the last.

    Attributes
    ----------
    head : str
        All that stands before the opening brace.
    element : str
        What pointers point to: LLVM's type.
    """

    head: str
    element: str
    lines: list[str] = field(default_factory=list)
    slots: list[str] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=count)

    def __str__(self) -> str:
        lines = ["entry:", *self.slots, *self.lines, "  ret void"]
        return "\n".join([f"{self.head} {{", *lines, "}"])

    def parameter(self, name: str, kind: str = "i64") -> Value:
        """The value of a parameter."""
        return Value(self, kind, f"%{name}")

    def line(self, text: str) -> None:
        """Write an instruction without result."""
        self.lines.append(f"  {text}")

    def value(self, kind: str, text: str) -> Value:
        """The result of an instruction."""
        result = Value(self, kind, f"%v{next(self.numbers)}")
        self.line(f"{result} = {text}")
        return result

    def slot(self, kind: str) -> Value:
        """Memory of the function's own for one value."""
        result = Value(self, "ptr", f"%slot{next(self.numbers)}")
        self.slots.append(f"  {result} = alloca {kind}")
        return result

    def load(self, kind: str, where: Value) -> Value:
        """What lies in memory, aligned like an element and no better."""
        align = "" if kind in ("i64", "ptr") else ", align 1"
        return self.value(kind, f"load {kind}, ptr {where}{align}")

    def store(self, value: Value | int, where: Value, kind: str = "i64") -> None:
        """Write a value to memory."""
        align = "" if kind in ("i64", "ptr") else ", align 1"
        self.line(f"store {kind} {value}, ptr {where}{align}")

    @property
    def itemsize(self) -> int:
        """Of an element, in bytes."""
        return SIZES[self.element]

    def opaque(self, value: Value) -> Value:
        """An integer of which LLVM does not know how it was computed."""
        return self.value(value.kind, f'call {value.kind} asm "", "=r,0"(i64 {value})')

    def at(self, base: Value, index: Value | int, element: str | None = None) -> Value:
        """The address of an element, one of the function's own unless one is named."""
        text = f"getelementptr {element or self.element}, ptr {base}, i64 {index}"
        return base if index == 0 else self.value("ptr", text)

    def fetch(self, where: Value, is_written: bool = False) -> None:
        """Begin to bring memory into the cache, or do nothing if it does not exist."""
        self.line(
            f"call void {PREFETCH}(ptr {where}, i32 {int(is_written)}, i32 3, i32 1)"
        )

    def least(self, x: Value, y: Value | int) -> Value:
        """The smaller of two integers."""
        return self.chosen(x < y, x, y)

    def most(self, x: Value, y: Value | int) -> Value:
        """The larger of two integers."""
        return self.chosen(x >= y, x, y)

    def chosen(self, condition: Value, x: Value, y: Value | int) -> Value:
        """The value x if the condition holds, else y."""
        return self.value(x.kind, f"select i1 {condition}, {x.kind} {x}, {x.kind} {y}")

    def arguments(
        self, addresses: int, integers: int
    ) -> tuple[list[Value], list[Value]]:
        """A kernel's arguments: addresses first, integers then."""
        kinds = ["ptr"] * addresses + ["i64"] * integers
        values = []
        for i, kind in enumerate(kinds):
            where = self.value("ptr", f"getelementptr i64, ptr %args, i64 {i}")
            values.append(self.load(kind, where))
        return values[:addresses], values[addresses:]

    def part(self, is_parallel: Value, size: Value) -> tuple[Value, Value]:
        """From where to where an axis is computed: the kernel's part, or all of it."""
        begin = self.chosen(is_parallel, self.parameter("begin"), 0)
        return begin, self.chosen(is_parallel, self.parameter("end"), size)

    @contextmanager
    def loop(
        self, begin: Value | int, end: Value | int, step: Value | int = 1
    ) -> Iterator[Value]:
        """Repeat what is written inside, for a counter from begin to before end."""
        counter, label = self.slot("i64"), f"loop{next(self.numbers)}"
        self.store(begin, counter)
        self.line(f"br label %{label}")
        self.lines.append(f"{label}:")
        i = self.load("i64", counter)
        self._branch(i < end, label)
        yield i
        self.store(i + step, counter)
        self.line(f"br label %{label}")
        self.lines.append(f"{label}.done:")

    @contextmanager
    def when(self, condition: Value) -> Iterator[None]:
        """Do what is written inside only if the condition holds."""
        label = f"when{next(self.numbers)}"
        self._branch(condition, label)
        yield
        self.line(f"br label %{label}.done")
        self.lines.append(f"{label}.done:")

    def _branch(self, condition: Value, label: str) -> None:
        self.line(f"br i1 {condition}, label %{label}.body, label %{label}.done")
        self.lines.append(f"{label}.body:")


def kernel_function(element: str) -> Function:
    """A function that can be a kernel's, still empty."""
    return Function("define void @{name}(ptr %args, i64 %begin, i64 %end)", element)
