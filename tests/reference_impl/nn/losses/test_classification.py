import math
import re

import numpy as np
import pytest

import reference_impl as ri
from reference_impl import nn

RNG = np.random.default_rng(0)
LOGITS, LABELS = RNG.normal(size=(2, 3, 4)), RNG.integers(0, 3, size=(2, 4))
WEIGHT = np.array([0.5, 2.0, 1.0])

# A few roundings of sums of a dozen numbers, in float64.
TOLERANCE = 1e-14


def log_softmax(x, axis):
    return x - np.log(np.exp(x).sum(axis=axis, keepdims=True))


def losses(logits=LOGITS, labels=LABELS):
    """One for each label, with classes on axis 1."""
    return -np.take_along_axis(log_softmax(logits, 1), labels[:, None], 1)[:, 0]


def close(came, needed):
    np.testing.assert_allclose(came, needed, rtol=TOLERANCE, atol=TOLERANCE)


def test_classes_may_stand_on_any_axis():
    x, labels = ri.tensor(LOGITS), ri.tensor(LABELS)

    close(nn.cross_entropy(x, labels), losses().mean())
    close(nn.cross_entropy(x.mT, labels, axis=-1), losses().mean())
    close(nn.cross_entropy(x[0, :, 0], labels[0, 0]), losses()[0, 0])


def test_weights_of_classes_divide_their_mean_as_well():
    needed = (losses() * WEIGHT[LABELS]).sum() / WEIGHT[LABELS].sum()

    came = nn.cross_entropy(
        ri.tensor(LOGITS), ri.tensor(LABELS), weight=ri.tensor(WEIGHT)
    )

    close(came, needed)


@pytest.mark.parametrize("ignored", [1, -100, 255])
def test_an_ignored_label_counts_nowhere(ignored):
    labels = LABELS.copy()
    labels[0, 1] = labels[1, 2] = ignored
    counts = labels != ignored
    loss = nn.cross_entropy
    x, y = ri.tensor(LOGITS), ri.tensor(labels)

    gradient = ri.grad(lambda x: loss(x, y, ignored=ignored))(x).numpy()

    close(loss(x, y, ignored=ignored), losses()[counts].mean())
    assert not gradient.transpose(0, 2, 1)[~counts].any()
    assert gradient.transpose(0, 2, 1)[counts].all()


def test_an_ignored_row_may_rule_classes_out():
    x = ri.tensor([[-np.inf, 0.0, 1.0], [0.0, 0.0, 0.0]])
    loss = lambda x: nn.cross_entropy(x, ri.tensor([-100, 0]), ignored=-100)  # noqa: E731

    value, gradient = ri.value_and_grad(loss)(x)

    assert value.item() == pytest.approx(math.log(3))
    assert gradient[0].tolist() == [0, 0, 0]


@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")
def test_of_ignored_labels_only_the_mean_is_no_number_and_the_sum_is_zero():
    x, labels = ri.ones((2, 3)), ri.tensor([7, 7])

    assert math.isnan(nn.cross_entropy(x, labels, ignored=7).item())
    assert nn.cross_entropy(x, labels, ignored=7, reduction="sum").item() == 0


@pytest.mark.parametrize("weight", [None, WEIGHT], ids=["equal", "weighted"])
def test_smoothing_is_a_distribution_of_the_label_and_all_classes(weight):
    shares = 0.7 * np.eye(3)[LABELS] + 0.3 / 3
    given = None if weight is None else ri.tensor(weight)
    options = {"weight": given, "reduction": "none"}
    x = ri.tensor(LOGITS)

    smoothed = nn.cross_entropy(x, ri.tensor(LABELS), smoothing=0.3, **options)
    explicit = nn.cross_entropy(x.mT, ri.tensor(shares), axis=-1, **options)

    close(smoothed, explicit)
    by_formula = -(shares * (1 if weight is None else weight)).transpose(0, 2, 1)
    close(smoothed, (by_formula * log_softmax(LOGITS, 1)).sum(1))


def test_probabilities_are_smoothed_as_labels_are():
    x, labels = ri.tensor(LOGITS[:, :, 0]), ri.tensor(LABELS[:, 0])
    certain = ri.one_hot(labels, 3, dtype="float64")

    close(
        nn.cross_entropy(x, certain, smoothing=0.2),
        nn.cross_entropy(x, labels, smoothing=0.2),
    )


def test_a_mean_of_many_16_bit_losses_does_not_overflow():
    x, labels = ri.zeros((70_000, 2), dtype="float16"), ri.zeros(70_000, dtype="int64")

    came = nn.cross_entropy(x, labels, weight=ri.ones(2, dtype="float16"))

    assert came.item() == pytest.approx(math.log(2), rel=1e-3)


@pytest.mark.parametrize("label", [3, -1])
@pytest.mark.parametrize("loss", [nn.cross_entropy, nn.negative_log_likelihood])
def test_a_label_out_of_range_is_refused_even_in_a_compiled_function(loss, label):
    x, labels = ri.tensor(LOGITS[:, :, 0]), ri.tensor([0, label])

    for function in (loss, ri.compile(loss)):
        with pytest.raises(
            ri.RangeError, match=rf"labels must lie in \[0, 3\).*{label}"
        ):
            function(x, labels)


def test_the_default_is_a_single_primitive_and_its_mean():
    graph = ri.capture(nn.cross_entropy, ri.ones((2, 3)), ri.tensor([0, 1]))

    assert [node.op.name for node in graph.nodes()] == ["softmax_cross_entropy", "mean"]


def test_a_likelihood_of_log_softmax_is_cross_entropy():
    x, labels = ri.tensor(LOGITS), ri.tensor(LABELS)
    options = {"weight": ri.tensor(WEIGHT), "ignored": 2}

    close(
        nn.negative_log_likelihood(ri.log_softmax(x, axis=1), labels, **options),
        nn.cross_entropy(x, labels, **options),
    )


@pytest.mark.parametrize("loss", [nn.cross_entropy, nn.negative_log_likelihood])
def test_labels_that_do_not_fit_are_refused(loss):
    with pytest.raises(ri.ShapeError, match=rf"^{loss.__name__}: 3 classes .*\(2, 4\)"):
        loss(ri.tensor(LOGITS), ri.tensor(LABELS[0]))
    with pytest.raises(ri.AxisError, match=f"^{loss.__name__}"):
        loss(ri.tensor(LOGITS), ri.tensor(LABELS), axis=3)


def test_a_label_cannot_be_ignored_among_probabilities():
    with pytest.raises(
        ri.DtypeError, match=r"cross_entropy: integer labels .* 0 is ignored, .*float32"
    ):
        nn.cross_entropy(ri.ones((2, 3)), ri.ones((2, 3)), ignored=0)


@pytest.mark.parametrize("shape", [(2,), (10, 2), (), (30,)], ids=str)
@pytest.mark.parametrize(
    "loss", [nn.cross_entropy, nn.negative_log_likelihood, nn.multi_class_hinge]
)
def test_every_class_needs_one_weight(loss, shape):
    with pytest.raises(
        ri.ShapeError,
        match=rf"^{loss.__name__}: .* 3 classes .* {re.escape(str(shape))} came",
    ):
        loss(ri.zeros((2, 3)), ri.tensor([0, 1]), weight=ri.ones(shape))


def test_probabilities_need_weights_of_classes_too():
    with pytest.raises(ri.ShapeError, match=r"^cross_entropy: a weight for each of 3"):
        nn.cross_entropy(ri.ones((3, 3)), ri.ones((3, 3)), weight=ri.ones((3, 3)))


@pytest.mark.parametrize("ignored", [-100, 300])
def test_no_label_is_ignored_that_its_dtype_does_not_hold(ignored):
    x, labels = ri.tensor(LOGITS), ri.tensor(LABELS, dtype="uint8")

    close(nn.cross_entropy(x, labels, ignored=ignored), losses().mean())


@pytest.mark.parametrize("loss", [nn.cross_entropy, nn.negative_log_likelihood])
def test_a_label_to_ignore_is_an_integer(loss):
    with pytest.raises(
        ri.DtypeError, match=rf"^{loss.__name__}: ignored must be an integer, 1.5"
    ):
        loss(ri.ones((2, 3)), ri.tensor([0, 1]), ignored=1.5)


@pytest.mark.parametrize(
    "loss", [nn.cross_entropy, nn.negative_log_likelihood, nn.multi_class_hinge]
)
def test_labels_of_another_dtype_are_refused_for_it(loss):
    with pytest.raises(
        ri.DtypeError, match=rf"^{loss.__name__}: labels: integer .* float32 came"
    ):
        loss(ri.ones((2, 3)), ri.tensor([0.0, 1.0]))


def test_a_single_number_has_no_axis_of_classes():
    with pytest.raises(ri.AxisError, match=r"^cross_entropy: axis"):
        nn.cross_entropy(ri.tensor(1.0), ri.tensor([0]), axis=-1)


def test_smoothing_by_more_than_all_is_refused():
    with pytest.raises(ri.RangeError, match=r"cross_entropy: smoothing .* 1.5 came"):
        nn.cross_entropy(ri.ones((2, 3)), ri.tensor([0, 1]), smoothing=1.5)


def test_probabilities_of_another_shape_are_refused():
    with pytest.raises(ri.ShapeError, match="cross_entropy: shapes must be equal"):
        nn.cross_entropy(ri.ones((2, 3)), ri.ones((3, 2)))


def test_binary_cross_entropy_is_that_of_a_sigmoid():
    x, y, weight = LOGITS[0], RNG.uniform(size=(3, 4)), RNG.uniform(size=4)
    p = 1 / (1 + np.exp(-x))
    needed = -(3 * y * np.log(p) + (1 - y) * np.log(1 - p)) * weight

    came = nn.binary_cross_entropy(
        *map(ri.tensor, (x, y)), weight=ri.tensor(weight), positive_weight=3.0
    )

    close(came, needed.mean())


@pytest.mark.parametrize("name", ["weight", "positive_weight"])
def test_a_weight_of_answers_does_not_make_them_more(name):
    x = ri.ones(3)

    with pytest.raises(
        ri.ShapeError,
        match=rf"^binary_cross_entropy: {name} must broadcast to \(3,\), \(5, 3\)",
    ):
        nn.binary_cross_entropy(x, x, **{name: ri.ones((5, 3))})


@pytest.mark.parametrize("dtype", ["int64", "bool"])
def test_answers_are_floating_point_numbers(dtype):
    with pytest.raises(
        ri.DtypeError,
        match=rf"^binary_cross_entropy: target: floating-point .* {dtype} .* `astype`",
    ):
        nn.binary_cross_entropy(ri.ones(3), ri.ones(3, dtype=dtype))


def test_sure_answers_keep_the_digits_of_what_they_cost():
    x, y = ri.tensor(np.array([-200.0, 200.0])), ri.tensor(np.array([0.0, 1.0]))
    loss = lambda x: nn.binary_cross_entropy(x, y, reduction="sum")  # noqa: E731

    value, gradient = ri.value_and_grad(loss)(x)

    np.testing.assert_allclose(value, 2 * math.exp(-200), rtol=TOLERANCE)
    np.testing.assert_allclose(
        gradient, [math.exp(-200), -math.exp(-200)], rtol=TOLERANCE
    )


def test_wrong_answers_cost_what_they_were_sure_of_and_no_less():
    x, y = ri.tensor(np.array([200.0, -1e4])), ri.tensor(np.array([0.0, 1.0]))

    assert nn.binary_cross_entropy(x, y, reduction="none").tolist() == [200, 1e4]


def test_a_divergence_is_zero_only_from_oneself():
    p, q = np.array([[0.5, 0.5, 0.0]]), np.array([[0.25, 0.5, 0.25]])
    loss = nn.kl_divergence

    came = loss(ri.tensor(np.log(q)), ri.tensor(p), reduction="batchmean")

    close(came, 0.5 * math.log(2))
    assert loss(ri.tensor(np.log(q)), ri.tensor(q)).item() == 0
    logarithms = [ri.tensor(np.log(each)) for each in (q, q[:, ::-1])]
    close(
        loss(*logarithms, is_log_target=True),
        loss(logarithms[0], ri.tensor(q[:, ::-1])),
    )


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_what_neither_thinks_possible_costs_nothing():
    log_q, p = ri.tensor([-np.inf, 0.0]), ri.tensor([0.0, 1.0])

    value, gradient = ri.value_and_grad(nn.kl_divergence)(log_q, p)

    assert value.item() == 0
    assert gradient.tolist() == [0, -0.5]


def test_the_words_for_reductions_of_a_divergence_are_told():
    with pytest.raises(ri.RangeError, match="'none' or 'batchmean', 'max' came"):
        nn.kl_divergence(ri.ones(2), ri.ones(2), reduction="max")


def test_the_mean_of_a_divergence_counts_classes_and_the_batchmean_rows():
    p, log_q = ri.full((4, 3), 1 / 3), ri.full((4, 3), -2.0)

    by_row = nn.kl_divergence(log_q, p, reduction="batchmean").item()
    assert nn.kl_divergence(log_q, p).item() == pytest.approx(by_row / 3)
