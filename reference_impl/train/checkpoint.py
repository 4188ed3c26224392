"""Write down now and then all that training needs to be continued."""

from __future__ import annotations

import math
import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..core.dtype import float64
from ..core.elements import tensor
from ..core.errors import FileError
from ..core.number import check_at_least
from ..core.random import Key
from ..io.checkpoint import save_checkpoint
from .callback import Callback, Moment, is_better, named_score
from .folder_lock import locked
from .state import State

_NAME = re.compile(r"step-(\d{8,})\.safetensors")
BEST = "best.safetensors"


@dataclass
class Checkpoint(Callback):
    """Write checkpoints into a folder; `fit(..., resume=folder)` continues the last.

    The files are `step-00001200.safetensors` and, if asked for, `best.safetensors`.
    Each is written whole or not at all, and an old one goes when the new one is there:
    whenever the process ends, the newest file is good.

    Attributes
    ----------
    folder : path
        Made if it is not there.
    every : int, optional
        After how many steps; by default at every evaluation.
    keep : int
        How many of the last ones stay.
    best : str, optional
        The score whose best evaluation is kept, too.
    larger_is_better : bool
        As for an accuracy; by default smaller is better, as for a loss.

    Raises
    ------
    DtypeError, RangeError
        If `every` or `keep` is no integer, or less than 1; while training, if there is
        no such score.
    FileError
        When training begins, if another `Checkpoint` writes into the folder, or it has
        checkpoints of later steps: they are another run's.
    OSError
        While training, if a file cannot be written; the older ones are as they were.
    """

    folder: str | os.PathLike[str]
    every: int | None = None
    keep: int = 1
    best: str | None = None
    larger_is_better: bool = False

    _best: float = field(default=math.nan, init=False, repr=False)
    _lock: int | None = field(default=None, init=False, repr=False)

    def __post_init__(self) -> None:
        check_at_least("Checkpoint", 1, keep=self.keep)
        if self.every is not None:
            check_at_least("Checkpoint", 1, every=self.every)

    def reset(self, state: State) -> None:
        """Nothing was evaluated yet."""
        self._best = -math.inf if self.larger_is_better else math.inf

    def begin(self, moment: Moment) -> None:
        """Make and lock the folder; nothing in it may be taken for later."""
        folder = Path(self.folder)
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = locked("Checkpoint", folder)
        if self._lock is not None:
            # Nobody else writes here: these are drafts of a process that was killed.
            for draft in folder.glob(".*.safetensors.*.part"):
                draft.unlink()
        found = checkpoints(folder)
        if found and _step(found[-1]) > moment.step:
            raise FileError(
                f"Checkpoint: {os.fspath(found[-1])} is of a later step than "
                f"{moment.step}, where training begins; continue it with `resume`, "
                f"remove it, or choose another folder"
            )

    def after_step(self, moment: Moment) -> None:
        """Write, if it is time."""
        if self.every is not None and moment.step % self.every == 0:
            self._write(moment)

    def after_evaluation(self, moment: Moment) -> None:
        """Write the best, and unless it is steps that count, the last."""
        if self.best is not None:
            came = named_score("Checkpoint", moment, self.best)
            if is_better(came, self._best, larger=self.larger_is_better):
                self._best = came
                _save(Path(self.folder, BEST), moment)
        if self.every is None:
            self._write(moment)

    def _write(self, moment: Moment) -> None:
        folder = Path(self.folder)
        _save(folder / f"step-{moment.step:08}.safetensors", moment)
        for old in checkpoints(folder)[: -self.keep]:
            old.unlink()

    def close(self) -> None:
        """Leave the folder to others."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def memory(self) -> Any:
        """The best score so far, if one is asked for."""
        return (
            None if self.best is None else {"best": tensor(self._best, dtype=float64)}
        )

    def recall(self, memory: Any) -> None:
        """What to beat."""
        self._best = float(memory["best"])


def checkpoints(folder: str | os.PathLike[str]) -> list[Path]:
    """The checkpoints of steps in a folder, the last one at the end."""
    found = [path for path in Path(folder).glob("step-*") if _NAME.fullmatch(path.name)]
    return sorted(found, key=_step)


def _step(path: Path) -> int:
    match = _NAME.fullmatch(path.name)
    assert match is not None
    return int(match[1])


def _save(path: Path, moment: Moment) -> None:
    save_checkpoint(path, moment.resumable(), described(moment.state))


def described(state: State) -> dict[str, str]:
    """Where training is, in words for the header of a file."""
    numbers = {"step": state.step, "epoch": state.epoch, "position": state.position}
    return {name: str(x.item()) for name, x in numbers.items()} | {
        "key": words(state.key)
    }


def words(key: Key | None) -> str:
    """The words that a key is, as text."""
    return "none" if key is None else " ".join(map(str, key.words.tolist()))
