"""Machine code becomes functions of this process."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..errors import CompileError
from ..lazy import lazy
from .code import Code
from .target import Target

llvm = lazy("llvmlite.binding")

# They own the memory in which the functions are; a function is never unloaded.
_engines: list[Any] = []


def loaded(codes: Mapping[str, Code], target: Target) -> dict[str, int]:
    """The addresses of functions, by name.

    Raises
    ------
    CompileError
        If one calls a function that this process does not have.
    """
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), target.machine())
    # From here on LLVM knows this process's symbols.
    for name, code in codes.items():
        _check(name, code)
    _engines.append(engine)
    for code in codes.values():
        engine.add_object_file(llvm.ObjectFileRef.from_data(code.object_file))
    engine.finalize_object()
    return {name: engine.get_function_address(name) for name in codes}


def _check(name: str, code: Code) -> None:
    missing = [each for each in code.needs if llvm.address_of_symbol(each) is None]
    if not missing:
        return
    reason = f"{name} calls what this process does not have: {', '.join(missing)}"
    if any(each.startswith(("numba_", "NRT_", "Py")) for each in missing):
        reason += "; kernels can neither raise nor use Python's objects"
    raise CompileError(reason)
