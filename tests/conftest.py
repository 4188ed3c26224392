"""What all tests share."""

import os
import shutil
import sys
from pathlib import Path

import pytest

from workbench import machine

# What is compiled once serves all tests, also those that start other processes; `make
# clean` removes the folders.
BUILD = Path(__file__).resolve().parent.parent / "build"
os.environ["REFERENCE_IMPL_CACHE"] = str(BUILD / "kernels")
os.environ["JAX_COMPILATION_CACHE_DIR"] = str(BUILD / "jax")
os.environ["JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS"] = "0"
os.environ["TORCHINDUCTOR_CACHE_DIR"] = str(BUILD / "inductor")


def pytest_addoption(parser):
    parser.addoption("--passed", help="write to this file which tests have passed")
    parser.addoption("--without", help="leave out the tests that such a file lists")


def pytest_collection_modifyitems(config, items):
    if config.option.without:
        text = Path(config.option.without).read_text(encoding="utf-8")
        passed = set(text.splitlines())
        left_out = [item for item in items if item.nodeid in passed]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item.nodeid not in passed]


def pytest_terminal_summary(terminalreporter, config):
    if config.option.passed:
        passed = sorted(
            report.nodeid for report in terminalreporter.getreports("passed")
        )
        Path(config.option.passed).write_text("\n".join(passed), encoding="utf-8")


@pytest.fixture(autouse=True, scope="session")
def cores_in_another_order():
    """Each process that runs tests begins with a core of its own, if there is one."""
    number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    cores = machine.cores()
    begin = number % len(cores)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(machine, "cores", lambda: cores[begin:] + cores[:begin])
        yield


@pytest.fixture(scope="session")
def chromium():
    """A browser; the only one of a process, in which Playwright can start but once."""
    playwright = pytest.importorskip(
        "playwright.sync_api", reason="needs Playwright, which is not installed"
    )
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("needs Chromium, and there is no program of that name")
    with playwright.sync_playwright() as engine:
        flags = ["--no-sandbox", "--disable-background-networking"]
        browser = engine.chromium.launch(executable_path=path, args=flags)
        yield browser
        browser.close()


@pytest.fixture(autouse=True)
def stack_of_the_usual_height():
    """No test leaves a higher stack, which PyTorch's compiler allows for good."""
    limit = sys.getrecursionlimit()
    yield
    sys.setrecursionlimit(limit)
