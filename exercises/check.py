"""The visible tests, run with pytest on the learner's own file.

The learner's code runs here as the learner: no sandbox, only a deadline. pytest's
exit code alone is not believed, since it is 0 after `os._exit(0)`: what counts is the
report that pytest writes at its very end.
"""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.etree import ElementTree

from .catalogue import HERE, Exercise, ExerciseError
from .process import run
from .submission import fault, submitted


@dataclass(frozen=True)
class Checked:
    """One visible test and how it went; `detail` says why it failed."""

    name: str
    passed: bool
    detail: str


def check(exercise: Exercise, folder: Path, *, seconds: float) -> list[Checked]:
    """Run the visible tests of a work folder.

    Raises
    ------
    ExerciseError
        If the learner's file is missing or cannot be read.
    """
    path = folder / exercise.task_name
    if not os.path.lexists(path):
        begin = f"mapping exercise start {exercise.number}"
        raise ExerciseError(f"there is no file {path}; {begin!r} writes it")
    source = submitted(path)
    if wrong := fault(source, exercise):
        return [Checked(exercise.task_name, False, wrong)]
    with TemporaryDirectory() as scratch:
        tests = Path(scratch, exercise.visible_name)
        shutil.copyfile(exercise.folder / exercise.visible_name, tests)
        report = tests.with_name("report.xml")
        command = _pytest(tests, report)
        ended = run(command, seconds=seconds, cwd=folder, env=_environment(folder))
        if ended.code is None:
            late = f"not over after {seconds:g} seconds: is there an endless loop?"
            return [Checked(exercise.visible_name, False, late)]
        return _results(report)


def _pytest(tests: Path, report: Path) -> list[str]:
    """The command; no settings or plugins from outside change what it does."""
    quiet = ["-q", "--noconftest", "-p", "no:cacheprovider", "-c", os.devnull]
    where = [f"--rootdir={tests.parent}", f"--junitxml={report}", str(tests)]
    return [sys.executable, "-m", "pytest", *quiet, *where]


def _environment(folder: Path) -> dict[str, str]:
    paths = [str(folder.resolve()), str(HERE.parent), os.environ.get("PYTHONPATH", "")]
    return os.environ | {
        "PYTHONPATH": os.pathsep.join(filter(None, paths)),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }


def _results(report: Path) -> list[Checked]:
    try:
        cases = list(ElementTree.parse(report).iter("testcase"))
    except (FileNotFoundError, ElementTree.ParseError):
        cases = []
    if not cases:
        unfinished = "pytest left no report: does the file leave the program?"
        return [Checked("the visible tests", False, unfinished)]
    return [_result(case) for case in cases]


def _result(case: ElementTree.Element) -> Checked:
    name = case.get("name", "").rpartition(".")[2]
    said = "\n".join(mark.text or "" for mark in case)
    words = name.removeprefix("test_").replace("_", " ")
    return Checked(words, len(case) == 0, _reason(said.strip().splitlines()))


def _reason(lines: list[str]) -> str:
    """The line of a traceback that matters: pytest's first `E`, Python's last."""
    marked = [line[1:].strip() for line in lines if line.startswith("E ")]
    return [*marked, *lines[-1:], ""][0]
