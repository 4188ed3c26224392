"""The file that a learner hands in: read as text, looked at, never imported."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator
from pathlib import Path

from .catalogue import Exercise, ExerciseError, exercise

LARGEST_BYTES = 256 * 1024
HEADER = re.compile(r"# mapping exercise (\d+)\s*$", re.MULTILINE)


def header(number: str) -> str:
    """The line by which a task file tells which exercise it belongs to."""
    return f"# mapping exercise {number}"


def submitted(path: Path) -> str:
    """The text of a learner's file.

    Raises
    ------
    ExerciseError
        If there is no such file, it is no plain file, too large, or not UTF-8.
    """
    try:
        if not path.exists():
            raise ExerciseError(f"there is no file {path}")
        if not path.is_file():
            raise ExerciseError(f"{path} is not a plain file; name a Python file")
        if path.stat().st_size > LARGEST_BYTES:
            raise ExerciseError(f"{path} is larger than {LARGEST_BYTES // 1024} KiB")
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ExerciseError(
            f"{path} is not UTF-8 text (byte {error.start}); save it as UTF-8"
        ) from error
    except OSError as error:
        raise ExerciseError(f"{path} cannot be read: {error.strerror}") from error


def exercise_of(source: str) -> Exercise:
    """The exercise that a file's header names.

    Raises
    ------
    ExerciseError
        If there is no header, or no such exercise.
    """
    found = HEADER.match(source)
    if found is None:
        raise ExerciseError(
            f"the first line does not say which exercise this is; "
            f"it should be {header('NN')!r}, or add --exercise NN"
        )
    return exercise(found[1])


def fault(source: str, task: Exercise) -> str:
    """What keeps a text from being graded at all, with its line; empty if nothing."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source)
    except SyntaxError as error:
        return f"line {error.lineno or 1}: {error.msg}"
    except (ValueError, RecursionError, MemoryError):
        return "line 1: this is no Python source that can be read"
    for name, line in _imported(tree):
        for forbidden in task.forbidden:
            if f"{name}.".startswith(f"{forbidden}."):
                return f"line {line}: this exercise is solved without {forbidden}"
    return ""


def _imported(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Dotted names of all that is imported, with the lines."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield f"{node.module}.{alias.name}", node.lineno
