"""Frameworks that answer what the tests of a file ask: each in a process of its own."""

import contextlib
import os
from functools import cache
from pathlib import Path

import pytest

from adapters.contract import FRAMEWORKS
from workbench import machine
from workbench.process import Missing, Worker

HERE = Path(__file__).resolve().parent
LIMIT_SECONDS = 600  # for an answer: a compiler that has seen nothing yet is slow


@pytest.fixture(scope="module")
def home():
    """The folder whose `adapters` the processes import."""
    return HERE.parents[1]


@pytest.fixture(scope="module")
def workers(request, tmp_path_factory, home):
    """A function that gives the process of a framework; it runs the file's `JOBS`.

    The test skips where the framework is not installed.
    """
    folder = tmp_path_factory.mktemp("errors")
    with contextlib.ExitStack() as running:

        @cache
        def started(framework):
            worker = Worker(
                framework,
                folder,
                cores=machine.cores()[:1],
                limit_seconds=LIMIT_SECONDS,
                module=request.module.JOBS,
                settings={
                    "PYTHONPATH": os.pathsep.join(
                        map(str, (home, HERE.parents[1], HERE))
                    ),
                    "PYTHONSAFEPATH": "1",  # the folder that tests run in is not home
                },
            )
            return running.enter_context(worker)

        def worker(framework):
            try:
                return started(framework)
            except Missing as missing:
                pytest.skip(f"{framework}: {missing}")

        yield worker


@pytest.fixture(scope="module", params=FRAMEWORKS)
def worker(request, workers):
    """The process of each framework in turn."""
    return workers(request.param)
