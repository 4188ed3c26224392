import ml_dtypes
import numpy as np
import pytest

import reference_impl as ri
from reference_impl import nn

X, Y = np.random.default_rng(0).normal(size=(2, 4, 3))
LABELS, ONES = ri.tensor([2, 0, 1, 1]), ri.tensor([1, 1, 1, 1])

# Every loss, of predictions x and targets y of one batch.
LOSSES = {
    "mean_squared_error": nn.mean_squared_error,
    "mean_absolute_error": nn.mean_absolute_error,
    "huber": nn.huber,
    "smooth_l1": nn.smooth_l1,
    "poisson_negative_log_likelihood": nn.poisson_negative_log_likelihood,
    "gaussian_negative_log_likelihood": (
        lambda x, y, **r: nn.gaussian_negative_log_likelihood(x, y, 1 + y * y, **r)
    ),
    "cross_entropy": lambda x, y, **r: nn.cross_entropy(x, LABELS, **r),
    "negative_log_likelihood": (
        lambda x, y, **r: nn.negative_log_likelihood(x, LABELS, **r)
    ),
    "binary_cross_entropy": (
        lambda x, y, **r: nn.binary_cross_entropy(x, ri.sigmoid(y), **r)
    ),
    "kl_divergence": lambda x, y, **r: nn.kl_divergence(x, abs(y), **r),
    "hinge": lambda x, y, **r: nn.hinge(x, ri.sign(y), **r),
    "multi_class_hinge": lambda x, y, **r: nn.multi_class_hinge(x, LABELS, **r),
    "cosine_embedding": (
        lambda x, y, **r: nn.cosine_embedding(x, y, ri.sign(y[:, 0]), **r)
    ),
    "triplet_margin": lambda x, y, **r: nn.triplet_margin(x, y, -y, **r),
    "ctc": (
        lambda x, y, **r: nn.ctc(x[:, None], LABELS[:, None] % 2 + 1, ONES, ONES, **r)
    ),
}

each = pytest.mark.parametrize(("name", "loss"), LOSSES.items(), ids=LOSSES)

# A sum in another order, in float64.
TOLERANCE = 1e-14


@each
def test_the_mean_and_the_sum_are_those_of_all_losses(name, loss):
    x, y = ri.tensor(X), ri.tensor(Y)

    losses = loss(x, y, reduction="none").numpy()

    assert losses.shape in {(4,), (4, 3)}
    np.testing.assert_allclose(loss(x, y), losses.mean(), rtol=TOLERANCE)
    np.testing.assert_allclose(
        loss(x, y, reduction="sum"), losses.sum(), rtol=TOLERANCE, atol=TOLERANCE
    )


@each
def test_another_word_is_refused_in_the_name_of_the_loss(name, loss):
    with pytest.raises(
        ri.RangeError, match=f"^{name}: reduction must be .* 'max' came"
    ):
        loss(ri.tensor(X), ri.tensor(Y), reduction="max")


@each
def test_a_compiled_gradient_is_the_same(name, loss):
    gradient, x, y = ri.grad(loss), ri.tensor(X), ri.tensor(Y)

    np.testing.assert_allclose(
        ri.compile(gradient)(x, y),
        gradient(x, y),
        rtol=TOLERANCE,
        atol=TOLERANCE,
    )


@each
@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32"])
def test_a_loss_of_shorter_numbers_is_as_exact_as_they_are(name, loss, dtype):
    x, y = ri.tensor(X, dtype=dtype), ri.tensor(Y, dtype=dtype)

    came = loss(x, y)

    assert came.dtype == dtype
    # What a dozen roundings of losses of the size of 1 may add up to.
    needed = loss(x.astype("float64"), y.astype("float64")).item()
    unit = float(ml_dtypes.finfo(dtype).eps)
    assert float(came.item()) == pytest.approx(needed, rel=4 * unit, abs=4 * unit)
