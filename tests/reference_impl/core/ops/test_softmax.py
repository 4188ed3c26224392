import ml_dtypes
import numpy as np
import pytest

import reference_impl as ri
from reference_impl.core.errors import DtypeError, ShapeError

X = np.random.default_rng(0).normal(size=(2, 3, 4))

# A handful of additions in another order, in float64.
TOLERANCE = 1e-14

NAMES = ["log_softmax", "logsumexp", "softmax"]

each_function = pytest.mark.parametrize("name", NAMES)


def softmax(x, axis):
    """In float64, for numbers whose exponentials fit."""
    return np.exp(x) / np.exp(x).sum(axis=axis, keepdims=True)


@pytest.mark.parametrize("axis", [0, -1, (0, 2), (0, 1, 2), ()], ids=str)
def test_a_softmax_along_any_axes_is_the_formula(axis):
    x = ri.tensor(X)
    needed = softmax(X, axis)

    np.testing.assert_allclose(ri.softmax(x, axis=axis), needed, rtol=TOLERANCE)
    np.testing.assert_allclose(
        ri.log_softmax(x, axis=axis), np.log(needed), rtol=TOLERANCE, atol=TOLERANCE
    )


@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("axis", [None, 0, -1, (0, 2), ()], ids=str)
def test_a_logsumexp_over_any_axes_is_the_formula(axis, keepdims):
    came = ri.logsumexp(ri.tensor(X), axis=axis, keepdims=keepdims)

    needed = np.log(np.sum(np.exp(X), axis=axis, keepdims=keepdims))
    assert came.shape == needed.shape
    np.testing.assert_allclose(came, needed, rtol=TOLERANCE, atol=TOLERANCE)


@each_function
@pytest.mark.parametrize("axis", [3, -4, (0, 0), (1, -2)], ids=str)
def test_an_axis_that_is_not_there_or_named_twice_is_refused(name, axis):
    with pytest.raises(ShapeError, match=f"^{name}: "):
        getattr(ri, name)(ri.tensor(X), axis=axis)


@each_function
@pytest.mark.parametrize("dtype", ["int64", "complex64"])
def test_only_real_fractions_have_these_exponentials(name, dtype):
    with pytest.raises(DtypeError, match=f"^{name}: .*{dtype}"):
        getattr(ri, name)(ri.ones(2, dtype=dtype))


@each_function
@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64"])
def test_the_dtype_is_kept(name, dtype):
    x = ri.tensor(X, dtype=dtype)

    assert getattr(ri, name)(x).dtype == x.dtype


@pytest.mark.parametrize("shift", [-1000, 1000])
def test_large_numbers_neither_overflow_nor_lose_small_terms(shift):
    # A power of two leaves the digits of X / 8 as they are.
    x = np.round(X * 8) / 8
    shifted = ri.tensor(x + shift)

    np.testing.assert_allclose(ri.softmax(shifted), softmax(x, -1), rtol=TOLERANCE)
    np.testing.assert_allclose(
        ri.log_softmax(shifted), np.log(softmax(x, -1)), rtol=TOLERANCE
    )
    # The shift itself leaves 13 of the 16 digits.
    assert ri.logsumexp(shifted).item() - shift == pytest.approx(
        np.log(np.exp(x).sum()), abs=1e-12
    )


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_the_softmax_of_large_halves_is_as_exact_as_they_are(dtype):
    x = ri.tensor([100.0, 101.0, 102.0], dtype=dtype)
    needed = softmax(np.array([0.0, 1.0, 2.0]), 0)

    # Rounded to 8 digits at worst, the largest number is off by 1/512.
    came = ri.softmax(x).astype("float32")
    np.testing.assert_allclose(came, needed, rtol=2**-8)
    gradient = ri.grad(lambda x: ri.sum(ri.logsumexp(x)))(x).astype("float32")
    np.testing.assert_allclose(gradient, needed, rtol=2**-8)


@pytest.mark.filterwarnings("ignore:divide by zero:RuntimeWarning")
@pytest.mark.parametrize(
    ("elements", "needed"),
    [
        ([-np.inf, 0.0], 0.0),
        ([-np.inf, -np.inf], -np.inf),
        ([np.inf, 0.0], np.inf),
        ([np.nan, 0.0], np.nan),
        ([], -np.inf),
    ],
    ids=str,
)
def test_logsumexp_of_infinities_is_the_limit(elements, needed):
    x = ri.tensor(np.array(elements))

    np.testing.assert_equal(ri.logsumexp(x).item(), needed)


def test_an_element_of_minus_infinity_has_probability_zero():
    x = ri.tensor([-np.inf, 1.0, 1.0])

    assert ri.softmax(x).tolist() == [0, 0.5, 0.5]
    assert ri.grad(lambda x: ri.softmax(x)[1])(x).tolist() == [0, 0.25, -0.25]


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("elements", [[-np.inf, -np.inf], [np.inf, 0.0]], ids=str)
def test_without_a_finite_largest_element_there_are_no_probabilities(elements):
    assert np.isnan(ri.softmax(ri.tensor(elements))).any()


def test_the_gradient_of_logsumexp_is_the_softmax():
    gradient = ri.grad(lambda x: ri.sum(ri.logsumexp(x, axis=-1)))

    np.testing.assert_allclose(gradient(ri.tensor(X)), softmax(X, -1), rtol=TOLERANCE)


def test_a_logarithm_stays_finite_where_the_probability_is_zero():
    x = ri.tensor([0.0, 1000.0])

    assert ri.softmax(x).tolist() == [0, 1]
    assert ri.log_softmax(x).tolist() == [-1000, 0]


@pytest.mark.filterwarnings("ignore:divide by zero:RuntimeWarning")
@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
def test_no_elements_stay_none(name):
    assert getattr(ri, name)(ri.zeros((2, 0))).shape == (2, 0)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_the_slope_at_a_sure_label_is_as_exact_as_the_dtype(dtype):
    logits = ri.tensor([6.0, 0.0], dtype=dtype)

    slope = ri.grad(lambda x: ri.softmax_cross_entropy(x, np.array(0)))(logits)

    needed = 1 / (1 + np.exp(6.0))  # 0.0025; the bfloat16 before 1 is 0.0039 away
    rounding = float(ml_dtypes.finfo(dtype).eps)
    np.testing.assert_allclose(
        np.asarray(slope, np.float64), [-needed, needed], rtol=rounding
    )
