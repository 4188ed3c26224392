"""What code in the worker can see and do; `eval` runs there, not here."""

import json
import os
import sys
from pathlib import Path

import pytest

from exercises import confinement, sandbox
from exercises.case import Case
from exercises.catalogue import HERE
from exercises.confinement import ARCHITECTURES, Limits, Unconfined, confine
from exercises.sandbox import NoAnswer, Sandbox, boxed, why_unverified

LOOK = """
import ctypes, os, resource, socket, sys
from pathlib import Path

def look(text):
    return eval(text)
"""


LIMITS = Limits()


def seen(text, *, walled, limits=LIMITS, modules=()):
    with boxed(LOOK, modules=list(modules)) as box:
        (line,) = Sandbox(box, walled, limits).answers([Case("look", (text,))])
    return json.loads(line)


def raised(text, *, walled):
    return seen(text, walled=walled)["error"][0]


def test_a_worker_answers(walled):
    assert seen("(1, 'two')", walled=walled) == {"value": {"tuple": [1, "two"]}}


def test_only_modules_on_offer_can_be_imported(walled):
    offered = "__import__('reference_impl.core.errors').core.errors.__name__"
    hidden = "__import__('reference_impl.core.shape')"
    modules = ["reference_impl.core.errors"]

    answer = seen(offered, walled=walled, modules=modules)
    assert answer == {"value": "reference_impl.core.errors"}
    answer = seen(hidden, walled=walled, modules=modules)
    assert answer["error"][0] == "builtins.ModuleNotFoundError"


@pytest.mark.parametrize("name", ["numpy", "pytest", "exercises.grader"])
def test_nothing_that_was_installed_can_be_imported(walled, name):
    assert raised(f"__import__({name!r})", walled=walled) == (
        "builtins.ModuleNotFoundError"
    )


def test_the_environment_is_empty(walled):
    names = seen("sorted(os.environ)", walled=walled)["value"]

    # C locales are coerced by Python itself; bubblewrap says where it went.
    assert set(names) <= {"LC_CTYPE", "PWD"}


def test_the_repository_and_the_home_folder_are_not_there(walls, tmp_path):
    (tmp_path / "secret").write_text("42")
    for path in [HERE, HERE.parent / "reference_impl", tmp_path, Path("/etc/passwd")]:
        assert path.exists()
        assert seen(f"os.path.exists({str(path)!r})", walled=True) == {"value": False}

    # The way to the interpreter, which may lead through the home folder, is there.
    below = f"[path.name for path in Path({str(Path.home())!r}).glob('*')]"
    assert set(seen(below, walled=True)["value"]) <= set(sandbox.PREFIX.parts)


def test_a_search_of_the_whole_disk_finds_the_box_and_nothing_else_of_ours(walls):
    names = {"exercises", "reference_impl", "01_broadcasting"}
    search = f"[at for at, _, _ in os.walk('/') if os.path.basename(at) in {names}]"

    assert seen(search, walled=True) == {"value": ["/box/exercises"]}


@pytest.mark.parametrize("folder", ["/", "/box", "/tmp", "/dev", "/usr/lib"])
def test_nothing_can_be_written(walls, folder):
    made = f"open({folder + '/new'!r}, 'w')"

    assert raised(made, walled=True) in ("builtins.OSError", "builtins.PermissionError")


def test_processes_of_the_machine_are_not_visible(walls):
    assert seen("os.path.exists('/proc/self')", walled=True) == {"value": False}
    assert seen("os.getppid()", walled=True)["value"] in (0, 1)


needs_filter = pytest.mark.skipif(
    sys.platform != "linux" or os.uname().machine not in ARCHITECTURES,
    reason="no list of system calls for this machine",
)


@needs_filter
@pytest.mark.parametrize(
    "text",
    [
        "os.fork()",
        "os.posix_spawn(sys.executable, ['python'], {})",
        "os.kill(os.getppid(), 0)",
        "socket.socket()",
        "socket.socket(socket.AF_UNIX)",
    ],
)
def test_no_process_no_signal_and_no_socket_can_be_made(walled, text):
    assert raised(text, walled=walled) == "builtins.PermissionError"


@needs_filter
def test_no_thread_can_be_started(walled):
    text = "__import__('_thread').start_new_thread(print, ())"

    assert raised(text, walled=walled) == "builtins.RuntimeError"


def test_walls_leave_no_way_to_lift_a_limit(walls):
    more = "resource.setrlimit(resource.RLIMIT_AS, (1 << 40, 1 << 40))"

    assert raised(more, walled=True) == "builtins.ValueError"


def test_memory_is_bounded(walled):
    limits = Limits(memory_bytes=128 << 20)

    answer = seen("len(bytes(1 << 28))", walled=walled, limits=limits)

    assert answer["error"][0] == "builtins.MemoryError"


def test_time_is_bounded(walled):
    with pytest.raises(NoAnswer, match="not over after"):
        seen("__import__('time').sleep(60)", walled=walled, limits=Limits(seconds=0.5))


def test_behind_walls_nothing_is_answered_without_the_filter(walls, without_filter):
    with pytest.raises(NoAnswer, match="could not be confined"):
        seen("1", walled=True)


def test_without_walls_a_worker_answers_as_well_as_it_can(without_filter):
    assert seen("1", walled=False) == {"value": 1}


def test_a_kernel_that_refuses_the_filter_is_named(walls, without_filter):
    assert "the kernel refuses to filter system calls" in why_unverified()


def test_a_machine_without_a_list_of_system_calls_is_an_error(monkeypatch):
    monkeypatch.setattr(confinement, "_limit_resources", lambda limits: None)
    monkeypatch.setattr(confinement, "ARCHITECTURES", {})

    with pytest.raises(Unconfined, match=os.uname().machine):
        confine(LIMITS)


def test_a_box_is_gone_after_use():
    with boxed("", modules=[]) as box:
        assert (box / "submission.py").exists()

    assert not box.exists()


def test_a_missing_bubblewrap_is_named(monkeypatch):
    monkeypatch.setenv("PATH", "")

    assert "not installed" in why_unverified()


def test_a_bubblewrap_that_fails_is_told_with_its_own_words(monkeypatch, tmp_path):
    broken = tmp_path / "bwrap"
    broken.write_text("#!/bin/sh\necho no namespaces for you >&2\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path) + os.pathsep + "/bin")

    assert why_unverified().endswith("does not work here: no namespaces for you")
