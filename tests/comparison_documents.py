"""Documents of comparisons as `workbench.document` describes them, made without one."""

import zlib

import numpy as np

from adapters.contract import MODES
from adapters.zoo import MODELS

ERRORS = ("forward_error", "gradient_error", "trajectory_error")
COSTS = ("step_seconds", "step_ratio", "latency_seconds")
ONCE = ("first_step_seconds", "import_seconds", "peak_bytes")
BY_OPERATION = {
    ("reference", "eager"),
    ("pytorch", "eager"),
    ("tensorflow", "eager"),
    ("mxnet", "imperative"),
    ("jax", "op by op"),
}
CAUSE = "MXNet's fused update keeps its numbers in float32 (atlas, row 24)"


def row(framework, mode="eager", *, status="equal", reason=None, **more):
    """A row of which everything is known."""
    found = {"median": 2e-4, "low": 1e-4, "high": 3e-4}
    return {
        "framework": framework,
        "mode": mode,
        "status": status,
        "reason": reason,
        "cause": None,
        "remark": None,
        "steps": 200,
        **dict.fromkeys(ERRORS, 2e-16),
        "float32": dict.fromkeys(ERRORS, 1e-7),
        "beyond": [],
        "noise_floor": {"first losses": 5e-8, "after 10": 3e-8, "after 100": 2e-7},
        "layers": None,
        "losses": {"loss": [2.0, 1.0, 0.5]},
        "metric": {"name": "accuracy", "value": 0.9554},
        **dict.fromkeys(COSTS, found),
        **dict.fromkeys(ONCE, 1.5),
        "versions": {framework: "1.0"},
        **more,
    }


def empty(framework, status, reason=None, mode="eager", **more):
    """A row of which nothing is known but why."""
    unknown = ("steps", "noise_floor", "losses", "metric", *ERRORS, *COSTS, *ONCE)
    nothing = dict.fromkeys(unknown) | {"float32": dict.fromkeys(ERRORS)}
    return row(
        framework,
        mode,
        status=status,
        reason=reason,
        **nothing | {"versions": {}} | more,
    )


def document(*rows, model="mlp", experiment_id=None, **more):
    """A document with these rows; more are fields of its experiment."""
    numbers = {"steps": 200, "batch": 64, "threads": 1, "seed": 0, "is_native": False}
    return {
        "schema": 4,
        "experiment": {
            "id": experiment_id or f"{model}-0123456789",
            "model": model,
            "optimiser": "momentum",
            "lr": 0.0625,
            "momentum": 0.875,
            **numbers,
            **more,
        },
        "machine": {"cpu": "a cpu", "cores": 4, "memory_bytes": 25_276_080_128},
        "basis": "pytorch (eager)",
        "is_complete": True,
        "request": {"rounds": 12, "measure": True, "is_quick": False},
        "rows": _with_noise_in_first_modes(rows),
    }


def _with_noise_in_first_modes(rows):
    """Of several frameworks each measures noise in its first mode alone."""
    first = {row["framework"]: row for row in reversed(rows)}
    return [
        row
        if len(first) == 1 or row is first[row["framework"]]
        else row | {"noise_floor": None}
        for row in rows
    ]


def layer(name, rng):
    """A layer of a row that ran operation by operation; some have no parameters."""
    has_parameters = "relu" not in name and "pool" not in name
    return {
        "name": name,
        "forward": _error(rng, 1e-16),
        "gradient": _error(rng, 4e-16) if has_parameters else None,
        "seconds": _spread(rng, 1e-5 * rng.lognormal()),
    }


def everything():
    """Every model in every mode, with what can go otherwise in some of the rows."""
    documents = [_of_model(model) for model in MODELS]
    by_model = {d["experiment"]["model"]: d for d in documents}
    for at in (12, 13):
        by_model["lstm"]["rows"][at]["steps"] = 20
    by_model["gru"]["rows"][3]["remark"] = "the recurrent layer runs eager"
    _deviate(by_model["gan"]["rows"][6], "unsupported", "fit has one objective")
    _deviate(by_model["gpt"]["rows"][11], "failed", "no answer within 300 s")
    differing = by_model["resnet8"]["rows"][8]
    differing |= {"status": "different", "gradient_error": 3e-3}
    differing["reason"] = (
        "float64: gradient differs first in layer block2.norm1, block2.norm1.weight "
        "(3.0e-03, allowed 1e-12)"
    )
    native = _of_model("mlp", threads=2, is_native=True, id="mlp-fedcba9876")
    for one in native["rows"][8:12]:
        one |= {"status": "different", "cause": CAUSE, "trajectory_error": 6.7e-7}
        one["reason"] = (
            "float64: training differs in parameters (6.7e-07, allowed 1e-09)"
        )
    return [*documents, native]


def _of_model(model, **more):
    recipe = MODELS[model]
    rng = np.random.default_rng(zlib.crc32(f"{model}{more}".encode()))
    seconds = 4e-4 * rng.lognormal(sigma=1)
    rows = [
        _full(framework, mode, recipe, rng, seconds)
        for framework, modes in MODES.items()
        for mode in modes
    ]
    optimiser = {"optimiser": recipe.optimiser.name, **recipe.optimiser.settings}
    return document(*rows, model=model, **optimiser, **more)


def _full(framework, mode, recipe, rng, seconds):
    """A row as a comparison makes it; the curves of all rows lie on each other."""
    curve = 0.1 + 2.2 / (1 + np.arange(200) / 20) + 0.03 * np.sin(np.arange(200))
    losses = {
        objective: (curve * (1 + place) + rng.normal(scale=1e-7, size=200)).tolist()
        for place, objective in enumerate(recipe.objectives)
    }
    is_slow = (framework, mode) in BY_OPERATION and framework != "pytorch"
    ratio = rng.lognormal(2.2 if is_slow else 0.0, 0.7)
    if (framework, mode) == ("pytorch", "eager"):
        ratio = 1.0
    return row(
        framework,
        mode,
        **{error: _error(rng, 3e-16) for error in ERRORS},
        float32={error: _error(rng, 2e-7) for error in ERRORS},
        noise_floor={
            "first losses": _error(rng, 5e-8),
            "after 10": _error(rng, 5e-8),
            "after 100": _error(rng, 3e-7),
        },
        layers=[layer(name, rng) for name in recipe.layers]
        if (framework, mode) in BY_OPERATION
        else None,
        losses=losses,
        metric={"name": "accuracy", "value": 0.95 + 0.01 * rng.random()},
        step_seconds=_spread(rng, seconds * ratio),
        step_ratio=_spread(rng, ratio),
        latency_seconds=_spread(rng, seconds * ratio / 20),
        first_step_seconds=rng.lognormal(0.0, 1.0),
        import_seconds=rng.lognormal(0.5, 0.5),
        peak_bytes=int(4e8 * rng.lognormal(0.0, 0.4)),
        versions={framework: "2.13.0", "numpy": "2.4.6"},
    )


def _deviate(one, status, reason):
    nothing = empty(one["framework"], status, reason, one["mode"])
    one.update(nothing)


def _error(rng, size):
    """An error of about a size; one in eight is exactly zero."""
    return 0.0 if rng.random() < 1 / 8 else size * rng.lognormal()


def _spread(rng, median):
    return {
        "median": median,
        "low": median * 0.95,
        "high": median * (1.02 + rng.random() / 5),
    }
