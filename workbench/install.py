"""Make the Python environments; needs nothing but Python itself.

    python3 -m workbench.install --frameworks reference,pytorch --extras workbench

Versions come from locks/. What has been installed is noted in the environment, so a
second call costs nothing until a lock or pyproject.toml changes.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

from .environments import ENVIRONMENTS, ROOT

MINIMUM = (3, 11)
# MXNet's sources use names that later Pythons and NumPys removed.
MXNET_PYTHON = (3, 11)
LOG_LINES = 15


def main() -> None:
    """Install what the arguments ask for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--frameworks", default=",".join(ENVIRONMENTS))
    parser.add_argument("--extras", default="workbench")
    parser.add_argument("--folder", default=".venv")
    options = parser.parse_args()
    frameworks = _names(options.frameworks)
    if not frameworks:
        _stop(f"name at least one framework of: {', '.join(ENVIRONMENTS)}")
    for name in frameworks:
        if name not in ENVIRONMENTS:
            _stop(f"unknown framework {name!r}; there are: {', '.join(ENVIRONMENTS)}")
    if sys.version_info[:2] < MINIMUM:
        _stop(f"Python 3.11 or newer is needed, this is {sys.version.split()[0]}")
    extras = _names(options.extras)
    extras += [e for f in frameworks if (e := ENVIRONMENTS[f].extra) is not None]
    install_main(ROOT / options.folder, sorted(set(extras)))
    if "mxnet" in frameworks:
        install_mxnet(ROOT / ENVIRONMENTS["mxnet"].folder)


def install_main(folder: Path, extras: list[str]) -> None:
    """The environment of everything but MXNet, with these optional dependencies."""
    lock = ROOT / "locks" / "main.txt"
    noted = _noted(folder, lock)
    if noted is not None and set(extras) <= set(noted):
        return
    extras = sorted({*extras, *(noted or [])})
    _make(folder, sys.executable)
    project = f"{ROOT}[{','.join(extras)}]" if extras else str(ROOT)
    _pip(folder, "-c", str(lock), "-e", project, what=", ".join(extras) or "core")
    _note(folder, lock, extras)


def install_mxnet(folder: Path) -> None:
    """The environment of MXNet; where it cannot be had, its row will be missing."""
    lock = ROOT / "locks" / "mxnet.txt"
    if _noted(folder, lock) is not None:
        return
    python = sys.executable
    if sys.version_info[:2] != MXNET_PYTHON:
        python = shutil.which("python3.11") or ""
    if not python:
        print("mxnet is left out: it needs Python 3.11, and there is no python3.11")
        return
    try:
        _make(folder, python)
        _pip(folder, "-r", str(lock), what="mxnet")
        _pip(folder, "--no-deps", "-e", str(ROOT), what="the adapters")
    except SystemExit as error:
        print(f"mxnet is left out: {error}")
        return
    _note(folder, lock, [])


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def _make(folder: Path, python: str) -> None:
    if (folder / "bin" / "python").exists():
        return
    done = subprocess.run([python, "-m", "venv", str(folder)], capture_output=True)
    if done.returncode:
        _stop(
            f"cannot make {folder.name}: {done.stdout.decode().strip()} "
            f"{done.stderr.decode().strip()}"
        )


def _pip(folder: Path, *arguments: str, what: str) -> None:
    """Run pip, say how long it has been at it, and show its words if it fails."""
    log = folder / "install.log"
    command = [str(folder / "bin" / "python"), "-m", "pip", "install", *arguments]
    started = time.monotonic()
    with log.open("w") as file:
        process = subprocess.Popen(command, stdout=file, stderr=subprocess.STDOUT)
        while process.poll() is None:
            seconds = time.monotonic() - started
            _say(f"{folder.name}: installing {what} ... {seconds:.0f} s")
            time.sleep(0.5)
    _say("", end="")
    if process.returncode:
        lines = log.read_text().splitlines()[-LOG_LINES:]
        _stop("\n".join([f"pip could not install {what}:", *lines]))
    print(f"{folder.name}: installed {what} in {time.monotonic() - started:.0f} s")


def _say(text: str, *, end: str = "") -> None:
    if sys.stdout.isatty():
        print(f"\r\033[K{text}", end=end, flush=True)


def _fingerprint(lock: Path) -> str:
    content = lock.read_bytes() + (ROOT / "pyproject.toml").read_bytes()
    return hashlib.sha256(content).hexdigest()


def _noted(folder: Path, lock: Path) -> list[str] | None:
    """The optional dependencies that are installed as the lock has them."""
    path = folder / "installed.json"
    if not path.exists():
        return None
    note = json.loads(path.read_text())
    return note["extras"] if note["fingerprint"] == _fingerprint(lock) else None


def _note(folder: Path, lock: Path, extras: list[str]) -> None:
    note = {"fingerprint": _fingerprint(lock), "extras": extras}
    (folder / "installed.json").write_text(json.dumps(note))


def _stop(message: str) -> None:
    raise SystemExit(message)


if __name__ == "__main__":
    main()
