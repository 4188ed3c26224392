"""Whole comparisons, with the reference and with impostors of it."""

import pytest

from workbench.comparison import candidates, compare
from workbench.errors import UserError
from workbench.experiment import experiment

SHORT = experiment("mlp", steps=110)
WORKER = """
    import sys
    import numpy as np
    import adapters.{framework}.train as train
    {change}
    from workbench.worker import main
    main(*sys.argv[3:])
"""
TRIO = ["reference", "pytorch", "jax"]


def rows(document):
    return {row["framework"]: row for row in document["rows"]}


@pytest.fixture
def changed(impostor):
    def plant(framework, change):
        impostor(framework, WORKER.format(framework=framework, change=change))

    return plant


def test_the_reference_alone_is_checked_against_its_own_loss():
    document = compare(SHORT, frameworks=["reference"], measure=False)

    (row,) = document["rows"]
    assert row["status"] == "equal"
    assert "nothing to compare with" in row["reason"]
    assert len(row["losses"]) == SHORT.steps


def test_a_wrong_gradient_of_the_reference_alone_is_found_by_its_own_loss(changed):
    changed(
        "reference",
        "io = train.io; named = io.named;"
        "io.named = lambda m, g: {n: a * 1.001 for n, a in named(m, g).items()}",
    )

    (row,) = compare(SHORT, frameworks=["reference"], measure=False)["rows"]

    assert row["status"] == "different"
    assert "differences of its own loss" in row["reason"]


@pytest.mark.frameworks
def test_a_wrong_gradient_in_one_adapter_is_found_and_located(changed):
    changed(
        "pytorch",
        "loss = train.value_and_grad;\n"
        "    def wrong(model, *rest):\n"
        "        value, grads = loss(model, *rest)\n"
        "        return value, (grads[0] * 1.001, *grads[1:])\n"
        "    train.value_and_grad = wrong",
    )

    found = rows(compare(SHORT, frameworks=TRIO, measure=False))

    assert [found[name]["status"] for name in TRIO] == ["equal", "different", "equal"]
    assert "gradient differs first in layer hidden" in found["pytorch"]["reason"]


@pytest.mark.frameworks
def test_a_wrong_layer_in_one_adapter_is_found_and_located(changed):
    changed(
        "jax",
        "import jax, adapters.jax.models as models;"
        "models.MODELS['mlp'] = lambda dtype: models.sequential("
        "hidden=models.linear(64, 128, dtype), relu=lambda p, x: jax.nn.gelu(x),"
        "output=models.linear(128, 10, dtype))",
    )

    found = rows(compare(SHORT, frameworks=TRIO, measure=False))

    assert [found[name]["status"] for name in TRIO] == ["equal", "equal", "different"]
    assert "forward differs first in layer relu" in found["jax"]["reason"]


@pytest.mark.frameworks
def test_a_wrong_optimiser_in_one_adapter_is_found(changed):
    changed(
        "pytorch",
        "import torch; update = train.optim.update;\n"
        "    def wrong(params, grads, velocities, *, lr, momentum):\n"
        "        update(params, grads, velocities, lr=lr, momentum=momentum + 1e-6)\n"
        "    train.optim.update = wrong",
    )

    found = rows(compare(SHORT, frameworks=TRIO, measure=False))

    assert found["pytorch"]["status"] == "different"
    assert "parameters differ when trained" in found["pytorch"]["reason"]


def test_not_a_number_fails_with_its_place(changed):
    changed(
        "reference",
        "io = train.io; named = io.named;"
        "io.named = lambda m, g: {n: a * np.nan for n, a in named(m, g).items()}",
    )

    (row,) = compare(SHORT, frameworks=["reference"], measure=False)["rows"]

    assert row["status"] == "failed"
    assert "NaN in gradient of hidden.weight" in row["reason"]


def test_what_crashes_fails_and_the_others_go_on(impostor):
    impostor("jax", "import sys; sys.exit('no')")

    found = rows(compare(SHORT, frameworks=["reference", "jax"], measure=False))

    assert found["jax"]["status"] == "failed"
    assert found["reference"]["status"] == "equal"


def test_cost_is_measured_for_what_is_equal():
    quick = compare(SHORT, frameworks=["reference"], rounds=2)

    (row,) = quick["rows"]
    step = row["step_seconds"]
    assert 0 < step["low"] <= step["median"] <= step["high"]
    assert row["latency_seconds"]["median"] > 0
    assert row["first_step_seconds"] > 0
    assert row["import_seconds"] > 0
    assert row["peak_bytes"] > 10**7


def test_progress_ends_with_everything_done():
    calls = []

    compare(
        SHORT,
        frameworks=["reference"],
        rounds=1,
        progress=lambda what, done, total: calls.append((done, total)),
    )

    assert calls == [(1, 3), (2, 3), (3, 3)]


def test_an_unknown_framework_or_mode_is_answered_with_a_list():
    with pytest.raises(UserError, match="reference, pytorch, tensorflow, mxnet, jax"):
        candidates(["caffe"], "default")
    with pytest.raises(UserError, match="default, all"):
        candidates(["reference"], "fast")


def test_more_threads_than_cores_are_refused():
    with pytest.raises(UserError, match="at most"):
        compare(experiment("mlp", threads=4096))
