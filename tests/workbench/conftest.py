"""What the tests of the workbench share."""

import shutil
import signal
import stat
import subprocess
import sys
import textwrap

import pytest

from workbench.environments import ROOT, interpreter

WORKER = "import sys; from workbench.worker import main; main(*sys.argv[3:])"


@pytest.fixture
def command(monkeypatch):
    """The command `mapping`, which finds this checkout from any folder."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    return [sys.executable, "-m", "workbench"]


@pytest.fixture
def run(command, tmp_path):
    """A function that runs the command in an empty folder."""

    def call(*arguments, **options):
        return subprocess.run(
            [*command, *arguments],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            **options,
        )

    return call


@pytest.fixture
def heed_interrupts():
    """What a shell starts in the background ignores them, and so do its children."""
    return lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.fixture
def impostor(tmp_path, monkeypatch):
    """Replace a framework's Python by a script that misbehaves in a chosen way.

    The script gets an interpreter's arguments: -m workbench.worker FRAMEWORK CORES.
    What lies beside it comes first on its path.
    """

    def replace(framework, script):
        python = interpreter(framework) or sys.executable
        path = tmp_path / f"python-{framework}"
        path.write_text(f"#!{python}\n{textwrap.dedent(script)}")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setenv(f"MAPPING_PYTHON_{framework.upper()}", str(path))
        monkeypatch.setenv("PYTHONPATH", str(ROOT))

    return replace


@pytest.fixture
def planted(impostor, tmp_path):
    """Change one place in a framework's adapter, or rather in a copy of it."""

    def plant(framework, file, text, instead):
        folder = tmp_path / "adapters"
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / "adapters", folder, ignore=ignored)
        path = folder / framework / file
        source = path.read_text(encoding="utf-8")
        assert source.count(text) == 1, f"{text!r} must stand once in {path}"
        path.write_text(source.replace(text, instead), encoding="utf-8")
        impostor(framework, WORKER)

    return plant
