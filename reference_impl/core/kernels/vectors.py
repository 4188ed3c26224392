"""Vectors in LLVM's language: loaded, stored, filled, multiplied."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .llvm import PREFETCH, Function, Value

# What each size of element is called; products are for the first two alone.
ELEMENTS = {"f4": "float", "f8": "double", "u4": "i32", "u8": "i64"}
SUFFIXES = {"float": "f32", "double": "f64", "i32": "i32", "i64": "i64"}


def element(dtype: np.dtype) -> str:
    """LLVM's type of an element."""
    return ELEMENTS[dtype.str[1:]]


def declarations(lanes: int, element: str) -> str:
    """Of the functions of LLVM's own that products call."""
    kind, mask = f"<{lanes} x {element}>", f"<{lanes} x i1>"
    suffix = f"v{lanes}{SUFFIXES[element]}"
    load = f"declare {kind} @llvm.masked.load.{suffix}.p0(ptr, i32, {mask}, {kind})"
    store = f"declare void @llvm.masked.store.{suffix}.p0({kind}, ptr, i32, {mask})"
    fma = f"declare {kind} @llvm.fma.{suffix}({kind}, {kind}, {kind})"
    prefetch = f"declare void {PREFETCH}(ptr, i32, i32, i32)"
    is_floating = element in ("float", "double")
    return "\n".join([load, store, prefetch, *[fma] * is_floating])


@dataclass(frozen=True, slots=True)
class Vectors:
    """Instructions on vectors of some lanes, written to a function."""

    function: Function
    lanes: int

    @property
    def kind(self) -> str:
        """LLVM's type of a vector."""
        return f"<{self.lanes} x {self.function.element}>"

    @property
    def suffix(self) -> str:
        """The type in the names of LLVM's functions."""
        return f"v{self.lanes}{SUFFIXES[self.function.element]}"

    def mask(self, columns: Value) -> Value:
        """The lanes that are among so many columns, which may be too few or many."""
        f, kind = self.function, f"<{self.lanes} x i64>"
        numbers = ", ".join(f"i64 {i}" for i in range(self.lanes))
        many = self._in_all_lanes(columns, kind)
        return f.value(f"<{self.lanes} x i1>", f"icmp sgt {kind} {many}, <{numbers}>")

    def load(self, where: Value, mask: Value | None = None) -> Value:
        """A vector from memory, with zeros where the mask is not."""
        f = self.function
        if mask is None:
            return f.load(self.kind, where)
        called = f"call {self.kind} @llvm.masked.load.{self.suffix}.p0"
        rest = f"{mask.kind} {mask}, {self.kind} zeroinitializer"
        return f.value(self.kind, f"{called}(ptr {where}, i32 1, {rest})")

    def store(self, value: Value, where: Value, mask: Value | None = None) -> None:
        """Write a vector to memory, nothing where the mask is not."""
        f = self.function
        if mask is None:
            f.store(value, where, self.kind)
        else:
            called = f"call void @llvm.masked.store.{self.suffix}.p0"
            f.line(
                f"{called}({self.kind} {value}, ptr {where}, i32 1, {mask.kind} {mask})"
            )

    def zeros(self) -> Value:
        """Zero in all lanes."""
        return Value(self.function, self.kind, "zeroinitializer")

    def filled(self, value: Value) -> Value:
        """One element in all lanes."""
        return self._in_all_lanes(value, self.kind)

    def add(self, x: Value, y: Value) -> Value:
        """The sum of two vectors."""
        return self.function.value(self.kind, f"fadd {self.kind} {x}, {y}")

    def multiply_add(self, x: Value, y: Value, z: Value) -> Value:
        """The sum of x * y and z, rounded once."""
        k = self.kind
        called = f"call {k} @llvm.fma.{self.suffix}"
        return self.function.value(k, f"{called}({k} {x}, {k} {y}, {k} {z})")

    def _in_all_lanes(self, value: Value, kind: str) -> Value:
        f, zeros = self.function, f"<{self.lanes} x i32> zeroinitializer"
        first = f.value(
            kind, f"insertelement {kind} poison, {value.kind} {value}, i64 0"
        )
        return f.value(kind, f"shufflevector {kind} {first}, {kind} poison, {zeros}")
