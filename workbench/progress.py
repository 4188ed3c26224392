"""How far a run has come, over all of its experiments."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import (
    BarColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from .terminal import notes

PACE_SECONDS = 3600.0


class Tally:
    """How many parts of all experiments are done, and of how many.

    Parameters
    ----------
    experiments : int
        Those that are to be made.
    each : int
        The parts of one, as long as nothing else is known of it.
    """

    def __init__(self, experiments: int, each: int) -> None:
        self._experiments, self._each = experiments, each
        self._found: dict[str, tuple[int, int]] = {}

    def count(self, name: str, done: int, parts: int) -> tuple[int, int]:
        """Hear that so many parts of one are done; then, the sums of all."""
        self._found[name] = done, parts
        all_done, all_parts = map(sum, zip(*self._found.values(), strict=True))
        return all_done, all_parts + self._each * (self._experiments - len(self._found))


@contextmanager
def progress_of(
    experiments: int, each: int
) -> Iterator[Callable[[str], Callable[[str, int, int], None]]]:
    """A bar over all experiments; each is told how many of its own parts are done."""
    tally = Tally(experiments, each)
    with progress_bar(each * experiments) as told:

        def of(name: str) -> Callable[[str, int, int], None]:
            def advance(what: str, done: int, parts: int) -> None:
                told(f"{name}: {what}", *tally.count(name, done, parts))

            return advance

        yield of


@contextmanager
def progress_bar(parts: int) -> Iterator[Callable[[str, int, int], None]]:
    """A bar, or in no terminal lines; with an estimate of the time left.

    It is told what was just finished, how many parts are done, and of how many.
    """
    columns = (
        BarColumn(),
        TextColumn("{task.completed} of {task.total}"),
        TimeElapsedColumn(),
        TextColumn("gone,"),
        TimeRemainingColumn(),
        TextColumn("left  {task.description}"),
    )
    with Progress(
        *columns,
        console=notes,
        disable=not notes.is_terminal,
        # Parts differ in length, so the pace of the last few says little.
        speed_estimate_period=PACE_SECONDS,
    ) as bar:
        number = bar.add_task("starting", total=parts)
        (task,) = bar.tasks

        def advance(what: str, done: int, total: int) -> None:
            task.total = total  # as an argument of `update` it would forget the pace
            bar.update(number, description=what, completed=done)
            if not notes.is_terminal:
                left = _left(task.time_remaining)
                notes.print(f"{what} ({done} of {total}{left})", soft_wrap=True)

        yield advance


def _left(seconds: float | None) -> str:
    return f", about {math.ceil(seconds / 60)} min left" if seconds else ""
