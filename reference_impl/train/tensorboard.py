"""Write losses and scores for TensorBoard, which need not be installed for that."""

from __future__ import annotations

import contextlib
import itertools
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..core.number import check_at_least
from . import event_file
from .callback import Callback, Moment, numbers

_count = itertools.count()  # two files of one second and process have two names


@dataclass
class TensorBoard(Callback):
    """Write an event file into a folder; `tensorboard --logdir FOLDER` shows it.

    The loss of steps is `step/loss`; scores have their own names. Scores that are no
    single number are left out. Training that continues writes a file of its own, and
    TensorBoard forgets what older ones say about the steps that come again.

    Attributes
    ----------
    folder : path
        Made if it is not there.
    every : int
        Of how many steps one writes its loss.
    clock : function () -> float
        In seconds since 1970.

    Raises
    ------
    DtypeError, RangeError
        If `every` is no integer, or less than 1.
    OSError
        While training, if the file cannot be written; the error names it.
    """

    folder: str | os.PathLike[str]
    every: int = 1
    clock: Callable[[], float] = time.time

    _file: Any = field(default=None, init=False, repr=False)

    def __post_init__(self) -> None:
        check_at_least("TensorBoard", 1, every=self.every)

    def begin(self, moment: Moment) -> None:
        """Make the file."""
        Path(self.folder).mkdir(parents=True, exist_ok=True)
        now = self.clock()
        name = f"events.out.tfevents.{int(now):010}.{os.getpid()}.{next(_count)}"
        self._file = Path(self.folder, name).open("wb")  # noqa: SIM115, see `close`
        with _named(self._file):
            self._file.write(event_file.version(now))
            self._file.write(event_file.session_start(now, moment.step))
            self._file.flush()

    def after_step(self, moment: Moment) -> None:
        """Write the loss, if it is time."""
        if moment.step % self.every == 0:
            self._write(moment.step, {"step/loss": moment.loss})

    def after_evaluation(self, moment: Moment) -> None:
        """Write the scores, and all so far to the disk."""
        self._write(moment.step, numbers(moment.scores))
        with _named(self._file):
            self._file.flush()

    def _write(self, step: int, named: dict[str, float]) -> None:
        now = self.clock()
        with _named(self._file):
            for name, number in named.items():
                self._file.write(event_file.scalar(now, step, name, number))

    def close(self) -> None:
        """Close the file."""
        file, self._file = self._file, None
        if file is not None:
            with _named(file):
                file.close()


@contextlib.contextmanager
def _named(file: Any) -> Iterator[None]:
    """A failed write does not know its file."""
    try:
        yield
    except OSError as error:
        raise OSError(error.errno, error.strerror, os.fspath(file.name)) from error
