"""The grade of a submission: hidden tests, put to a worker and judged here.

The hidden tests and the right answers stay in this process, which never imports the
submission. The worker gets calls and gives back text; whatever that text claims,
only an answer that equals the right one counts.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from random import Random

from .case import Case
from .catalogue import Exercise
from .confinement import Limits
from .judge import complaint
from .sandbox import NoAnswer, Sandbox, boxed
from .submission import fault
from .task import library_modules, task

LIMITS = Limits()


@dataclass(frozen=True)
class Verdict:
    """One hidden test; it is passed when the answers to all its cases are right."""

    name: str
    weight: int
    passed: bool
    detail: str


@dataclass(frozen=True)
class Grade:
    """A submission's grade; the same seed draws the same hidden tests.

    Units
    -----
    score     percent of the weights whose tests are passed, rounded down
    seconds   how long the grading took
    """

    exercise: str
    score: int
    verified: bool
    tests: tuple[Verdict, ...]
    seed: int
    seconds: float


def grade(
    exercise: Exercise,
    source: str,
    *,
    seed: int,
    walled: bool,
    limits: Limits = LIMITS,
) -> Grade:
    """Grade a submission's text; `walled` says whether bubblewrap stands around it."""
    began = time.perf_counter()
    if wrong := fault(source, exercise):
        outcomes = dict.fromkeys(exercise.weights, (False, wrong))
    else:
        with boxed(source, modules=library_modules(task(exercise))) as box:
            outcomes = _outcomes(exercise, Sandbox(box, walled, limits), seed)
    tests = tuple(
        Verdict(name.replace("_", " "), weight, *outcomes[name])
        for name, weight in exercise.weights.items()
    )
    return Grade(
        exercise=exercise.number,
        score=_score(tests),
        verified=walled,
        tests=tests,
        seed=seed,
        seconds=round(time.perf_counter() - began, 3),
    )


def hidden_cases(exercise: Exercise, name: str, seed: int) -> list[Case]:
    """The cases that a seed draws for one hidden test."""
    hidden = import_module(f"exercises.{exercise.folder.name}.hidden")
    cases: list[Case] = getattr(hidden, name)(Random(f"{seed} {name}"))
    return cases


def _outcomes(
    exercise: Exercise, sandbox: Sandbox, seed: int
) -> dict[str, tuple[bool, str]]:
    """Whether each hidden test is passed, and how; each has a worker of its own."""
    judged = partial(complaint, _library(exercise))

    def outcome(name: str) -> tuple[bool, str]:
        cases = hidden_cases(exercise, name, seed)
        try:
            answers = sandbox.answers(cases)
        except NoAnswer as reason:
            return False, str(reason)
        return _summary(list(map(judged, cases, answers)))

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        names = list(exercise.weights)
        return dict(zip(names, pool.map(outcome, names), strict=True))


def _library(exercise: Exercise) -> dict[str, Callable[..., object]]:
    """The library's functions, which know the right answers, by their bare names."""
    names = [dotted.rpartition(".") for dotted in exercise.functions]
    return {name: getattr(import_module(module), name) for module, _, name in names}


def _summary(complaints: list[str]) -> tuple[bool, str]:
    """How many cases are right, and the first complaint about one that is wrong."""
    wrong = list(filter(None, complaints))
    count = f"{len(complaints) - len(wrong)} of {len(complaints)}"
    return not wrong, "; ".join([count, *wrong[:1]])


def _score(tests: tuple[Verdict, ...]) -> int:
    won = sum(test.weight for test in tests if test.passed)
    return 100 * won // sum(test.weight for test in tests)
