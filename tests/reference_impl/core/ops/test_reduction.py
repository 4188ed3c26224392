import numpy as np
import pytest

import reference_impl as ri
from reference_impl.core.errors import DtypeError, ShapeError

X = np.random.default_rng(0).normal(size=(2, 3, 4))

AXES = [None, 0, -1, (0, 2), (-1, 1), (0, 1, 2), ()]

# A handful of additions in another order, in float64.
TOLERANCE = 1e-14

NUMPYS = {
    "sum": np.sum,
    "mean": np.mean,
    "logsumexp": lambda x, axis, keepdims: np.log(
        np.sum(np.exp(x), axis=axis, keepdims=keepdims)
    ),
}

each_reduction = pytest.mark.parametrize("name", NUMPYS)


@each_reduction
@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("axis", AXES, ids=str)
def test_a_reduction_over_any_axes_is_that_of_numpy(name, axis, keepdims):
    came = getattr(ri, name)(ri.tensor(X), axis=axis, keepdims=keepdims)

    needed = NUMPYS[name](X, axis=axis, keepdims=keepdims)
    assert came.shape == needed.shape
    np.testing.assert_allclose(came, needed, rtol=TOLERANCE, atol=TOLERANCE)


@each_reduction
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_reduction_keeps_the_dtype(name, dtype):
    assert getattr(ri, name)(ri.tensor(X.astype(dtype))).dtype == dtype


@each_reduction
@pytest.mark.parametrize("axis", [3, -4, (0, 0), (1, -2)], ids=str)
def test_an_axis_that_is_not_there_or_named_twice_is_refused(name, axis):
    with pytest.raises(ShapeError, match=f"^{name}: "):
        getattr(ri, name)(ri.tensor(X), axis=axis)


@pytest.mark.parametrize("dtype", ["int32", "int64"])
def test_integers_have_a_sum(dtype):
    came = ri.sum(ri.tensor(np.arange(5, dtype=dtype)))

    assert (came.dtype, came.item()) == (dtype, 10)


def test_booleans_have_no_sum():
    with pytest.raises(DtypeError, match=r"^sum: .*bool"):
        ri.sum(ri.tensor([True, True]))


@pytest.mark.parametrize("name", ["mean", "logsumexp"])
def test_integers_have_no_mean_and_no_exponential(name):
    with pytest.raises(DtypeError, match=f"^{name}: .*int64"):
        getattr(ri, name)(ri.tensor([1, 2]))


def test_the_sum_of_nothing_is_zero():
    assert ri.sum(ri.zeros((0, 3))).item() == 0
    assert ri.sum(ri.zeros((0, 3)), axis=0).shape == (3,)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_the_logarithm_of_an_empty_sum_is_minus_infinity():
    np.testing.assert_array_equal(ri.logsumexp(ri.zeros((0, 3)), axis=0), [-np.inf] * 3)


@pytest.mark.parametrize("shift", [-1000, 1000])
def test_logsumexp_neither_overflows_nor_loses_small_terms(shift):
    came = ri.logsumexp(ri.tensor(X + shift)).item()

    # The shift itself leaves 13 of the 16 digits.
    assert came - shift == pytest.approx(np.log(np.exp(X).sum()), abs=1e-12)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize(
    ("elements", "needed"),
    [
        ([-np.inf, 0.0], 0.0),
        ([-np.inf, -np.inf], -np.inf),
        ([np.inf, 0.0], np.inf),
        ([np.nan, 0.0], np.nan),
    ],
    ids=str,
)
def test_logsumexp_of_infinities_is_the_limit(elements, needed):
    np.testing.assert_equal(ri.logsumexp(ri.tensor(elements)).item(), needed)


def test_the_gradient_of_logsumexp_is_the_softmax():
    gradient = ri.grad(lambda x: ri.sum(ri.logsumexp(x, axis=-1)))

    softmax = np.exp(X) / np.exp(X).sum(axis=-1, keepdims=True)
    np.testing.assert_allclose(gradient(ri.tensor(X)), softmax, rtol=1e-14)


def test_the_gradient_of_a_mean_shares_evenly():
    gradient = ri.grad(lambda x: ri.sum(ri.mean(x, axis=1)))

    np.testing.assert_allclose(gradient(ri.tensor(X)), np.full(X.shape, 1 / 3))
