"""The document of a comparison: plain data, from which everything else is made."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from . import machine
from .candidates import Candidate
from .cost import BASIS, Cost
from .equality import Verdict
from .experiment import Experiment

SCHEMA_VERSION = 1


@dataclass(frozen=True)
class Row:
    """One framework in one mode.

    Attributes
    ----------
    status : str
        "equal", "different", "missing" or "failed".
    forward_error, gradient_error, trajectory_error : float or None
        Relative, in float64; `float32` has the same three.
    losses : list of float or None
        Of every step, in float32.
    metric : dict or None
        `name` and `value`, on samples that training has not seen.
    step_seconds, step_ratio, latency_seconds : dict or None
        `median`, `low` and `high`, the quartiles; the ratio is to the row `basis`.
    """

    framework: str
    mode: str
    status: str
    reason: str | None
    forward_error: float | None
    gradient_error: float | None
    trajectory_error: float | None
    float32: dict[str, float | None]
    losses: list[float] | None
    metric: dict[str, Any] | None
    step_seconds: dict[str, float] | None
    step_ratio: dict[str, float] | None
    latency_seconds: dict[str, float] | None
    first_step_seconds: float | None
    import_seconds: float | None
    peak_bytes: int | None
    versions: dict[str, str]


def document(
    experiment: Experiment,
    rows: Sequence[Candidate],
    costs: dict[str, Cost],
    failures: dict[str, str],
) -> dict[str, Any]:
    """What is known of a comparison; rows without a status are left out."""
    for c in rows:
        if c.key in failures:
            c.status, c.reason = "failed", failures[c.key]
    return {
        "schema": SCHEMA_VERSION,
        "experiment": experiment.as_json(),
        "machine": machine.description(),
        "basis": basis(rows),
        "rows": [
            dataclasses.asdict(_row(c, c.status, experiment, costs.get(c.key, Cost())))
            for c in rows
            if c.status is not None
        ],
    }


def basis(rows: Sequence[Candidate]) -> str | None:
    """The row that ratios are taken to."""
    return next((c.key for c in rows if c.framework == BASIS), None)


def _row(c: Candidate, status: str, experiment: Experiment, cost: Cost) -> Row:
    nothing = Verdict()
    results = c.results.get("float32")
    metric = None
    if results is not None:
        target = experiment.data().test_y
        metric = experiment.metric(results["prediction"], target)
    return Row(
        framework=c.framework,
        mode=c.mode,
        status=status,
        reason=c.reason,
        **c.verdicts.get("float64", nothing).as_json(),
        float32=c.verdicts.get("float32", nothing).as_json(),
        losses=None if results is None else results["losses"].tolist(),
        metric=metric,
        **dataclasses.asdict(cost),
        versions=c.versions,
    )
