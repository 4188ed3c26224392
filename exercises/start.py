"""A learner's work folder: the task, its visible tests, and what goes with them.

Nothing here ever replaces a file, and a file appears whole or not at all.
"""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryDirectory

from .catalogue import Exercise, ExerciseError
from .task import task

# Settings of a folder above would decide whether the tests find the task beside them.
PYTEST_INI = "[pytest]\npythonpath = .\n"


def start(exercise: Exercise, folder: Path) -> list[Path]:
    """Lay out a work folder and return what was written; nothing is overwritten.

    Raises
    ------
    ExerciseError
        If the learner's file is already there, or the folder cannot be written.
    """
    tests = exercise.folder / exercise.visible_name
    texts = {
        exercise.task_name: task(exercise),
        exercise.visible_name: tests.read_text(encoding="utf-8"),
        "pytest.ini": PYTEST_INI,
        "README.md": readme(exercise),
    }
    if os.path.lexists(folder / exercise.task_name):
        raise ExerciseError(
            f"{folder / exercise.task_name} is already there and stays as it is; "
            f"remove it to begin again, or choose another place: --to FOLDER"
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return [folder / name for name in texts if _create(folder / name, texts[name])]
    except OSError as error:
        raise ExerciseError(f"{folder} cannot be written: {error.strerror}") from error


def readme(exercise: Exercise) -> str:
    """The page that lies beside the learner's file."""
    return (
        f"# Exercise {exercise.number}: {exercise.title}\n\n{exercise.goal}\n\n"
        f"1. Write the body in `{exercise.task_name}`, in plain Python.\n"
        f"2. `mapping exercise check {exercise.number}` runs the visible tests; "
        f"so does `pytest` in this folder.\n"
        f"3. `mapping exercise grade {exercise.task_name}` runs the hidden ones. Only "
        f"the standard library and what the file imports at first are there.\n"
    )


def _create(path: Path, text: str) -> bool:
    """Write a new file whole or not at all; a file that is there is kept."""
    with TemporaryDirectory(dir=path.parent) as folder:
        draft = Path(folder) / path.name
        draft.write_text(text, encoding="utf-8")
        try:
            # A link, unlike a rename, never replaces what is already there.
            os.link(draft, path)
        except FileExistsError:
            return False
    return True
