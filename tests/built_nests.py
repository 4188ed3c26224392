"""Machine code of loop nests, made in the process of the tests."""

import ctypes
import functools
import shutil
import subprocess

import pytest
from numba import cfunc, types

from reference_impl.core.codegen import c_text, python_text

SIGNATURE = types.void(types.CPointer(types.int64), types.int64, types.int64)

_CODE = {}


class Code:
    """A function that can be called, and its assembly."""

    def __init__(self, source):
        names = {}
        exec(source.text, names)
        self._built = cfunc(SIGNATURE, error_model="numpy")(names[source.name])
        self.call = self._built.ctypes

    @property
    def assembly(self):
        return self._built._library.get_asm_str()


def built(nest):
    """A nest's function by Numba, built once for its text."""
    source = python_text.source(nest)
    if source.name not in _CODE:
        _CODE[source.name] = Code(source)
    return _CODE[source.name]


def built_by_cc(nests, folder, level="-O1"):
    """The functions of nests by the C compiler, all in one library."""
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("no C compiler: `cc` is not on the path")
    nests = list(nests)
    sources = {source.name: source for source in map(c_text.source, nests)}
    files = []
    for name, source in sources.items():
        files.append(folder / f"{name}.c")
        files[-1].write_text(source.text)
    library = folder / "nests.so"
    command = [compiler, "-std=c99", level, "-fwrapv", "-shared", "-fPIC"]
    done = subprocess.run(
        [*command, "-o", library, *files, "-lm"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    loaded = ctypes.CDLL(str(library))
    return [_typed(loaded[c_text.source(nest).name]) for nest in nests]


def _typed(function):
    function.argtypes = [ctypes.POINTER(ctypes.c_int64), *[ctypes.c_int64] * 2]
    function.restype = None
    return function


@functools.cache
def has_vectors(assembly):
    """Whether an arithmetic instruction works on a whole vector register."""
    wide = ("%ymm", "%zmm", ".4s", ".2d", ".8h", ".16b")
    return any(
        line.split()[0].startswith(("vadd", "vmul", "vfm", "vmax", "fadd", "fmla"))
        for line in assembly.splitlines()
        if any(register in line for register in wide)
    )
