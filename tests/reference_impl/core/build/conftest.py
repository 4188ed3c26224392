"""What the tests of the build share."""

import subprocess
import sys

import pytest

from reference_impl.core import build
from reference_impl.core.build import cache
from reference_impl.core.kernel import named


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty cache, in a process that seems to have built nothing yet."""
    monkeypatch.setenv("REFERENCE_IMPL_CACHE", str(tmp_path / "kernels"))
    monkeypatch.setattr(build, "_addresses", {})
    monkeypatch.setattr(cache, "_warned", set())
    return tmp_path / "kernels"


@pytest.fixture
def adding():
    """A function that makes the source of a kernel that adds a number to words."""

    def made(number):
        return named(
            "adding",
            "define void @{name}(ptr %args, i64 %begin, i64 %end) {\n"
            "  %word = getelementptr i64, ptr %args, i64 %begin\n"
            "  %old = load i64, ptr %word\n"
            f"  %new = add i64 %old, {number}\n"
            "  store i64 %new, ptr %word\n"
            "  ret void\n"
            "}\n",
            "llvm",
        )

    return made


@pytest.fixture
def run_program():
    """A function that runs a program in a new process and gives what it prints."""

    def run(program, check=True, **settings):
        return subprocess.run(
            [sys.executable, "-c", program],
            capture_output=True,
            text=True,
            check=check,
            **settings,
        ).stdout

    return run
