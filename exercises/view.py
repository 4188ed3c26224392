"""How exercises, checks and grades look in a terminal.

Colours and the marks of success appear only where they can be shown: rich drops the
colours when the output is no terminal. Whatever comes from a submission is printed as
plain text, never as markup.
"""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.text import Text

from .catalogue import Exercise, ExerciseError
from .check import Checked
from .grader import Grade


def show_exercises(console: Console, exercises: list[Exercise]) -> None:
    """A line for each exercise."""
    width = max(len(each.title) for each in exercises)
    for each in exercises:
        names = ", ".join(dotted.rpartition(".")[2] for dotted in each.functions)
        title = Text(each.title.ljust(width), "bold")
        _line(console, Text(each.number, "bold cyan"), title, Text(names, "dim"))
    _hint(console, "mapping exercise start NUMBER")


def show_start(console: Console, exercise: Exercise, written: list[Path]) -> None:
    """The goal, what was written, and what comes next."""
    _title(console, exercise)
    console.print(Text(exercise.goal), width=min(console.width, 88))
    console.print()
    for path in written:
        _line(console, "wrote", Text(str(path), "cyan"))
    _hint(console, f"mapping exercise check {exercise.number}")


def show_check(console: Console, exercise: Exercise, tests: list[Checked]) -> None:
    """A line for each visible test, and how many passed."""
    _title(console, exercise)
    width = max(len(test.name) for test in tests)
    for test in tests:
        mark, name = _mark(console, test.passed), test.name.ljust(width)
        _line(console, mark, name, Text(test.detail, "dim"))
    passed = sum(test.passed for test in tests)
    style = "bold green" if passed == len(tests) else "bold red"
    console.print()
    _line(console, Text(f"{passed} of {len(tests)} visible tests pass", style))
    if passed == len(tests):
        _hint(console, "mapping exercise grade FILE")


def show_grade(
    console: Console, exercise: Exercise, grade: Grade, *, unverified: str
) -> None:
    """A line for each hidden test, the score, and whether it can be trusted."""
    _title(console, exercise)
    width = max(len(test.name) for test in grade.tests)
    for test in grade.tests:
        mark, name = _mark(console, test.passed), test.name.ljust(width)
        points = f"{test.weight * test.passed}/{test.weight}"
        _line(console, mark, name, points, Text(test.detail, "dim"))
    console.print()
    score = f"score {grade.score} of 100"
    style = "bold green" if grade.score == 100 else "bold yellow"
    replay = f"seed {grade.seed}, {grade.seconds:.1f} s"
    _line(console, Text(score, style), Text(replay, "dim"))
    if grade.verified:
        _line(console, Text("verified", "green"), Text("in bubblewrap", "dim"))
    else:
        _line(console, Text("unverified", "bold red"), unverified)


def show_mistake(console: Console, mistake: ExerciseError) -> None:
    """One sentence on what was needed and what came."""
    _line(console, Text("mistake:", "bold red"), str(mistake))


def _title(console: Console, exercise: Exercise) -> None:
    console.print()
    _line(console, Text(f"Exercise {exercise.number}: {exercise.title}", "bold cyan"))
    console.print()


def _hint(console: Console, command: str) -> None:
    """What to do next; a script that reads the output has no use for it."""
    if console.is_terminal:
        console.print()
        _line(console, Text("next:", "dim"), Text(command, "bold"))


def _mark(console: Console, passed: bool) -> Text:
    signs = ("✗", "✓") if console.encoding.startswith("utf") else ("-", "+")
    return Text(signs[passed], "green" if passed else "red")


def _line(console: Console, *parts: Text | str) -> None:
    """Parts side by side, in one line however narrow the terminal."""
    line = Text(" ").join(Text(p) if isinstance(p, str) else p for p in parts)
    console.print(line, soft_wrap=True)
