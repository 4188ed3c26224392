"""What a user asks of a comparison, besides the experiment."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from adapters.contract import FRAMEWORKS

ROUNDS = 8
LIMIT_SECONDS = 300.0
PATIENCE_SECONDS = 10.0


@dataclass(frozen=True)
class Request:
    """What is asked.

    Attributes
    ----------
    frameworks, modes : tuple of str
        As in `candidates.candidates`.
    measure : bool
        Whether to measure cost as well.
    even_if_different : bool
        Whether to measure the cost of frameworks that are not equal, too.
    rounds : int
        How often each framework is timed.
    limit_seconds : float
        How long one answer of a worker may take.
    patience_seconds : float
        How long the training of a slow mode may take from one snapshot to the next; if
        it would take longer, it is compared up to there.
    is_quick : bool
        Whether a framework is timed in the process that has checked it already. Then
        nothing is known of its import, its first step and its memory, nor of layers.
    """

    frameworks: tuple[str, ...] = FRAMEWORKS
    modes: tuple[str, ...] = ("default",)
    measure: bool = True
    even_if_different: bool = False
    rounds: int = ROUNDS
    limit_seconds: float = LIMIT_SECONDS
    patience_seconds: float = PATIENCE_SECONDS
    is_quick: bool = False

    def as_json(self) -> dict[str, Any]:
        """All fields, as JSON has them."""
        fields = dataclasses.asdict(self)
        return {k: list(v) if isinstance(v, tuple) else v for k, v in fields.items()}
