import dataclasses

import numpy as np
import pytest

from adapters.zoo import MODELS
from reference_impl.core.errors import FileError
from workbench import experiment as experiment_module
from workbench.errors import UserError
from workbench.experiment import experiment, recipe


def test_equal_experiments_have_equal_ids_and_inputs():
    one, other = experiment("mlp", seed=3), experiment("mlp", seed=3)

    assert one.id == other.id
    for name, array in one.inputs("float64").items():
        np.testing.assert_array_equal(array, other.inputs("float64")[name])


@pytest.mark.parametrize(
    "change", [{"seed": 1}, {"steps": 3}, {"batch": 8}, {"lr": 1.0}, {"threads": 2}]
)
def test_whatever_changes_changes_the_id(change):
    assert experiment("mlp", **change).id != experiment("mlp").id


@pytest.mark.parametrize("model", MODELS)
def test_inputs_are_the_same_numbers_in_both_dtypes(model):
    exact, single = (experiment(model, steps=3).inputs(d) for d in DTYPES)

    assert exact.keys() == single.keys()
    for name, array in exact.items():
        np.testing.assert_array_equal(array, single[name])
        assert array.dtype.kind == "i" or array.dtype == np.float64
        assert array.dtype.kind == "i" or single[name].dtype == np.float32


DTYPES = ("float64", "float32")


@pytest.mark.parametrize("name", MODELS)
def test_inputs_are_what_the_model_declares(name):
    model, one = MODELS[name], experiment(name, steps=3)
    arrays = one.inputs("float64")

    def under(prefix):
        start = f"{prefix}/"
        return {n[len(start) :]: a for n, a in arrays.items() if n.startswith(start)}

    def shapes(prefix):
        return {n: a.shape for n, a in under(prefix).items()}

    assert shapes("parameter") == shapes("direction") == model.shapes
    assert shapes("statistic") == model.statistics
    assert under("test").keys() == {*under("train"), *model.noise}
    assert shapes("noise") == {n: (3, one.batch, *s) for n, s in model.noise.items()}
    assert len({len(array) for array in under("test").values()}) == 1


@pytest.mark.parametrize("model", MODELS)
def test_an_epoch_uses_no_sample_twice(model):
    one = experiment(model)
    order = one.inputs("float64")["order"]
    per_epoch = len(next(iter(one.data().train.values()))) // one.batch

    assert order.shape == (one.steps, one.batch)
    first = order[:per_epoch]
    assert len(np.unique(first)) == first.size


def test_a_longer_experiment_begins_as_the_short_one_does():
    short, long = (experiment("mlp", steps=n).inputs("float64") for n in (30, 60))

    np.testing.assert_array_equal(long["order"][:30], short["order"])


def test_training_and_test_samples_are_disjoint():
    data = experiment("mlp").data()
    train = {x.tobytes() for x in data.train["x"]}

    assert (len(data.train["x"]), len(data.test["x"])) == (1438, 359)
    assert not any(x.tobytes() in train for x in data.test["x"])


def test_a_recipe_has_the_steps_the_batch_and_the_optimiser_of_the_model():
    model, one = MODELS["mlp"], recipe("mlp", seed=4)

    assert (one.steps, one.batch, one.optimiser) == (
        model.steps,
        model.batch,
        model.optimiser,
    )
    assert one.seed == 4


def test_a_number_of_the_optimiser_can_be_another():
    one = experiment("mlp", lr=0.5)

    assert one.optimiser.settings == {**MODELS["mlp"].optimiser.settings, "lr": 0.5}
    assert one.as_json()["lr"] == 0.5
    assert one.as_json()["optimiser"] == "momentum"


@pytest.mark.parametrize("dtype", DTYPES)
def test_an_answer_has_everything_of_every_objective(dtype):
    shapes = experiment("gan", steps=12).shapes(dtype)

    for name in ("discriminator_loss", "generator_loss"):
        assert shapes[f"loss/{name}"] == ()
        assert shapes[f"losses/{name}"] == (12,)
        assert (f"slope/{name}" in shapes) == (dtype == "float64")
    assert shapes["after 10/generator.output.bias"] == (2,)
    assert "after 100/generator.output.bias" not in shapes
    assert shapes["activation/generator.hidden"] is None


def test_running_statistics_are_answered_as_parameters_are_but_have_no_gradient():
    shapes = experiment("resnet8").shapes("float64")

    assert shapes["trained/stem_norm.variance"] == (16,)
    assert "gradient/stem_norm.variance" not in shapes


def test_an_unknown_model_is_answered_with_a_list():
    with pytest.raises(UserError, match=r"linear_regression, .*mlp"):
        experiment("perceptron")
    with pytest.raises(UserError, match=r"linear_regression, .*mlp"):
        recipe("perceptron")


@pytest.mark.parametrize(
    "bad",
    [
        {"batch": 0},
        {"batch": 10**6},
        {"steps": 0},
        {"lr": -1.0},
        {"lr": float("nan")},
        {"lr": float("inf")},
        {"momentum": float("nan")},
        {"momentum": 1.0},
        {"beta1": 0.5},
        {"threads": 0},
        {"seed": -1},
    ],
)
def test_a_number_out_of_range_or_unknown_is_refused_by_name(bad):
    with pytest.raises(UserError, match=next(iter(bad))):
        experiment("mlp", **bad)


def test_a_data_set_that_is_not_the_one_that_is_meant_is_refused(monkeypatch):
    def damaged():
        raise FileError("digits: the SHA-256 is another")

    experiment_module._named_set.cache_clear()
    experiment_module.samples.cache_clear()
    monkeypatch.setitem(experiment_module.SETS, "digits", damaged)

    with pytest.raises(UserError, match="digits: the SHA-256 is another"):
        experiment("mlp")


def test_a_model_that_names_no_data_set_is_answered_with_those_that_there_are(
    monkeypatch,
):
    lost = dataclasses.replace(MODELS["mlp"], data="mnist")
    monkeypatch.setitem(experiment_module.MODELS, "mlp", lost)
    experiment_module.samples.cache_clear()

    with pytest.raises(UserError, match="unknown data set 'mnist'; there are: digits"):
        experiment("mlp")
    experiment_module.samples.cache_clear()


def test_the_metric_is_that_of_the_model_on_its_test_samples():
    one = experiment("mlp")
    right = np.eye(10)[one.data().test["y"]]

    assert one.metric(right) == {"name": "accuracy", "value": 1.0}
    assert one.metric(np.roll(right, 1, axis=1))["value"] == 0.0


def test_whether_a_recipe_keeps_its_promise_depends_on_which_way_is_better():
    accuracy, error = MODELS["mlp"].reaches, MODELS["linear_regression"].reaches

    assert experiment("mlp").reaches(accuracy + 0.01)
    assert not experiment("mlp").reaches(accuracy - 0.01)
    assert experiment("linear_regression").reaches(error - 0.01)
    assert not experiment("linear_regression").reaches(error + 0.01)
