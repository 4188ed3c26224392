"""Machine code becomes functions of this process."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

from ..errors import CompileError
from ..lazy import lazy
from .code import Code
from .target import Target

llvm = lazy("llvmlite.binding")

# What Numba calls to raise, and to use objects.
_OF_PYTHON = ("numba_", "NRT_", "Py")

# They own the memory in which the functions are; a function is never unloaded.
_engines: list[Any] = []


def loaded(codes: Mapping[str, Code], target: Target) -> dict[str, int]:
    """The addresses of functions, by name, of which nothing is `missing`."""
    engine = _engine(target)
    _engines.append(engine)
    for code in codes.values():
        engine.add_object_file(llvm.ObjectFileRef.from_data(code.object_file))
    engine.finalize_object()
    return {name: engine.get_function_address(name) for name in codes}


def _engine(target: Target) -> Any:
    return llvm.create_mcjit_compiler(llvm.parse_assembly(""), target.machine())


def missing(code: Code, target: Target) -> list[str]:
    """What code calls and this process does not have, or has only if Numba runs."""
    _make_symbols_known(target)
    return [
        each
        for each in code.needs
        if each.startswith(_OF_PYTHON) or llvm.address_of_symbol(each) is None
    ]


@functools.cache
def _make_symbols_known(target: Target) -> None:
    """Let LLVM know this process's symbols, as it does with its first engine."""
    _engine(target)


def check(name: str, code: Code, target: Target) -> None:
    """Refuse code that cannot be loaded.

    Raises
    ------
    CompileError
        If it calls a function that this process does not have.
    """
    absent = missing(code, target)
    if not absent:
        return
    reason = f"{name} calls what a kernel does not have: {', '.join(absent)}"
    if any(each.startswith(_OF_PYTHON) for each in absent):
        reason += "; kernels can neither raise nor use Python's objects"
    raise CompileError(reason)
