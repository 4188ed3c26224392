"""Say how training goes: a bar on a terminal, lines anywhere else."""

from __future__ import annotations

import functools
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TextIO

from .callback import Callback, Moment, line

try:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
    from rich.progress import Progress as Bar
except ImportError:  # lines need nothing
    Bar = None  # type: ignore[assignment,misc]


@dataclass
class Progress(Callback):
    """A line for every evaluation; on a terminal, if `rich` is there, a bar as well.

    Attributes
    ----------
    file : text file, optional
        By default what is standard output when training begins.
    clock : function () -> float
        In seconds.
    """

    file: TextIO | None = None
    clock: Callable[[], float] = time.perf_counter

    _say: Callable[[str], Any] = field(default=print, init=False, repr=False)
    _bar: Any = field(default=None, init=False, repr=False)
    _task: Any = field(default=None, init=False, repr=False)
    _seen: tuple[int, float] = field(default=(0, 0.0), init=False, repr=False)

    def begin(self, moment: Moment) -> None:
        """Look where to write to, and show the bar."""
        file = sys.stdout if self.file is None else self.file
        self._seen = moment.step, self.clock()
        self._say = lambda text: print(text, file=file, flush=True)
        if Bar is not None and file.isatty():
            columns = (
                BarColumn(),
                MofNCompleteColumn(),
                TextColumn("{task.description}"),
            )
            self._bar = Bar(*columns, console=Console(file=file))
            self._task = self._bar.add_task(
                "", total=moment.steps, completed=moment.step
            )
            self._bar.start()
            plainly = {"markup": False, "highlight": False}
            self._say = functools.partial(self._bar.console.print, **plainly)

    def after_step(self, moment: Moment) -> None:
        """Move the bar."""
        if self._bar is not None:
            text = f"epoch {moment.epoch + 1}  loss {moment.loss:.4g}"
            self._bar.update(self._task, completed=moment.step, description=text)

    def after_evaluation(self, moment: Moment) -> None:
        """Print the scores, and how fast the steps since the last line were."""
        step, seconds = self._seen
        self._seen = moment.step, self.clock()
        speed = (moment.step - step) / max(self._seen[1] - seconds, 1e-9)
        self._say(
            f"epoch {moment.epoch}  step {moment.step}  {line(moment.scores)}  "
            f"{speed:.4g} steps/s"
        )

    def close(self) -> None:
        """Leave the terminal as it was."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None
