"""What a row of a comparison may be, what it is called, and all that it has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

# What a row may be, in the order in which it is told, and what that means.
STATUSES = {
    "equal": "it computes what the others compute",
    "alone": "no other framework was there to compare it with, and nothing is wrong",
    "different": "it computes something else than the others, or than its own loss",
    "failed": "it crashed, was too slow, or gave an answer that is none",
    "unsupported": "the framework does not support the model in this mode",
    "missing": "the framework is not installed",
}
PASSED = ("equal", "alone")

# What is said of a document that is not complete.
INTERRUPTED = "Interrupted: this is what was finished"


def key(framework: str, mode: str) -> str:
    """What a row is called."""
    return f"{framework} ({mode})"


def name(row: dict[str, Any]) -> str:
    """What a row of a document is called."""
    return key(row["framework"], row["mode"])


def is_passed(row: dict[str, Any]) -> bool:
    """Whether nothing is wrong with a row of a document, or its cause is documented."""
    return row["status"] in PASSED or row["cause"] is not None


@dataclass(frozen=True)
class Row:
    """One framework in one mode.

    Attributes
    ----------
    status : str
        One of `STATUSES`.
    reason, cause, remark : str or None
        Why it is not equal; the documented cause of that, if there is one; and what is
        worth knowing of the model in this mode, though it may be equal.
    steps : int or None
        How many updates were compared; None if training was compared with nobody's.
    forward_error, gradient_error, trajectory_error : float or None
        Relative, in float64; `float32` has the same three.
    beyond : list of str
        Which of the six are not within their gates, such as "float32 gradient".
    noise_floor : dict or None
        The most that one rounding of the first values does in float32, relative: to the
        "first losses", and to the parameters "after 10" steps and "after 100". Of the
        framework's first mode here, and where training seemed to differ.
    layers : list of dict or None
        `name`, the errors `forward` and `gradient` in float64, and the `seconds` that
        the layer takes forward, op by op.
    losses : dict or None
        Of every step, in float32, by the name of the objective.
    metric : dict or None
        `name` and `value`, on samples that training has not seen.
    step_seconds, step_ratio, latency_seconds : dict or None
        `median`, `low` and `high`, the quartiles; the ratio is to the row `basis`.
    """

    framework: str
    mode: str
    status: str
    reason: str | None
    cause: str | None
    remark: str | None
    steps: int | None
    forward_error: float | None
    gradient_error: float | None
    trajectory_error: float | None
    float32: dict[str, float | None]
    beyond: list[str]
    noise_floor: dict[str, float] | None
    layers: list[dict[str, Any]] | None
    losses: dict[str, list[float]] | None
    metric: dict[str, Any] | None
    step_seconds: dict[str, float] | None
    step_ratio: dict[str, float] | None
    latency_seconds: dict[str, float] | None
    first_step_seconds: float | None
    import_seconds: float | None
    peak_bytes: int | None
    versions: dict[str, str]
