"""Whole comparisons, with the reference and with impostors of it."""

import numpy as np
import pytest

from workbench.candidates import candidates
from workbench.comparison import compare
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
    assert "nothing but differences of its own loss" in row["reason"]
    assert row["forward_error"] is None
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
        "import jax, adapters.jax.layers as layers, adapters.jax.models as models;"
        "gelu = layers._Layer(init=dict, apply=lambda p, x: jax.nn.gelu(x));"
        "models.MODELS['mlp'] = lambda dtype: models.sequential("
        "hidden=models.linear(64, 128, dtype), relu=gelu,"
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
    assert "training differs in trained" in found["pytorch"]["reason"]


@pytest.mark.frameworks
def test_a_prediction_that_is_not_the_models_is_found(changed):
    changed("pytorch", "train.Trainer.predict = lambda self, x: 0 * self.model(x)")

    found = rows(compare(SHORT, frameworks=TRIO, measure=False))

    assert [found[name]["status"] for name in TRIO] == ["equal", "different", "equal"]
    assert "forward differs first in the whole model" in found["pytorch"]["reason"]


@pytest.mark.frameworks
def test_a_loss_that_is_not_what_training_lowers_is_found(changed):
    changed(
        "pytorch",
        "step = train.Trainer.step;"
        "train.Trainer.step = lambda self, x, y: step(self, x, y) + 1",
    )

    found = rows(compare(SHORT, frameworks=TRIO, measure=False))

    assert [found[name]["status"] for name in TRIO] == ["equal", "different", "equal"]
    assert "training differs in losses" in found["pytorch"]["reason"]


@pytest.mark.frameworks
def test_an_answer_of_another_shape_is_told_by_its_name(changed):
    changed("jax", "train.to_numpy = lambda x: np.array(x)[:3]")

    found = rows(compare(SHORT, frameworks=TRIO, measure=False))

    assert [found[name]["status"] for name in TRIO] == ["equal", "equal", "different"]
    assert "activation of hidden must be float64[64, 128]" in found["jax"]["reason"]


@pytest.mark.frameworks
def test_of_two_that_differ_in_value_neither_is_called_right(changed):
    changed(
        "pytorch",
        "import torch.nn.functional as F; train.LOSSES = {'cross_entropy': "
        "lambda z, y: F.cross_entropy(z, y, label_smoothing=0.1)}",
    )

    found = rows(compare(SHORT, frameworks=["reference", "pytorch"], measure=False))

    for row in found.values():
        assert row["status"] == "different"
        assert "nothing says which of them is right" in row["reason"]


def test_a_mistake_in_an_adapter_is_a_failure_and_not_a_missing_framework(impostor):
    impostor(
        "jax",
        "import sys; sys.modules['adapters.jax.optim'] = None\n"
        "from workbench.worker import main; main(*sys.argv[3:])",
    )

    found = rows(compare(SHORT, frameworks=["reference", "jax"], measure=False))

    assert found["jax"]["status"] == "failed"
    assert "adapters.jax.optim" in found["jax"]["reason"]


def test_not_a_number_fails_with_its_place(changed):
    changed(
        "reference",
        "io = train.io; named = io.named;"
        "io.named = lambda m, g: {n: a * np.nan for n, a in named(m, g).items()}",
    )

    (row,) = compare(SHORT, frameworks=["reference"], measure=False)["rows"]

    assert row["status"] == "failed"
    assert "NaN in gradient of hidden.weight" in row["reason"]


@pytest.mark.frameworks
def test_what_diverges_because_its_gradient_is_wrong_is_located(changed):
    changed(
        "pytorch",
        "grads = train.value_and_grad;\n"
        "    def wrong(model, *rest):\n"
        "        value, found = grads(model, *rest)\n"
        "        return value, tuple(1e4 * g for g in found)\n"
        "    train.value_and_grad = wrong",
    )

    with np.errstate(all="ignore"):
        found = rows(compare(SHORT, frameworks=TRIO, measure=False))

    assert [found[name]["status"] for name in TRIO] == ["equal", "different", "equal"]
    assert "gradient differs first in layer output" in found["pytorch"]["reason"]


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
