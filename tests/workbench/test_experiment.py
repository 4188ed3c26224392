import numpy as np
import pytest

from adapters.contract import MODELS
from workbench.errors import UserError
from workbench.experiment import Experiment, experiment


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
    exact, single = (experiment(model).inputs(d) for d in ("float64", "float32"))

    for name, array in exact.items():
        np.testing.assert_array_equal(array, single[name])
        assert array.dtype.kind == "i" or array.dtype == np.float64
        assert array.dtype.kind == "i" or single[name].dtype == np.float32


@pytest.mark.parametrize("model", MODELS)
def test_an_epoch_uses_no_sample_twice(model):
    one = experiment(model)
    order = one.inputs("float64")["order"]
    per_epoch = len(one.data().train_x) // one.batch

    assert order.shape == (one.steps, one.batch)
    assert len(np.unique(order[:per_epoch])) == per_epoch * one.batch


def test_training_and_test_samples_are_disjoint():
    data = experiment("mlp").data()
    train = {x.tobytes() for x in data.train_x}

    assert (len(data.train_x), len(data.test_x)) == (1438, 359)
    assert not any(x.tobytes() in train for x in data.test_x)


def test_an_unknown_model_is_answered_with_a_list():
    with pytest.raises(UserError, match="linear_regression, mlp"):
        experiment("resnet")


@pytest.mark.parametrize(
    "bad",
    [
        {"batch": 0},
        {"batch": 10**6},
        {"steps": 0},
        {"lr": -1.0},
        {"threads": 0},
        {"seed": -1},
    ],
)
def test_a_number_out_of_range_is_refused_by_name(bad):
    with pytest.raises(UserError, match=next(iter(bad))):
        experiment("mlp", **bad)


def test_accuracy_counts_right_answers():
    prediction = np.array([[0.0, 1.0], [2.0, 1.0], [0.0, 3.0]])

    metric = Experiment("mlp").metric(prediction, np.array([1, 1, 1]))

    assert metric == {"name": "accuracy", "value": pytest.approx(2 / 3)}
