"""What the tests of the workbench share."""

import shutil
import signal
import stat
import subprocess
import sys
import textwrap

import numpy as np
import pytest
from two_layers import MODEL

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


@pytest.fixture
def direction():
    """Along which the slope of a loss is asked."""
    rng = np.random.default_rng(1)
    return {name: rng.normal(size=shape) for name, shape in MODEL.shapes.items()}


@pytest.fixture
def results(direction):
    """What a framework could have computed of two layers."""
    rng = np.random.default_rng(0)
    made = {
        "activation/hidden": rng.normal(size=(3, 2)),
        "activation/output": rng.normal(size=(3, 1)),
        "gradient/hidden.weight": rng.normal(size=(2, 2)),
        "gradient/output.weight": rng.normal(size=(2, 1)),
        "trained/hidden.weight": rng.normal(size=(2, 2)),
        "trained/output.weight": rng.normal(size=(2, 1)),
    }
    made |= {"whole": rng.normal(size=(8, 1)), "loss/loss": np.asarray(0.7)}
    made["one"] = rng.normal(size=(1, 1))
    made |= {"losses/loss": rng.uniform(size=5), "prediction": rng.normal(size=(4, 1))}
    length = np.sqrt(sum((d**2).sum() for d in direction.values()))
    slope = sum((made[f"gradient/{n}"] * d).sum() for n, d in direction.items())
    made["slope/loss"] = np.full(2, slope / length)
    return made
