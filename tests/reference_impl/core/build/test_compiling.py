"""Source text becomes machine code, in other processes."""

import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from reference_impl.core.build import compiling
from reference_impl.core.build.compiling import Worker, codes
from reference_impl.core.build.target import host, narrowed
from reference_impl.core.errors import CompileError
from reference_impl.core.kernel import Source, named

LOOP = named(
    "loop",
    "def {name}(args, begin, end):\n"
    "    for i in range(begin, end):\n"
    "        args[i] += 3\n",
)


@pytest.fixture(scope="module")
def worker():
    worker = Worker(host())
    yield worker
    worker.end()


@pytest.fixture
def written(tmp_path):
    """A function that writes the text of a source to a file."""

    def write(source):
        path = tmp_path / f"{source.name}.txt"
        path.write_text(source.text)
        return path

    return write


def test_a_mistake_in_python_names_the_function_and_its_file(worker, written):
    source = named("wrong", "def {name}(args, begin, end):\n    args[0] = undefined\n")
    path = written(source)
    path = path.rename(path.with_suffix(".py"))

    with pytest.raises(CompileError, match=f"{source.name}: cannot compile {path}"):
        worker.code(source, path)
    with pytest.raises(CompileError, match="name 'undefined' is not defined"):
        worker.code(source, path)


def test_a_mistake_in_llvm_names_the_function_and_its_file(worker, written):
    source = Source("wrong", "define void @wrong(", "llvm")
    path = written(source)

    with pytest.raises(CompileError, match=f"wrong: cannot compile {path}"):
        worker.code(source, path)


def test_a_worker_goes_on_after_a_mistake(worker, written, adding):
    wrong, right = Source("wrong", "?", "llvm"), adding(1)
    with pytest.raises(CompileError):
        worker.code(wrong, written(wrong))

    assert worker.code(right, written(right)).object_file


def test_what_a_text_prints_does_not_disturb_the_answer(worker, written):
    text = "print('hello')\n\ndef {name}(args, begin, end):\n    args[0] = 1\n"
    source = named("talking", text)
    path = written(source)

    code = worker.code(source, path.rename(path.with_suffix(".py")))

    assert code.needs == ()


def test_a_worker_that_dies_is_named(written, adding):
    worker, source = Worker(host()), adding(1)
    os.kill(worker.pid, signal.SIGKILL)

    with pytest.raises(CompileError, match=r"the process that compiled .* died .*-9"):
        worker.code(source, written(source))

    assert not worker.is_alive()
    worker.end()


@pytest.fixture
def idle(monkeypatch):
    """Idle workers of a test's own, which wait for as long as it takes."""
    monkeypatch.setattr(compiling, "IDLE_SECONDS", 3600.0)
    monkeypatch.setattr(compiling, "_idle", idle := compiling._Idle())
    yield idle
    idle.end()
    idle._timer.cancel()


def test_a_worker_that_died_is_replaced(written, adding, idle):
    first, second = adding(1), adding(2)
    list(codes({first: written(first)}, host()))
    ((_, dead),) = idle._workers
    os.kill(dead.pid, signal.SIGKILL)
    dead._process.wait()

    ((_, code),) = codes({second: written(second)}, host())

    ((_, worker),) = idle._workers
    assert code.object_file
    assert worker.is_alive()
    assert worker.pid != dead.pid


def test_workers_serve_later_builds_and_end_when_idle(written, adding, idle):
    pids = set()
    for i in range(3):
        list(codes({adding(i): written(adding(i))}, host()))
        pids |= {worker.pid for _, worker in idle._workers}
    idle.end()

    assert len(pids) == 1
    with pytest.raises(ProcessLookupError):
        os.kill(pids.pop(), 0)


def test_every_source_is_compiled_once(written, adding, monkeypatch):
    monkeypatch.setattr(compiling, "MAX_WORKERS", 2)
    sources = [adding(i) for i in range(20)]

    made = list(codes({source: written(source) for source in sources}, host()))

    assert {source for source, _ in made} == set(sources)
    assert len(made) == len(sources)


def test_settings_of_numba_do_not_change_the_code(monkeypatch):
    monkeypatch.setenv("NUMBA_DISABLE_JIT", "1")

    assert "NUMBA_DISABLE_JIT" not in compiling._environment(host())


@pytest.fixture
def users_folder(tmp_path, monkeypatch):
    """The folder that the user works in."""
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def object_file(source, path):
    worker = Worker(host())
    try:
        return worker.code(source, path).object_file
    finally:
        worker.end()


def test_a_file_of_settings_in_the_users_folder_does_not_change_the_code(
    written, users_folder
):
    path = written(LOOP)
    path = path.rename(path.with_suffix(".py"))
    before = object_file(LOOP, path)
    (users_folder / ".numba_config.yaml").write_text("loop_vectorize: 0\n")

    assert object_file(LOOP, path) == before


def test_paths_may_be_relative_to_the_users_folder(adding, users_folder, monkeypatch):
    source = adding(1)
    (users_folder / "kernel.ll").write_text(source.text)
    monkeypatch.setenv("PYTHONPATH", "modules")

    assert object_file(source, Path("kernel.ll"))
    paths = compiling._environment(host())["PYTHONPATH"].split(os.pathsep)
    assert paths[1:] == [str(users_folder / "modules")]


@pytest.mark.skipif(not shutil.which("objdump"), reason="there is no objdump")
@pytest.mark.parametrize("bits", [256, 512])
def test_numbas_code_uses_the_widest_vectors_that_it_may(written, tmp_path, bits):
    target = narrowed(bits)
    if target.vector_bits != bits:
        pytest.skip("the processor has no vectors of this size")
    path = written(LOOP)
    ((_, code),) = codes({LOOP: path.rename(path.with_suffix(".py"))}, target)
    (tmp_path / "code.o").write_bytes(code.object_file)

    shown = subprocess.run(
        ["objdump", "-d", tmp_path / "code.o"], capture_output=True, text=True
    ).stdout

    assert {256: "ymm", 512: "zmm"}[bits] in shown
    assert ("zmm" in shown) == (bits == 512)
