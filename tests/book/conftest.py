"""What the book's tests share: its extension, and the book built once."""

import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# Neither folder is a package: Sphinx and Jupyter find them by their place.
sys.path[:0] = [str(ROOT / "book" / "_ext"), str(ROOT / "chapters")]


def pytest_configure(config):
    config.addinivalue_line("markers", "xdist_group(name): run on one worker")


@pytest.fixture(scope="session")
def html(tmp_path_factory):
    """The folder with the pages of the book, built with warnings as errors."""
    command = shutil.which("jupyter-book", path=sysconfig.get_path("scripts"))
    if command is None:
        pytest.skip(
            "needs Jupyter Book, which is not installed: make setup for the book"
        )
    folder = tmp_path_factory.mktemp("book")
    options = ["--config", "book/_config.yml", "--toc", "book/_toc.yml"]
    options += ["--path-output", str(folder), "-W", "-n", "--keep-going"]
    built = subprocess.run(
        [command, "build", ".", *options], cwd=ROOT, capture_output=True, text=True
    )
    reports = sorted(folder.rglob("*.err.log"))
    said = [built.stderr, *(path.read_text() for path in reports)]
    assert built.returncode == 0, "\n".join(said)
    return folder / "_build" / "html"
