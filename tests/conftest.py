"""What all tests share."""

import os
import sys
from pathlib import Path

import pytest

# Generated functions are compiled once for all tests, also for those that start other
# processes; `make clean` removes the folder.
os.environ["REFERENCE_IMPL_CACHE"] = str(
    Path(__file__).resolve().parent.parent / "build" / "kernels"
)


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


@pytest.fixture(autouse=True)
def stack_of_the_usual_height():
    """No test leaves a higher stack, which PyTorch's compiler allows for good."""
    limit = sys.getrecursionlimit()
    yield
    sys.setrecursionlimit(limit)
