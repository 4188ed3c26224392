"""End training when it has stopped to help."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass, field
from typing import Any

from ..core.dtype import float64
from ..core.elements import tensor
from ..core.number import check_at_least, check_not_negative
from .callback import Callback, Moment, is_better, named_score
from .state import State


@dataclass
class EarlyStopping(Callback):
    """End training after evaluations without improvement; `fit` returns the best model.

    Attributes
    ----------
    score : str
        Which of the scores of an evaluation is looked at: one that the function
        `evaluate` of `fit` returns, or `train_loss`.
    patience : int
        How many evaluations in a row may bring no improvement; the last ends training.
    minimum_change : float
        A better score counts as an improvement if it differs by more than this.
    larger_is_better : bool
        As for an accuracy; by default smaller is better, as for a loss.
    restore_best : bool
        Whether `fit` returns parameters and statistics of the best evaluation rather
        than of the last step. The optimiser's state stays that of the last step.

    Raises
    ------
    DtypeError, RangeError
        If the patience is no integer, or less than 1, or the change is no number, or
        negative; while training, if there is no score of that name.

    Notes
    -----
    Source: Prechelt 1998, "Early stopping - but when?", criterion UP with strips of one
    evaluation; here an evaluation must beat the best one, not the one before.
    """

    score: str
    patience: int = 3
    minimum_change: float = 0.0
    larger_is_better: bool = False
    restore_best: bool = True

    _best: float = field(default=math.nan, init=False, repr=False)
    _waited: int = field(default=0, init=False, repr=False)
    _kept: Any = field(default=None, init=False, repr=False)

    def __post_init__(self) -> None:
        check_at_least("EarlyStopping", 1, patience=self.patience)
        check_not_negative("EarlyStopping", minimum_change=self.minimum_change)

    def reset(self, state: State) -> None:
        """Nothing was evaluated yet; the first model is the best so far."""
        self._best = -math.inf if self.larger_is_better else math.inf
        self._waited = 0
        self._keep(state)

    def after_evaluation(self, moment: Moment) -> None:
        """Keep the model if it is the best so far, or wait."""
        came = named_score("EarlyStopping", moment, self.score)
        change, larger = self.minimum_change, self.larger_is_better
        if is_better(came, self._best, larger=larger, change=change):
            self._best, self._waited = came, 0
            self._keep(moment.state)
        else:
            self._waited += 1

    def _keep(self, state: State) -> None:
        if self.restore_best:
            self._kept = {"params": state.params, "statistics": state.statistics}

    def wants_end(self) -> bool:
        """Whether patience is at its end."""
        return self._waited >= self.patience

    def memory(self) -> Any:
        """The best score, how long it was waited for a better one, and its model."""
        return {
            "best": tensor(self._best, dtype=float64),
            "waited": tensor(self._waited),
            "kept": self._kept,
        }

    def recall(self, memory: Any) -> None:
        """Go on waiting as before."""
        self._best, self._waited = float(memory["best"]), int(memory["waited"])
        self._kept = memory["kept"]

    def result(self, state: State) -> State:
        """The last state, with the best model in it."""
        return dataclasses.replace(state, **self._kept) if self.restore_best else state
