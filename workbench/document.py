"""The document of a comparison: plain data, from which everything else is made."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from adapters.contract import RECURRENT_REMARKS, Arrays
from adapters.zoo import MODELS

from . import machine
from .arrays import under
from .candidates import Candidate
from .cost import BASIS, Cost
from .equality import LayerError, Verdict
from .experiment import Experiment
from .request import Request
from .rows import PASSED, Row, name

SCHEMA_VERSION = 4


def document(
    experiment: Experiment,
    request: Request,
    rows: Sequence[Candidate],
    *,
    costs: dict[str, Cost],
    failures: dict[str, str],
    is_complete: bool,
) -> dict[str, Any]:
    """What is known of a comparison; rows without a status are left out."""
    return {
        "schema": SCHEMA_VERSION,
        "experiment": experiment.as_json(),
        "machine": machine.description(),
        "request": request.as_json(),
        "basis": basis(rows),
        "is_complete": is_complete,
        "rows": [
            dataclasses.asdict(
                _row(c, c.status, experiment, costs.get(c.key, Cost()), failures)
            )
            for c in rows
            if c.status is not None
        ],
    }


def finite(value: Any) -> Any:
    """Plain data with nothing where a number is infinite or none: JSON has no such."""
    if isinstance(value, dict):
        return {key: finite(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [finite(inner) for inner in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def basis(rows: Sequence[Candidate]) -> str | None:
    """The row that ratios are taken to."""
    return next((c.key for c in rows if c.framework == BASIS), None)


def lack_of_ratios(document: dict[str, Any]) -> str | None:
    """Why steps were timed and there is no ratio; nothing where there is one."""
    basis, rows = document["basis"], document["rows"]
    is_timed = any(row["step_seconds"] for row in rows)
    if basis is None or not is_timed or any(row["step_ratio"] for row in rows):
        return None
    status = next((row["status"] for row in rows if name(row) == basis), "equal")
    why = "" if status in PASSED else f", being {status}"
    return f"no ratios: they are to {basis}, which was not timed{why}"


def _row(
    c: Candidate,
    status: str,
    experiment: Experiment,
    cost: Cost,
    failures: dict[str, str],
) -> Row:
    nothing = Verdict()
    exactly = c.verdicts.get("float64", nothing)
    results = c.results.get("float32", {})
    costs = dataclasses.asdict(cost)
    seconds = costs.pop("layer_seconds") or {}
    return Row(
        framework=c.framework,
        mode=c.mode,
        status=status,
        reason=_reason(c, failures),
        cause=c.cause,
        remark=_remark(c, experiment),
        steps=c.steps,
        **exactly.as_json(),
        float32=c.verdicts.get("float32", nothing).as_json(),
        beyond=[
            f"{dtype} {kind}" for dtype, v in c.verdicts.items() for kind in v.beyond
        ],
        noise_floor={moment: max(runs) for moment, runs in c.noise.items()} or None,
        layers=_layers(exactly, seconds, experiment) if results else None,
        losses={n: _short(a) for n, a in under("losses", results).items()} or None,
        metric=_metric(results, experiment),
        **costs,
        versions=c.versions,
    )


def _short(losses: np.ndarray) -> list[float]:
    """Numbers by as few digits as float32 needs: 0.1, not 0.10000000149011612."""
    return [float(str(x)) for x in losses.astype(np.float32)]


def _layers(
    exactly: Verdict, seconds: dict[str, Any], experiment: Experiment
) -> list[dict[str, Any]]:
    """Errors and times by layer; one that is compared with nothing has no errors."""
    errors = exactly.layers or [
        LayerError(name, None, None) for name in MODELS[experiment.model].layers
    ]
    return [
        {**dataclasses.asdict(layer), "seconds": seconds.get(layer.name)}
        for layer in errors
    ]


def _reason(c: Candidate, failures: dict[str, str]) -> str | None:
    """Why a row is not equal, or why it could not be timed though it is."""
    return "; ".join(filter(None, [c.reason, failures.get(c.key)])) or None


def _remark(c: Candidate, experiment: Experiment) -> str | None:
    """What is worth knowing of the model in this mode, and of this run of it."""
    shapes = MODELS[experiment.model].shapes
    is_recurrent = any(name.endswith("state_weight") for name in shapes)
    of_mode = RECURRENT_REMARKS.get((c.framework, c.mode)) if is_recurrent else None
    of_run = [verdict.remark for verdict in c.verdicts.values()]
    if c.verdicts and c.steps is None:
        of_run.append(
            f"its training was compared with nobody's: of its own updates, the first "
            f"{experiment.snapshots[0]} were held against the formula declared of them"
        )
    return "; ".join(filter(None, [of_mode, *of_run])) or None


def _metric(results: Arrays, experiment: Experiment) -> dict[str, Any] | None:
    if "prediction" not in results:
        return None
    return experiment.metric(results["prediction"])
