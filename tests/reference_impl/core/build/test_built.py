"""From source text to a function."""

import ctypes
import math
import subprocess
import sys
import threading

import numba
import numpy as np
import pytest
from forks import answer_of_a_child, needs_fork

from reference_impl.core import build
from reference_impl.core.build import built, cache, host
from reference_impl.core.build.code import Code
from reference_impl.core.errors import CompileError
from reference_impl.core.kernel import named

FUNCTION = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int64, ctypes.c_int64)

MATHEMATICS = named(
    "mathematics",
    """import math


def {name}(args, begin, end):
    for i in range(begin, end):
        x = float(args[i])
        args[i] = int(math.pow(x, 1.5) + math.lgamma(x) + math.erf(x))
""",
)

FILL = named(
    "fill",
    """
declare void @llvm.memset.p0.i64(ptr, i8, i64, i1)

define void @{name}(ptr %args, i64 %begin, i64 %end) {
  %first = getelementptr i64, ptr %args, i64 %begin
  %count = sub i64 %end, %begin
  %nbytes = mul i64 %count, 8
  call void @llvm.memset.p0.i64(ptr %first, i8 1, i64 %nbytes, i1 false)
  ret void
}
""",
    "llvm",
)

PROGRAM = """
import sys
from reference_impl.core.build import built
from reference_impl.core.kernel import Source
print(len(built([Source(*each) for each in {sources!r}])))
print(sorted({{'numba'}} & set(sys.modules)))
"""


def call(address, words, begin, end):
    FUNCTION(address)(words.ctypes.data, begin, end)


def test_functions_of_the_mathematical_library_are_found():
    needed = [int(x**1.5 + math.lgamma(x) + math.erf(x)) for x in (5, 9)]
    words = np.array([0, 5, 9, 0])

    call(built([MATHEMATICS])[MATHEMATICS.name], words, 1, 3)

    assert words.tolist() == [0, *needed, 0]


def test_functions_of_the_c_library_are_found():
    words = np.zeros(4, np.int64)

    call(built([FILL])[FILL.name], words, 1, 3)

    assert words.tolist() == [0, 0x0101010101010101, 0x0101010101010101, 0]


def test_a_function_is_built_once(folder, adding):
    source = adding(1)
    first = built([source, source])
    for path in folder.iterdir():
        path.unlink()

    assert built([source]) == first
    assert not list(folder.iterdir())


def test_what_is_on_the_disk_is_not_compiled(folder, adding, monkeypatch):
    source = adding(7)
    built([source])
    monkeypatch.setattr(build, "_addresses", {})
    monkeypatch.setattr(build, "codes", None)
    words = np.array([1])

    call(built([source])[source.name], words, 0, 1)

    assert words.tolist() == [8]


def test_a_damaged_entry_is_built_anew(folder, adding, monkeypatch):
    source = adding(5)
    built([source])
    (entry,) = folder.glob("*.o")
    whole = entry.read_bytes()
    entry.write_bytes(whole[: len(whole) // 2])
    monkeypatch.setattr(build, "_addresses", {})
    words = np.array([1])

    call(built([source])[source.name], words, 0, 1)

    assert words.tolist() == [6]
    assert entry.read_bytes() == whole


def test_an_entry_that_cannot_be_loaded_is_built_anew(folder, adding):
    source = adding(6)
    digest = cache.key(source, host())
    cache.write(source, digest, Code(b"of another library", ("nobody_has_this",)))
    words = np.array([1])

    call(built([source])[source.name], words, 0, 1)

    assert words.tolist() == [7]
    assert cache.read(source, digest).needs == ()


def test_two_processes_may_fill_one_cache(folder, adding):
    sources = [adding(i) for i in range(2)]
    program = PROGRAM.format(
        sources=[(each.name, each.text, each.language) for each in sources]
    )
    processes = [
        subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)
        for _ in range(2)
    ]
    printed = [process.communicate()[0] for process in processes]

    assert printed == [b"2\n[]\n"] * 2
    assert len(list(folder.glob("*.o"))) == len(list(folder.glob("*.ll"))) == 2
    assert len(list(folder.iterdir())) == 4


def test_two_threads_may_build_the_same(folder, adding):
    source, found = adding(2), []
    threads = [
        threading.Thread(target=lambda: found.append(built([source]))) for _ in range(2)
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert found[0] == found[1]


def test_what_is_in_the_cache_needs_no_numba(run_program):
    built([MATHEMATICS])
    sources = [(MATHEMATICS.name, MATHEMATICS.text, MATHEMATICS.language)]

    assert run_program(PROGRAM.format(sources=sources)) == "1\n[]\n"


def test_a_mistake_keeps_what_was_built(folder, adding):
    right, wrong = adding(1), named("wrong", "define {name}", "llvm")

    with pytest.raises(CompileError, match=f"{wrong.name}: cannot compile {folder}"):
        built([wrong])
    built([right])
    with pytest.raises(CompileError, match=wrong.name):
        built([right, wrong])

    assert [path.name.split("-")[0] for path in folder.glob("*.o")] == [right.name]


def test_a_function_that_exists_nowhere_is_named(folder):
    source = named(
        "calling",
        """
declare void @nobody_has_this()

define void @{name}(ptr %args, i64 %begin, i64 %end) {
  call void @nobody_has_this()
  ret void
}
""",
        "llvm",
    )

    with pytest.raises(CompileError, match=f"{source.name} calls .*: nobody_has_this$"):
        built([source])
    assert not list(folder.glob("*.o"))


def test_a_kernel_that_raises_is_refused(folder):
    source = named(
        "raising",
        "def {name}(args, begin, end):\n"
        "    if args[0] < 0:\n"
        "        raise ValueError('negative')\n",
    )
    # A process that runs Numba itself has what such a kernel calls.
    numba.njit("int64(int64)")(lambda x: x)

    with pytest.raises(CompileError, match="kernels can neither raise"):
        built([source])


@needs_fork
def test_a_process_that_is_forked_during_a_build_can_build(adding):
    source = adding(1)
    built([source])
    prepare = f"""
from reference_impl.core import build
from reference_impl.core.kernel import Source
source = Source(*{(source.name, source.text, source.language)!r})
build.built([source])
"""
    functions = "len(build.built([source]))"

    assert answer_of_a_child(prepare, lock="build._lock", answer=functions) == 1


@needs_fork
def test_a_forked_process_builds_for_itself(folder, adding, run_program):
    sources = [(s.name, s.text, s.language) for s in (adding(1), adding(2))]
    program = f"""
import os
from reference_impl.core.build import built
from reference_impl.core.kernel import Source
first, second = [Source(*each) for each in {sources!r}]
built([first])
child = os.fork()
print(len(built([first, second])), flush=True)
if child:
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""

    assert run_program(program).split() == ["2", "2", "0"]
