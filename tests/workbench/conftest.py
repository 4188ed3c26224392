"""What the tests of the workbench share."""

import os
import stat
import subprocess
import sys
import textwrap

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(__file__)))


@pytest.fixture
def command(monkeypatch):
    """The command `mapping`, which finds this checkout from any folder."""
    monkeypatch.setenv("PYTHONPATH", ROOT)
    return [sys.executable, "-m", "workbench"]


@pytest.fixture
def run(command, tmp_path):
    """A function that runs the command in an empty folder."""

    def call(*arguments):
        return subprocess.run(
            [*command, *arguments], cwd=tmp_path, capture_output=True, text=True
        )

    return call


@pytest.fixture
def impostor(tmp_path, monkeypatch):
    """Replace a framework's Python by a script that misbehaves in a chosen way.

    The script gets an interpreter's arguments: -m workbench.worker FRAMEWORK CORES.
    """

    def plant(framework, script):
        path = tmp_path / f"python-{framework}"
        path.write_text(f"#!{sys.executable}\n{textwrap.dedent(script)}")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setenv(f"MAPPING_PYTHON_{framework.upper()}", str(path))
        monkeypatch.setenv("PYTHONPATH", ROOT)

    return plant
