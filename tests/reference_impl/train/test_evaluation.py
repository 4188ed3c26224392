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


@pytest.mark.parametrize("y", [np.zeros(3), np.float32(1)])
def test_arrays_of_unequal_length_are_named(run, y):
    with pytest.raises(ri.ShapeError, match=r"evaluate: x and y .*, x is \(22, 4\)"):
        train.evaluate(run.model(), (run.X, y), METRICS)
