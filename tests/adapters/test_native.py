"""What each framework's own optimisers and losses compute, and why it differs.

NumPy trains the same model by the formula that is declared to be the framework's, with
a gradient that is written here.
"""

import dataclasses

import numpy as np
import pytest

from adapters.contract import FRAMEWORKS, MODES
from adapters.deviations import DEVIATIONS, SETTINGS, cause, deviation
from adapters.formulas import FORMULAS
from adapters.native_losses import LOSSES
from adapters.zoo import MODELS
from atlas.rows import ROWS
from workbench.arrays import under
from workbench.experiment import experiment

pytestmark = [pytest.mark.frameworks, pytest.mark.xdist_group("native")]

JOBS = "natively"
STEPS = 20
ROUNDING = 1e-12  # of float64, in sums that are taken in other orders [2e-15]
FACTOR = 2  # between a size and the one digit of it that is declared
MODEL = "softmax_regression"  # no kink multiplies a small difference
# What each loss trains, and how many numbers a sample of it has.
TRAINED_BY = {
    "mean_squared_error": ("linear_regression", 1),
    "cross_entropy": ("softmax_regression", 1),
    "binary_cross_entropy": ("vae", 64),
}
INPUTS = experiment(MODEL, steps=STEPS, batch=16).inputs("float64")
START = under("parameter", INPUTS)


def flat(arrays):
    return np.concatenate([arrays[name].ravel() for name in START])


def named(p):
    ends = np.cumsum([a.size for a in START.values()])
    parts = zip(START.items(), np.split(p, ends[:-1]), strict=True)
    return {name: part.reshape(a.shape) for (name, a), part in parts}


def slope(p, x, y):
    """The gradient of the mean cross-entropy of a softmax regression."""
    w = named(p)
    scores = x @ w["output.weight"] + w["output.bias"]
    chances = np.exp(scores - scores.max(1, keepdims=True))
    chances /= chances.sum(1, keepdims=True)
    g = (chances - np.eye(10)[y]) / len(y)
    return flat({"output.weight": x.T @ g, "output.bias": g.sum(0)})


def trained(formula, settings):
    """The parameters after all steps by a formula."""
    samples = under("train", INPUTS)
    batches = ((samples["x"][rows], samples["y"][rows]) for rows in INPUTS["order"])
    return formula(flat(START), lambda p: slope(p, *next(batches)), STEPS, **settings)


def distance(p, truth):
    return np.linalg.norm(p - truth) / np.linalg.norm(truth)


def natively(worker, inputs, mode, optimiser, settings):
    """The parameters after all steps of a framework's own optimiser."""
    output = inputs.with_name("trained.npz")
    worker.ask(
        "train",
        inputs=str(inputs),
        output=str(output),
        model=MODEL,
        mode=mode,
        optimiser={"name": optimiser, **settings},
    )
    with np.load(output) as file:
        return flat(file)


@pytest.fixture(scope="module")
def inputs(tmp_path_factory):
    """The file with what crosses to the frameworks."""
    path = tmp_path_factory.mktemp("native") / "inputs.npz"
    np.savez(path, **INPUTS)
    return path


@pytest.mark.parametrize(
    ("framework", "mode"), [(f, mode) for f in FRAMEWORKS for mode in MODES[f]]
)
def test_native_updates_follow_the_declared_formula(workers, inputs, framework, mode):
    for optimiser, kinds in SETTINGS.items():
        row = deviation(framework, mode, optimiser)
        formula = row.formula if row else FORMULAS[optimiser]
        for kind, settings in kinds.items():
            if row is None and kind == "dyadic":
                continue  # what holds for any numbers holds for those
            found = natively(workers(framework), inputs, mode, optimiser, settings)
            apart = distance(found, trained(FORMULAS[optimiser], settings))
            case = f"{optimiser}, {kind}"

            assert distance(found, trained(formula, settings)) < ROUNDING, case
            if cause(framework, mode, optimiser, settings) is None:
                assert apart < ROUNDING, case
            else:
                size = row.sizes[kind]
                assert size / FACTOR < apart < size * FACTOR, case


def test_formulas_can_be_told_apart():
    """By a hundred times what is allowed above, for settings as they are every day."""
    decimal = [row for row in DEVIATIONS if row.optimiser == "adam"]
    results = [trained(row.formula, SETTINGS["adam"]["decimal"]) for row in decimal]

    for i, one in enumerate(results):
        for other in results[:i]:
            assert distance(one, other) > 100 * ROUNDING


@pytest.mark.parametrize(
    "loss", LOSSES, ids=lambda loss: f"{loss.framework}, {loss.loss}"
)
def test_an_own_loss_is_the_adapters_with_its_options_and_only_then(workers, loss):
    rng = np.random.default_rng(0)
    N, D = 6, 4
    prediction, y = rng.normal(size=(N, D)), rng.uniform(size=(N, D))
    if loss.loss == "cross_entropy":
        y = rng.integers(0, D, N)

    found = workers(loss.framework).ask(
        "loss",
        name=loss.loss,
        own=loss.own,
        options=dict(loss.options),
        prediction=prediction.tolist(),
        y=y.tolist(),
    )

    factor = D if loss.is_mean else 1
    assert factor * found["own"] == pytest.approx(found["shared"], rel=ROUNDING)
    is_default = found["unsaid"] == pytest.approx(found["own"], rel=ROUNDING)
    assert is_default == (not loss.options)


@pytest.mark.parametrize(
    "loss", LOSSES, ids=lambda loss: f"{loss.framework}, {loss.loss}"
)
def test_a_model_trains_by_an_own_loss_as_by_the_adapters(workers, tmp_path, loss):
    model, features = TRAINED_BY[loss.loss]
    one, inputs = experiment(model, steps=10, batch=16), tmp_path / "inputs.npz"
    np.savez(inputs, **one.inputs("float64"))
    (mode,) = {"eager", "imperative"} & set(MODES[loss.framework])
    own = {"name": loss.loss, "own": loss.own, "options": dict(loss.options)}
    own["factor"] = features if loss.is_mean else 1
    found = []

    for job, more in {"train_by_its_own": own, "train_by_the_adapters": {}}.items():
        output = tmp_path / f"{job}.npz"
        workers(loss.framework).ask(
            job, inputs=str(inputs), output=str(output), **one.options(mode), **more
        )
        with np.load(output) as file:
            found.append(dict(file))

    natively, shared = found
    assert {f"gradient/{name}" for name in MODELS[model].shapes} < set(shared)
    for name, array in shared.items():
        np.testing.assert_allclose(
            natively[name], array, rtol=0, atol=ROUNDING * abs(array).max()
        )


@pytest.mark.parametrize("row", [*DEVIATIONS, *LOSSES])
def test_rows_of_the_atlas_are_about_the_framework(row):
    numbered = {one.number: one for one in ROWS}
    for number in row.rows:
        assert row.framework in numbered[number].odd(), number


def test_a_framework_and_mode_have_one_formula_for_an_optimiser():
    named = [
        (row.framework, mode, row.optimiser) for row in DEVIATIONS for mode in row.modes
    ]

    assert len(set(named)) == len(named)
    assert all(mode in MODES[framework] for framework, mode, _ in named)


def test_a_cause_names_the_settings_that_float32_does_not_hold():
    exact, decimal = SETTINGS["momentum"].values()

    assert cause("mxnet", "module", "momentum", exact) is None
    assert cause("pytorch", "eager", "momentum", decimal) is None
    assert cause("mxnet", "module", "momentum", decimal) == (
        "its own momentum rounds lr and momentum to float32"
    )
    mixed = {**exact, "lr": 0.1}
    assert cause("tensorflow", "fit", "momentum", mixed) == (
        "its own momentum rounds lr to float32"
    )


def test_a_cause_tells_where_eps_stands_even_of_settings_that_are_exact():
    told = cause("tensorflow", "fit", "adam", SETTINGS["adam"]["dyadic"])

    assert told == (
        "its own adam adds eps before it corrects the bias of the second moment"
    )


def test_a_cause_tells_what_is_rounded_in_every_step():
    told = cause("tensorflow", "session", "adam", SETTINGS["adam"]["dyadic"])

    assert told.endswith(" and rounds the powers of beta1 and beta2 to float32")


@pytest.mark.parametrize(
    ("place", "reason"),
    [
        (("theano", "eager", "adam"), "no framework 'theano'; there is: reference, "),
        (("jax", "eager", "adam"), "no mode 'eager'; there is: jit, op by op"),
        (("jax", "jit", "lion"), "no optimiser 'lion'; there is: momentum, adam"),
    ],
)
def test_what_does_not_exist_has_no_cause(place, reason):
    with pytest.raises(ValueError, match=reason):
        cause(*place, {})


def test_declarations_cannot_be_changed():
    for row in (DEVIATIONS[0], LOSSES[0]):
        with pytest.raises(dataclasses.FrozenInstanceError):
            row.framework = "jax"
