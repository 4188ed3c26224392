"""The process that turns source text into machine code.

It is started with a target as its argument, reads requests as lines of JSON and answers
each with a line of JSON. Numba lives here only: a process that finds all its functions
in the cache never imports it.
"""

from __future__ import annotations

import base64
import importlib.util
import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..kernel import LLVM, PYTHON
from ..lazy import lazy
from .code import undefined
from .target import Target

llvm, numba = lazy("llvmlite.binding"), lazy("numba")


def main(argument: str) -> None:
    """Answer requests until the input ends."""
    # Ctrl-C is for the process that asks, which ends its workers itself.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    machine = Target(**json.loads(argument)).machine()
    # What a compiler prints must not come between the answers.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    for line in sys.stdin:
        print(json.dumps(_answer(json.loads(line), machine)), file=answers, flush=True)


def _answer(request: dict[str, str], machine: Any) -> dict[str, Any]:
    try:
        compiler = _COMPILERS[request["language"]]
        code = compiler(request["name"], Path(request["path"]), machine)
    # Whatever a compiler raises is the answer, and the next request comes.
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}
    encoded = base64.b64encode(code).decode()
    return {"object_file": encoded, "needs": undefined(code)}


def _compile_llvm(name: str, path: Path, machine: Any) -> bytes:
    module = llvm.parse_assembly(path.read_text(encoding="utf-8"))
    module.verify()
    options = llvm.create_pipeline_tuning_options(speed_level=3)
    options.loop_vectorization = options.slp_vectorization = True
    builder = llvm.create_pass_builder(machine, options)
    builder.getModulePassManager().run(module, builder)
    return machine.emit_object(module)


def _compile_python(name: str, path: Path, machine: Any) -> bytes:
    types = numba.types
    signature = types.void(types.CPointer(types.int64), types.int64, types.int64)
    # Numba's default error model checks every division, which stops vectorisation.
    function = numba.cfunc(signature, error_model="numpy")(_imported(name, path))
    module = llvm.parse_assembly(function.inspect_llvm())
    _strip(module, machine, keep=function.native_name)
    module.get_function(function.native_name).name = name
    return machine.emit_object(module)


def _imported(name: str, path: Path) -> Callable[..., None]:
    """The function of a file, which is where Numba finds its lines for messages."""
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    function = getattr(module, name)
    return getattr(function, "py_func", function)  # others of the file may call it


def _strip(module: Any, machine: Any, *, keep: str) -> None:
    """Remove the reports of exceptions, which would need Numba where the code runs.

    Numba wraps the function in another one that turns its status into an exception. As
    the only caller it shows LLVM that the status of a function without `raise` is
    always zero.
    """
    for symbol in (*module.functions, *module.global_variables):
        if not symbol.is_declaration and symbol.name != keep:
            symbol.linkage = "internal"
    builder = llvm.create_pass_builder(machine, llvm.create_pipeline_tuning_options())
    passes = llvm.create_new_module_pass_manager()
    passes.add_ipsccp_pass()
    passes.add_global_dead_code_eliminate_pass()
    passes.run(module, builder)


_COMPILERS = {LLVM: _compile_llvm, PYTHON: _compile_python}

if __name__ == "__main__":
    sys.dont_write_bytecode = True  # the cache holds no other files than its own
    main(sys.argv[1])
