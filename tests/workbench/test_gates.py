"""How large the gates are: half of each is let through, and double is not.

The numbers are those that `workbench.gates` promises its readers; none is read from
the code that is tested.
"""

import json
import re

import numpy as np
import pytest
from two_layers import MODEL

from adapters.contract import MODES
from workbench import equality, gates
from workbench.arrays import named, under, unit
from workbench.candidates import Candidate
from workbench.environments import ROOT
from workbench.experiment import DTYPES, NOISE_RUNS, experiment
from workbench.judging import judge

COMPARED = ROOT / "benchmarks" / "results" / "compare.json"
TABLE = gates.__doc__.split("=\n")[2]
EXPERIMENT = experiment("linear_regression", is_native=True)
FORWARD = ("activation/hidden", "activation/output", "whole", "one")
GATES = [
    *(("float64", name, 1e-12) for name in (*FORWARD, "loss/", "gradient/")),
    *(("float64", name, 1e-9) for name in ("after 10/", "after 100/", "trained/")),
    *(("float64", name, 1e-9) for name in ("losses/", "prediction")),
    *(("float32", name, 1e-5) for name in (*FORWARD, "loss/")),
    *(("float32", name, 1e-4) for name in ("gradient/", "losses/")),
    *(("float32", name, 1e-5) for name in ("after 3/", "after 10/")),
]
NOISE = 1e-3  # makes both gates of training in float32 ten times as large


def off(results, name, error):
    """Results of which everything whose name starts so has this relative error."""
    return {n: a * (1 + error) if n.startswith(name) else a for n, a in results.items()}


def reason(results, name, error, dtype, **noise):
    """What is said of such results, when they are held against those without error."""
    for moment in ("after 3", "after 10", "after 100"):
        results = results | named(moment, under("trained", results))
    wrong = off(results, name, error)
    return equality.verdict(wrong, results, MODEL, dtype, **noise).reason


@pytest.mark.parametrize(("dtype", "name", "gate"), GATES)
def test_half_a_gate_is_equal_and_double_is_not(results, dtype, name, gate):
    assert reason(results, name, gate / 2, dtype) is None
    assert f"allowed {gate:.0e}" in reason(results, name, gate * 2, dtype)


@pytest.mark.parametrize(
    ("name", "moment"), [("after 10/", "after 10"), ("losses/", "first losses")]
)
def test_ten_times_the_noise_is_allowed_in_float32_and_no_more(results, name, moment):
    noise = {moment: NOISE}

    assert reason(results, name, 5 * NOISE, "float32", noise=noise) is None
    assert reason(results, name, 20 * NOISE, "float32", noise=noise) is not None
    assert reason(results, name, 5 * NOISE, "float32") is not None


@pytest.mark.parametrize(
    ("switched", "size", "excused"),
    [
        (2, 40_000, ("hidden",)),
        (8, 40_000, ()),
        (1, 6, ("hidden",)),
        (2, 6, ()),
    ],
)
def test_only_where_few_numbers_have_switched_a_gradient_is_excused(
    results, switched, size, excused
):
    layer = np.concatenate([np.zeros(size // 2), np.ones(size // 2)])
    truth = results | {"activation/hidden": layer}
    near = truth | {"activation/hidden": layer.copy()}
    near["activation/hidden"][:switched] = 1e-7

    verdict = equality.verdict(
        off(near, "gradient/hidden", 5e-4), truth, MODEL, "float32"
    )

    assert verdict.excused == excused
    assert (verdict.reason is None) == bool(excused)


def row(framework, dtype="", change=dict):
    """A row whose results are all one, but those of one dtype may be changed."""
    direction = unit(under("direction", EXPERIMENT.inputs("float64")))
    results = {}
    for each in DTYPES:
        shapes = EXPERIMENT.shapes(each, noise_runs=NOISE_RUNS)
        ones = {n: np.ones((64, 1) if s is None else s) for n, s in shapes.items()}
        ones["slope/loss"] = np.full(2, sum(d.sum() for d in direction.values()))
        typed = {name: array.astype(each) for name, array in ones.items()}
        typed |= named("declared", under("after 10", typed))
        results[each] = change(typed) if each == dtype else typed
    return Candidate(framework, MODES[framework][0], results=results)


def judged(*rows):
    judge(rows, EXPERIMENT)
    return rows


@pytest.mark.parametrize("others", [(), ("jax", "reference")])
def test_a_gradient_that_is_not_its_own_slope_is_never_equal(others):
    def bent(results):
        return off(results, "slope/", 1e-2)

    wrong, *right = judged(row("pytorch", "float64", bent), *map(row, others))

    assert wrong.status == "different"
    assert "differences of its own loss" in wrong.reason
    assert [c.status for c in right] == ["equal"] * len(right)


@pytest.mark.parametrize(("dtype", "gate"), [("float64", 1e-9), ("float32", 1e-5)])
def test_own_updates_are_held_to_what_is_declared_of_them(dtype, gate):
    def declared(error):
        def change(results):
            return off(results, "declared/", error)

        return judged(row("pytorch", dtype, change), row("jax"), row("reference"))[0]

    near, wrong = declared(gate / 2), declared(gate * 2)

    assert (near.status, near.reason) == ("equal", None)
    assert wrong.status == "different"
    words = f"{dtype}: its own updates are not what is declared of them"
    assert words in wrong.reason


def test_no_error_that_was_measured_is_larger_than_the_account_of_the_gates_says():
    text = COMPARED.read_text(encoding="utf-8")
    rows = [r for d in json.loads(text)["documents"] for r in d["rows"]]
    calm = [r for r in rows if "zero here or in float64" not in (r["remark"] or "")]
    observed = re.findall(r"\[(.*?)\] .*\[(.*?)\]|\[(.*?)\] .*not asked", TABLE)
    float64 = [float(first or third) for first, _, third in observed]
    float32 = [float(second) for _, second, _ in observed if second]

    assert all(row["status"] == "equal" for row in rows)
    assert largest("forward_error", rows) <= float64[0]
    assert largest("gradient_error", rows) <= float64[1]
    assert largest("trajectory_error", rows) <= max(float64[2:])
    singly, calmly = ([r["float32"] for r in some] for some in (rows, calm))
    assert largest("forward_error", singly) <= float32[0]
    assert largest("gradient_error", calmly) <= float32[1]
    assert largest("trajectory_error", calmly) <= max(float32[2:])


def largest(kind, rows):
    return max(row[kind] for row in rows)
