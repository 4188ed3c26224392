"""Modules that are imported when they are first used."""

import subprocess
import sys

import pytest

from reference_impl.core.lazy import lazy


def run(program):
    return subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout.strip()


def test_a_lazy_module_gives_the_attributes_of_the_module():
    assert lazy("os.path").join is __import__("os").path.join


def test_a_missing_module_is_missed_at_its_first_use():
    module = lazy("no_module_has_this_name")

    with pytest.raises(ModuleNotFoundError, match="no_module_has_this_name"):
        _ = module.anything


def test_a_lazy_module_says_what_it_stands_for():
    assert repr(lazy("json")) == "<lazy module 'json'>"


def test_importing_the_framework_imports_no_compiler():
    program = (
        "import sys, reference_impl, reference_impl.core.build, "
        "reference_impl.core.driver\n"
        "print(sorted({'numba', 'llvmlite'} & set(sys.modules)))"
    )

    assert run(program) == "[]"
