import math

import numpy as np
import pytest

import reference_impl as ri
from reference_impl import train


def fit(run, scores, **options):
    """A training that is evaluated to these scores, one epoch each."""
    given = iter(scores)
    stopping = train.EarlyStopping(score="score", **options)
    state = run.fit(
        epochs=len(scores),
        evaluate=lambda model: {"score": next(given)},
        callbacks=[stopping],
    )
    return state


@pytest.mark.parametrize(
    ("scores", "options", "epochs", "best"),
    [
        ([3, 2, 1], {"patience": 1}, 3, 3),
        ([3, 2, 2, 1], {"patience": 1}, 3, 2),
        ([3, 2, 2, 1], {"patience": 2}, 4, 4),
        ([3, 2.5, 2, 1.9], {"patience": 1, "minimum_change": 0.5}, 2, 1),
        ([1, 2, 3, 0, 9], {"patience": 1, "larger_is_better": True}, 4, 3),
        ([math.nan, 2, math.nan, 1], {"patience": 2}, 4, 4),
        ([math.nan, math.nan, 1], {"patience": 2}, 2, 0),
    ],
)
def test_training_ends_when_patience_does_and_the_best_model_returns(
    run, bits, scores, options, epochs, best
):
    state = fit(run, scores, **options)
    expected = run.fit(epochs=best)

    assert state.epoch.item() == epochs
    assert bits(state.model) == bits(expected.model)


def test_the_last_model_returns_if_that_is_wanted(run, bits):
    state = fit(run, [1, 2, 2, 2], patience=2, restore_best=False)

    assert bits(state) == bits(run.fit(epochs=3))


def test_one_record_serves_two_trainings(run, bits):
    stopping = train.EarlyStopping("train_loss", patience=1, minimum_change=9.0)

    first = run.fit(epochs=4, callbacks=[stopping])
    second = run.fit(epochs=4, callbacks=[stopping])

    assert first.epoch.item() == 2  # the first evaluation beats infinity
    assert bits(first) == bits(second)


def test_a_score_that_is_not_there_is_named(run):
    stopping = train.EarlyStopping(score="accuracy")

    with pytest.raises(
        ri.RangeError,
        match=r"EarlyStopping: there is no score 'accuracy'; .* train_loss",
    ):
        run.fit(epochs=1, callbacks=[stopping])


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"patience": 0}, ri.RangeError, "patience must be at least 1, 0 came"),
        ({"patience": 2.5}, ri.DtypeError, "patience must be an integer, 2.5 came"),
        ({"minimum_change": -1.0}, ri.RangeError, "minimum_change must be finite and"),
        ({"minimum_change": math.nan}, ri.RangeError, "minimum_change .* nan came"),
    ],
    ids=str,
)
def test_numbers_out_of_range_are_named(options, error, message):
    with pytest.raises(error, match=f"EarlyStopping: {message}"):
        train.EarlyStopping("accuracy", **options)


def test_nobody_watches_the_training_loss_by_accident():
    with pytest.raises(TypeError, match="score"):
        train.EarlyStopping()


def test_a_score_that_is_no_single_number_is_named(run):
    stopping = train.EarlyStopping(score="several")

    message = "EarlyStopping: the score 'several' must be a real number, array"
    with pytest.raises(ri.DtypeError, match=message):
        run.fit(
            epochs=1,
            evaluate=lambda model: {"several": np.ones(2)},
            callbacks=[stopping],
        )
