"""The claim of the book: five frameworks compute the same thing."""

import os
import shutil

import pytest

from adapters.contract import FRAMEWORKS, MODES
from adapters.zoo import MODELS
from workbench.comparison import compare
from workbench.experiment import experiment
from workbench.laboratory import Laboratory
from workbench.request import Request

# What was learned hangs on float32 roundings of all steps; metrics are equal.
LEARNED_TOLERANCE = 1e-4
# However slow the machine is, all steps are made.
LIMIT_SECONDS = PATIENCE_SECONDS = 300

# Parameters are compared after 10 steps and after 100. By day few models get so far:
# those with short steps, which are so calm that all learn the same to rounding.
STEPS, FEW = 110, {"steps": 12, "batch": 32}
CALM = ("linear_regression", "softmax_regression", "matrix_factorisation", "mlp")
# Small models, one of them with two objectives. torch.compile is left to the other: a
# C++ compiler that has not seen its code before takes minutes.
CHEAP = {
    "mlp": ("all",),
    "gan": tuple({m for of_one in MODES.values() for m in of_one} - {"torch.compile"}),
}

BY_NIGHT = "NIGHTLY" in os.environ  # then every model runs in every mode

pytestmark = [pytest.mark.frameworks, pytest.mark.xdist_group("five frameworks")]


@pytest.fixture(scope="module")
def laboratory():
    """Workers of all frameworks."""
    with Laboratory(limit_seconds=LIMIT_SECONDS) as laboratory:
        yield laboratory


@pytest.fixture(scope="module", params=MODELS)
def document(request, laboratory):
    size = {"steps": STEPS} if request.param in CALM else FEW
    return compare(
        experiment(request.param, **size),
        Request(measure=False, patience_seconds=PATIENCE_SECONDS),
        laboratory=laboratory,
    )


def present(document, framework):
    (row,) = (r for r in document["rows"] if r["framework"] == framework)
    if row["status"] == "missing":
        pytest.skip(f"{framework}: {row['reason']}")
    return row


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_a_framework_is_equal_to_the_others(document, framework):
    row = present(document, framework)

    assert (row["status"], row["reason"]) == ("equal", None)
    assert row["steps"] == document["experiment"]["steps"]


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_its_errors_are_within_the_gates_of_float64(document, framework):
    row = present(document, framework)

    assert row["forward_error"] <= 1e-12
    assert row["gradient_error"] <= 1e-12
    assert row["trajectory_error"] <= 1e-9


@pytest.mark.parametrize("framework", [f for f in FRAMEWORKS if f != "reference"])
def test_it_has_learned_what_the_others_learned(document, framework):
    row = present(document, framework)
    reference = present(document, "reference")
    if document["experiment"]["model"] not in CALM:
        pytest.skip("what few steps of this model teach, a rounding decides")

    assert row["metric"]["value"] == pytest.approx(
        reference["metric"]["value"], rel=LEARNED_TOLERANCE
    )


@pytest.mark.parametrize("model", MODELS if BY_NIGHT else CHEAP)
def test_every_mode_computes_the_same(model, laboratory):
    modes = ("all",) if BY_NIGHT else CHEAP[model]
    request = Request(modes=modes, measure=False, patience_seconds=PATIENCE_SECONDS)

    one = experiment(model, **({"steps": STEPS} if BY_NIGHT else FEW))
    document = compare(one, request, laboratory=laboratory)

    found = [row for row in document["rows"] if row["status"] != "missing"]
    if shutil.which("c++") is None:  # which torch.compile asks for
        found = [row for row in found if row["mode"] != "torch.compile"]
    if len({row["framework"] for row in found}) < 2:
        pytest.skip("two frameworks are needed to compare them")
    wrong = [
        (row["framework"], row["mode"], row["reason"])
        for row in found
        if (row["status"], row["steps"]) != ("equal", one.steps)
    ]
    assert not wrong
