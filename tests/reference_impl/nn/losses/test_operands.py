import numpy as np
import pytest

import reference_impl as ri
from reference_impl import nn

X, LABELS = np.full((2, 3), 0.5, np.float32), np.array([0, 1])
SIGNS = np.array([1, -1])
ALIKE = {"prediction": X, "target": X}

# The operands of every loss.
OPERANDS = {
    nn.mean_squared_error: ALIKE,
    nn.mean_absolute_error: ALIKE,
    nn.huber: ALIKE,
    nn.smooth_l1: ALIKE,
    nn.poisson_negative_log_likelihood: {"log_rate": X, "target": X},
    nn.gaussian_negative_log_likelihood: {"mean": X, "target": X, "variance": X},
    nn.cross_entropy: {"logits": X, "labels": LABELS, "weight": X[0]},
    nn.negative_log_likelihood: {
        "log_probabilities": X,
        "labels": LABELS,
        "weight": X[0],
    },
    nn.binary_cross_entropy: {
        "logits": X,
        "target": X,
        "weight": X[0],
        "positive_weight": X[0],
    },
    nn.kl_divergence: {"log_probabilities": X, "target": X},
    nn.hinge: {"scores": X[:, 0], "signs": SIGNS},
    nn.multi_class_hinge: {"scores": X, "labels": LABELS, "weight": X[0]},
    nn.cosine_similarity: {"x": X, "y": X},
    nn.cosine_embedding: {"x": X, "y": X, "signs": SIGNS},
    nn.triplet_margin: {"anchor": X, "positive": X, "negative": X},
    nn.ctc: {
        "log_probabilities": X[:, None],
        "targets": LABELS[:, None] + 1,
        "input_lengths": LABELS,
        "target_lengths": LABELS,
    },
}

# Options that are a single number.
NUMBERS = [
    (nn.huber, "delta"),
    (nn.smooth_l1, "beta"),
    (nn.gaussian_negative_log_likelihood, "eps"),
    (nn.cross_entropy, "smoothing"),
    (nn.hinge, "margin"),
    (nn.multi_class_hinge, "margin"),
    (nn.cosine_similarity, "eps"),
    (nn.cosine_embedding, "margin"),
    (nn.triplet_margin, "margin"),
    (nn.triplet_margin, "eps"),
    (nn.ctc, "blank"),
]

each_operand = pytest.mark.parametrize(
    ("loss", "name"),
    [(loss, name) for loss, given in OPERANDS.items() for name in given],
    ids=lambda f: getattr(f, "__name__", f),
)


def called(loss, **changed):
    tensors = {name: ri.tensor(x) for name, x in OPERANDS[loss].items()}
    return loss(**tensors | changed)


@each_operand
@pytest.mark.parametrize("made", [np.asarray, np.ndarray.tolist])
def test_what_can_become_a_tensor_is_taken_for_one(loss, name, made):
    came = called(loss, **{name: made(OPERANDS[loss][name])})

    np.testing.assert_array_equal(came, called(loss))


@each_operand
@pytest.mark.parametrize("dtype", ["bool", "complex64", "int64", "float32"])
def test_numbers_of_another_kind_are_refused_by_name(loss, name, dtype):
    is_float = OPERANDS[loss][name].dtype.kind == "f"
    may_be = {"float32"} if is_float else {"int64"}
    if name == "signs":
        may_be |= {"float32"}
    given = ri.ones(OPERANDS[loss][name].shape, dtype=dtype)

    if dtype in may_be:
        called(loss, **{name: given})
    else:
        with pytest.raises(
            ri.DtypeError, match=f"^{loss.__name__}: {name}: .* {dtype} came; convert"
        ):
            called(loss, **{name: given})


@each_operand
@pytest.mark.parametrize("given", ["a", None, [[1], [1, 2]]], ids=str)
def test_what_is_no_tensor_is_refused_by_name(loss, name, given):
    if name == "weight" and given is None:
        called(loss, weight=None)
        return
    with pytest.raises(
        (ri.DtypeError, ri.ShapeError), match=f"^{loss.__name__}: {name}: .* no tensor"
    ):
        called(loss, **{name: given})


@each_operand
def test_an_operand_of_another_shape_is_refused_in_the_name_of_the_loss(loss, name):
    given = OPERANDS[loss][name]
    with pytest.raises(ri.ShapeError, match=f"^{loss.__name__}: "):
        called(loss, **{name: np.broadcast_to(given, (5, *given.shape))})


@pytest.mark.parametrize(("loss", "option"), NUMBERS)
@pytest.mark.parametrize("given", [[1.0], "a", None], ids=str)
def test_an_option_that_is_no_number_is_refused_by_name(loss, option, given):
    with pytest.raises(ri.DtypeError, match=f"^{loss.__name__}: {option} must be a"):
        called(loss, **{option: given})


@pytest.mark.parametrize(
    "loss",
    [f for f in OPERANDS if f is not nn.cosine_similarity],
    ids=lambda f: f.__name__,
)
@pytest.mark.parametrize("given", [["mean"], None], ids=str)
def test_a_reduction_that_is_no_word_is_refused(loss, given):
    with pytest.raises(ri.RangeError, match=f"^{loss.__name__}: reduction must be"):
        called(loss, reduction=given)


@pytest.mark.parametrize(
    "loss",
    [nn.cross_entropy, nn.negative_log_likelihood, nn.multi_class_hinge],
    ids=lambda f: f.__name__,
)
def test_a_label_out_of_range_is_refused_in_the_name_of_the_loss(loss):
    with pytest.raises(
        ri.RangeError,
        match=rf"{loss.__name__}: labels must lie in \[0, 3\), 7 came at \(1,\)",
    ):
        called(loss, labels=[0, 7])


@pytest.mark.parametrize(
    "loss",
    [loss for loss, given in OPERANDS.items() if given is ALIKE]
    + [
        nn.poisson_negative_log_likelihood,
        nn.binary_cross_entropy,
        nn.kl_divergence,
        nn.hinge,
        nn.cosine_similarity,
    ],
    ids=lambda f: f.__name__,
)
def test_a_column_is_not_broadcast_against_a_row(loss):
    with pytest.raises(ri.ShapeError, match=rf"^{loss.__name__}: .*\(4, 1\).*\(4,\)"):
        loss(ri.ones((4, 1)), ri.ones(4))
