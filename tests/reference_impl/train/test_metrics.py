import numpy as np
import pytest

import reference_impl as ri
from reference_impl import train

# One rounding of a quotient and of a float32 loss.
TOLERANCE = 1e-6

LOGITS = np.array(
    [[0.1, 0.7, 0.2], [0.5, 0.1, 0.4], [0.2, 0.3, 0.5], [0.9, 0.8, 0.7]], np.float32
)
LABELS = np.array([1, 2, 2, 1])


def over(metric, *batches):
    state = metric.init()
    for logits, labels in batches:
        state = metric.update(state, ri.tensor(logits), ri.tensor(labels))
    return metric.result(state)


def test_accuracy_is_the_part_that_is_right():
    assert train.accuracy(ri.tensor(LOGITS), ri.tensor(LABELS)).item() == 0.5


@pytest.mark.parametrize(("k", "expected"), [(1, 0.5), (2, 1.0), (3, 1.0)])
def test_top_k_counts_labels_among_the_largest(k, expected):
    assert train.top_k(k)(ri.tensor(LOGITS), ri.tensor(LABELS)).item() == expected


def test_top_1_is_accuracy_with_ties_and_with_numbers_that_are_none():
    logits = ri.tensor([[1.0, 1.0], [np.nan, 2.0], [2.0, np.nan]])
    for labels in ([0, 0, 0], [1, 1, 1]):
        y = ri.tensor(labels)

        assert train.top_k(1)(logits, y).item() == train.accuracy(logits, y).item()


def test_metrics_take_more_axes():
    logits, labels = ri.tensor(LOGITS.reshape(2, 2, 3)), ri.tensor(LABELS.reshape(2, 2))

    assert train.accuracy(logits, labels).item() == 0.5
    assert train.top_k(2)(logits, labels).item() == 1.0
    flat = over(train.perplexity, (LOGITS, LABELS)).item()
    assert over(train.perplexity, (logits, labels)).item() == flat
    counts = over(train.confusion_matrix(3), (logits, labels))
    assert counts.tolist() == over(train.confusion_matrix(3), (LOGITS, LABELS)).tolist()


def test_an_average_weighs_batches_by_their_size():
    metric = train.average(train.accuracy)

    came = over(metric, (LOGITS[:3], LABELS[:3]), (LOGITS[3:], LABELS[3:]))

    assert came.dtype == ri.float64
    assert came.item() == pytest.approx(0.5, rel=TOLERANCE)


def test_a_confusion_matrix_counts_class_by_prediction():
    came = over(train.confusion_matrix(3), (LOGITS[:1], LABELS[:1]), (LOGITS, LABELS))

    expected = np.zeros((3, 3), int)
    np.add.at(expected, ([1, *LABELS], [1, *LOGITS.argmax(1)]), 1)
    np.testing.assert_array_equal(came.numpy(), expected)


def test_perplexity_of_equal_logits_is_the_number_of_classes():
    batches = [(np.zeros((n, 5), np.float32), np.zeros(n, int)) for n in (3, 1)]

    assert over(train.perplexity, *batches).item() == pytest.approx(5, rel=TOLERANCE)


def test_perplexity_is_the_exponential_of_the_mean_loss():
    chosen = LOGITS[np.arange(4), LABELS] - np.log(np.exp(LOGITS).sum(axis=1))

    came = over(train.perplexity, (LOGITS[:3], LABELS[:3]), (LOGITS[3:], LABELS[3:]))

    assert came.item() == pytest.approx(np.exp(-chosen.mean()), rel=TOLERANCE)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64"])
def test_metrics_take_every_floating_dtype(dtype):
    logits, labels = ri.tensor(LOGITS, dtype=dtype), ri.tensor(LABELS)

    assert train.accuracy(logits, labels).item() == 0.5
    assert train.top_k(2)(logits, labels).item() == 1.0
    assert over(train.confusion_matrix(3), (logits, labels)).dtype == ri.int64
    assert over(train.perplexity, (logits, labels)).dtype == ri.float64


def test_metrics_run_compiled():
    logits, labels = ri.tensor(LOGITS), ri.tensor(LABELS)

    for metric in (train.accuracy, train.top_k(2)):
        came = ri.compile(lambda x, y, metric=metric: metric(x, y))(logits, labels)
        assert came.item() == metric(logits, labels).item()


@pytest.mark.parametrize(
    ("who", "metric"),
    [
        ("accuracy", train.accuracy),
        ("top_k", train.top_k(1)),
        ("perplexity", lambda x, y: over(train.perplexity, (x, y))),
        ("confusion_matrix", lambda x, y: over(train.confusion_matrix(3), (x, y))),
    ],
)
def test_shapes_that_do_not_fit_are_named(who, metric):
    for labels in (LABELS[:, None], LABELS[:3]):
        with pytest.raises(ri.ShapeError, match=rf"{who}: logits \(\.\.\., C\) and"):
            metric(ri.tensor(LOGITS), ri.tensor(labels))


def test_what_is_out_of_range_is_named():
    with pytest.raises(ri.RangeError, match="confusion_matrix: classes must be"):
        train.confusion_matrix(0)
    with pytest.raises(ri.DtypeError, match="confusion_matrix: classes must be an int"):
        train.confusion_matrix(2.5)
    with pytest.raises(ri.RangeError, match="top_k: k must be at least 1, 0 came"):
        train.top_k(0)
    with pytest.raises(ri.DtypeError, match="top_k: k must be an integer"):
        train.top_k(1.5)
    with pytest.raises(ri.RangeError, match=r"labels must lie in \[0, 2\)"):
        over(train.confusion_matrix(2), (LOGITS[:, :2], LABELS))
    with pytest.raises(ri.RangeError, match="at least one example is needed"):
        over(train.average(train.accuracy))
