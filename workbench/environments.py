"""Where each framework lives: its Python environment and its settings.

Everything shares `.venv`, except MXNet, which is retired and needs NumPy 1.23. The
settings make results comparable; ../adapters/*/tensor.py has those that can be set
after the start of a process.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Environment:
    """How to start a process with a framework in it.

    Attributes
    ----------
    extra : str
        The optional dependency of this project that installs the framework.
    folder : str
        The virtual environment, below the root of the repository.
    settings : dict
        Environment variables that must be set before the framework is loaded.
    remark : str
        What they take from the framework, for whoever reads its times.
    leaves_files : bool
        Whether a process that is ended leaves temporary files that nobody needs.
    """

    extra: str | None
    folder: str = ".venv"
    settings: dict[str, str] = field(default_factory=dict)
    remark: str = ""
    leaves_files: bool = False


ENVIRONMENTS: dict[str, Environment] = {
    "reference": Environment(extra=None),
    "pytorch": Environment(extra="pytorch"),
    "tensorflow": Environment(
        extra="tensorflow",
        settings={"TF_CPP_MIN_LOG_LEVEL": "3"},
        leaves_files=True,  # AutoGraph writes a module for every function it traces
    ),
    "mxnet": Environment(
        extra=None,
        folder=".venv-mxnet",
        # oneDNN's log_softmax is 3.5e-6 off, more than all else in float32. Without it,
        # recurrent layers in float32 fail unless they are told so too.
        settings={
            "MXNET_MKLDNN_ENABLED": "0",
            "MXNET_USE_MKLDNN_RNN": "0",
            "MXNET_STORAGE_FALLBACK_LOG_VERBOSE": "0",
        },
        remark="runs without oneDNN, its default on x86: with it, the logarithm of its "
        "softmax is less exact in float32 than all else that is compared",
    ),
    "jax": Environment(extra="jax", settings={"JAX_PLATFORMS": "cpu"}),
}

_THREADS = ("OMP", "OPENBLAS", "MKL", "NUMBA")


def interpreter(framework: str) -> Path | None:
    """The Python that has the framework, or nothing where its environment is missing.

    The variable `MAPPING_PYTHON_MXNET`, and so on, names another one.
    """
    named = os.environ.get(f"MAPPING_PYTHON_{framework.upper()}")
    if named:
        return Path(named)
    folder = ENVIRONMENTS[framework].folder
    if folder == ".venv":
        return Path(sys.executable)
    return next(filter(Path.exists, _interpreters(folder)), None)


def _interpreters(folder: str) -> list[Path]:
    return [base / folder / "bin" / "python" for base in (ROOT, Path.cwd())]


def how_to_get(framework: str) -> str:
    """What a user types to install a framework."""
    return f"make setup FRAMEWORKS={framework}"


def variables(framework: str, *, threads: int) -> dict[str, str]:
    """The environment variables of a process that runs the framework."""
    numbers = {f"{name}_NUM_THREADS": str(threads) for name in _THREADS}
    return {**os.environ, **numbers, **ENVIRONMENTS[framework].settings}
