import numpy as np
import pytest

import reference_impl as ri
from reference_impl import data, nn, train

# Sums of float32 losses in another order.
TOLERANCE = 1e-6

METRICS = {
    "loss": nn.cross_entropy,
    "accuracy": train.accuracy,
    "confusion": train.confusion_matrix(3),
}


def test_scores_do_not_depend_on_the_batches(run):
    model, arrays = run.model(), (run.X, run.Y)
    whole = train.evaluate(model, arrays, METRICS)

    assert whole["confusion"].sum() == len(run.X)
    for data_set, options in (
        (arrays, {"batch_size": 5}),
        (run.loader(), {}),
        (data.Loader(arrays, batch_size=3), {"compiled": True}),
    ):
        came = train.evaluate(model, data_set, METRICS, **options)
        assert came["loss"] == pytest.approx(whole["loss"], rel=TOLERANCE)
        assert came["accuracy"] == pytest.approx(whole["accuracy"], rel=TOLERANCE)
        np.testing.assert_array_equal(came["confusion"], whole["confusion"])


def test_the_map_after_training_is_evaluated(run):
    # In training this model needs a key.
    model = run.model()
    value = nn.cross_entropy(model(ri.tensor(run.X)), ri.tensor(run.Y))

    came = train.evaluate(model, (run.X, run.Y), {"loss": nn.cross_entropy})

    assert came == {"loss": pytest.approx(value.item(), rel=TOLERANCE)}
    assert type(came["loss"]) is float


def test_any_function_is_a_model(run):
    def first_class(x):
        return ri.one_hot(ri.zeros(x.shape[0], dtype=ri.int64), 3)

    for compiled in (False, True):
        came = train.evaluate(
            first_class,
            (run.X, run.Y),
            {"accuracy": train.accuracy},
            compiled=compiled,
        )
        assert came["accuracy"] == pytest.approx(np.mean(run.Y == 0), rel=TOLERANCE)


def test_no_example_and_a_batch_of_none_are_errors(run):
    empty = (run.X[:0], run.Y[:0])
    with pytest.raises(ri.RangeError, match="evaluate: data: at least one example"):
        train.evaluate(run.model(), empty, METRICS)
    with pytest.raises(ri.RangeError, match=r"evaluate: batch_size .*, 0 came"):
        train.evaluate(run.model(), (run.X, run.Y), METRICS, batch_size=0)
    with pytest.raises(ri.DtypeError, match=r"evaluate: batch_size .*, 2.5 came"):
        train.evaluate(run.model(), (run.X, run.Y), METRICS, batch_size=2.5)


@pytest.mark.parametrize(
    ("given", "came"),
    [
        (data.Dataset(*[np.zeros(3)] * 4), "a Dataset of 4"),
        ((np.zeros(3),), "a tuple of 1"),
        ([np.zeros(3), np.zeros(3)], "a list"),
        (np.zeros((2, 3)), "a ndarray"),
    ],
    ids=["set", "tuple", "list", "array"],
)
def test_what_is_no_data_is_named(run, given, came):
    message = rf"evaluate: data must be a loader or a tuple \(x, y\) .*, {came} came"
    with pytest.raises(ri.DtypeError, match=message):
        train.evaluate(run.model(), given, METRICS)


def test_a_loader_of_three_arrays_is_named(run):
    loader = data.Loader((run.X, run.Y, run.Y), batch_size=4)

    with pytest.raises(ri.ShapeError, match=r"data: batches \(x, y\) .* of 3 arrays"):
        train.evaluate(run.model(), loader, METRICS)


def test_every_kind_of_metric_is_taken(run):
    metrics = {
        "p": train.perplexity,
        "top": train.top_k(3),
        "loss": nn.cross_entropy,
        "confusion": train.confusion_matrix(3),
    }

    came = train.evaluate(run.model(), (run.X, run.Y), metrics)

    assert came["p"] == pytest.approx(np.exp(came["loss"]), rel=TOLERANCE)
    assert came["top"] == 1.0


@pytest.mark.parametrize("y", [np.zeros(3), np.float32(1)])
def test_arrays_of_unequal_length_are_named(run, y):
    with pytest.raises(ri.ShapeError, match=r"evaluate: x and y .*, x is \(22, 4\)"):
        train.evaluate(run.model(), (run.X, y), METRICS)


@pytest.mark.parametrize("metrics", [train.accuracy, [train.accuracy]])
def test_metrics_have_names(run, metrics):
    with pytest.raises(ri.DtypeError, match="evaluate: metrics must be a mapping"):
        train.evaluate(run.model(), (run.X, run.Y), metrics)
