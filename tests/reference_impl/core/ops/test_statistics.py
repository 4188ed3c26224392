import math

import numpy as np
import pytest

import reference_impl as ri
from reference_impl.core.errors import DtypeError, RangeError, ShapeError

RNG = np.random.default_rng(0)
X = RNG.normal(size=(2, 3, 4))
Z = X + 1j * RNG.normal(size=X.shape)

# A handful of operations in another order, in float64.
TOLERANCE = 1e-14

SPREADS = {"var": np.var, "std": np.std}
QUANTILES = [0, 0.25, 0.3, 0.5, 0.99, 1]

each_spread = pytest.mark.parametrize("name", SPREADS)


@each_spread
@pytest.mark.parametrize("x", [X, Z], ids=["real", "complex"])
@pytest.mark.parametrize("correction", [0, 1, 0.5])
@pytest.mark.parametrize("axis", [None, 0, (0, -1)], ids=str)
def test_a_spread_is_that_of_numpy(name, axis, correction, x):
    came = getattr(ri, name)(ri.tensor(x), axis=axis, correction=correction)

    needed = SPREADS[name](x, axis=axis, correction=correction)
    np.testing.assert_allclose(came, needed, rtol=TOLERANCE, strict=True)


@each_spread
def test_a_spread_keeps_reduced_axes_if_asked(name):
    came = getattr(ri, name)(ri.tensor(X), axis=(0, 2), keepdims=True)

    assert came.shape == (1, 3, 1)


@each_spread
def test_a_spread_that_is_small_beside_the_mean_keeps_its_digits(name):
    x = 2.0**20 + np.array([0.0, 1.0, 2.0, 3.0])

    came = getattr(ri, name)(ri.tensor(x, dtype="float32")).item()

    assert came == pytest.approx(SPREADS[name]([0, 1, 2, 3]), rel=1e-7)


@each_spread
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("x", [[1.0, 2.0], [1.0, 1.0]])
def test_without_more_elements_than_the_correction_the_divisor_is_zero(name, x):
    came = getattr(ri, name)(ri.tensor(x), correction=3).item()

    np.testing.assert_equal(came, SPREADS[name](x, correction=3))


@each_spread
@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")
def test_a_sample_of_one_has_no_unbiased_spread(name):
    came = getattr(ri, name)(ri.tensor([1.0]), correction=1).item()

    assert math.isnan(came)


def test_halves_are_measured_in_float32_and_rounded_once():
    x = np.array([300.0, -300.0], np.float16)  # whose squares overflow

    assert ri.std(ri.tensor(x)).item() == 300
    assert ri.norm(ri.tensor(x)).item() == pytest.approx(math.sqrt(2) * 300, rel=1e-3)
    assert ri.norm(ri.tensor(x), ord=3).dtype == ri.float16


@each_spread
def test_integers_have_no_spread(name):
    with pytest.raises(DtypeError, match=f"^{name}: .*int64 came"):
        getattr(ri, name)(ri.tensor([1, 2]))


def test_the_derivative_of_a_spread_of_equal_elements_is_zero():
    x = ri.full(3, 2.0)

    assert ri.grad(ri.std)(x).tolist() == [0, 0, 0]
    assert ri.grad(ri.var)(x).tolist() == [0, 0, 0]


def test_the_gradient_of_a_standard_deviation_is_the_formula():
    came = ri.grad(ri.std)(ri.tensor(X))

    needed = (X - X.mean()) / (X.size * X.std())
    np.testing.assert_allclose(came, needed, rtol=1e-13, atol=TOLERANCE)


@pytest.mark.parametrize("x", [X, Z], ids=["real", "complex"])
@pytest.mark.parametrize("ord", [2, 1, 0, math.inf, -math.inf, 3, 0.5, -1])
@pytest.mark.parametrize("axis", [0, 2])
def test_a_norm_is_that_of_numpy(axis, ord, x):
    came = ri.norm(ri.tensor(x), axis=axis, ord=ord)

    needed = np.linalg.norm(x, axis=axis, ord=ord)
    np.testing.assert_allclose(came, needed, rtol=1e-13, strict=True)


@pytest.mark.filterwarnings("ignore:divide by zero:RuntimeWarning")
@pytest.mark.parametrize("ord", [3, 0.5, -0.5, -1, -2])
@pytest.mark.parametrize("x", [[], [0, 0], [0, 2], [2, math.inf], [math.inf] * 2])
def test_a_norm_of_extreme_elements_is_that_of_numpy(x, ord):
    x = np.array(x, float)

    assert ri.norm(ri.tensor(x), ord=ord).item() == np.linalg.norm(x, ord=ord)


def test_a_norm_over_several_axes_is_that_of_the_flat_vector():
    came = ri.norm(ri.tensor(X), axis=(0, 2), keepdims=True)

    needed = [np.linalg.norm(X[:, i]) for i in range(3)]
    np.testing.assert_allclose(came.numpy()[0, :, 0], needed, rtol=TOLERANCE)


@pytest.mark.parametrize("ord", [1, 1.5, 2, 3, math.inf])
def test_the_derivative_of_a_norm_at_zero_is_zero(ord):
    came = ri.grad(lambda x: ri.norm(x, ord=ord))(ri.zeros(3))

    assert came.tolist() == [0, 0, 0]


def test_the_derivatives_of_a_norm_at_zero_are_zero_to_any_order():
    def first(x):
        return ri.grad(ri.norm)(x)[0]

    assert ri.grad(first)(ri.zeros(3)).tolist() == [0, 0, 0]


@pytest.mark.parametrize("ord", [1, 2, 3, math.inf])
def test_the_gradient_of_a_norm_is_a_unit_vector_of_the_dual_norm(ord):
    dual = {1: math.inf, 2: 2, 3: 1.5, math.inf: 1}[ord]

    came = ri.grad(lambda x: ri.norm(x, ord=ord))(ri.tensor(X[0, 0]))

    assert ri.norm(came, ord=dual).item() == pytest.approx(1)


def test_integers_have_no_norm():
    with pytest.raises(DtypeError, match=r"^norm: .*int64 came"):
        ri.norm(ri.tensor([3, 4]))


@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("q", QUANTILES)
@pytest.mark.parametrize("axis", [None, 0, 1, -1])
def test_a_quantile_is_that_of_numpy(axis, q, keepdims):
    came = ri.quantile(ri.tensor(X), q, axis=axis, keepdims=keepdims)

    needed = np.quantile(X, q, axis=axis, keepdims=keepdims)
    assert came.shape == np.shape(needed)
    np.testing.assert_allclose(came, needed, rtol=TOLERANCE, atol=TOLERANCE)


@pytest.mark.parametrize("size", [1, 2, 3, 4])
def test_a_median_is_that_of_numpy(size):
    x = X.ravel()[:size]

    assert ri.median(ri.tensor(x)).item() == pytest.approx(np.median(x), rel=TOLERANCE)


def test_two_elements_in_the_middle_share_the_derivative():
    came = ri.grad(ri.median)(ri.tensor([5.0, 1.0, 2.0, 4.0]))

    assert came.tolist() == [0, 0, 0.5, 0.5]


def test_what_is_not_a_number_has_no_quantiles():
    came = ri.quantile(ri.tensor([[1.0, math.nan], [1.0, 2.0]]), 0, axis=1)

    np.testing.assert_array_equal(came, [math.nan, 1])


def test_quantiles_may_be_infinite():
    x = ri.tensor([-math.inf, 1.0, math.inf])

    assert [ri.quantile(x, q).item() for q in (0, 0.5, 1)] == [-math.inf, 1, math.inf]


@pytest.mark.parametrize("q", [-0.1, 1.1, math.nan])
def test_a_quantile_outside_of_the_unit_interval_is_refused(q):
    with pytest.raises(RangeError, match=rf"^quantile: q must lie in \[0, 1\], {q} "):
        ri.quantile(ri.tensor(X), q)


def test_no_elements_have_no_quantile():
    with pytest.raises(ShapeError, match=r"^quantile: .*\(3, 0\)"):
        ri.quantile(ri.zeros((3, 0)), 0.5, axis=1)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("infinity", [math.inf, -math.inf])
def test_the_median_of_infinities_is_infinite(infinity):
    assert ri.median(ri.tensor([infinity, infinity])).item() == infinity


@pytest.mark.parametrize("ord", [math.inf, -math.inf])
def test_nothing_has_no_largest_size(ord):
    with pytest.raises(ri.ShapeError, match=r"^norm: at least one element .*\(2, 0\)"):
        ri.norm(ri.ones((2, 0)), axis=-1, ord=ord)


@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("axis", [(), (1,), (0, 2), (-1, 0), (0, 1, 2)], ids=str)
@pytest.mark.parametrize("q", [0.3, 0.5])
def test_a_quantile_along_several_axes_is_that_of_numpy(q, axis, keepdims):
    came = ri.quantile(ri.tensor(X), q, axis=axis, keepdims=keepdims)

    needed = np.quantile(X, q, axis=axis, keepdims=keepdims)
    np.testing.assert_allclose(came, needed, rtol=TOLERANCE, strict=True)


def test_a_median_along_several_axes_is_that_of_numpy():
    came = ri.median(ri.tensor(X), axis=(2, 0))

    np.testing.assert_allclose(came, np.median(X, axis=(2, 0)), rtol=TOLERANCE)


@pytest.mark.parametrize("junk", ["fro", None, [2.0], ri.ones(2)])
def test_the_number_of_a_norm_must_be_one(junk):
    with pytest.raises(DtypeError, match=r"^norm: ord must be a real number, .* came$"):
        ri.norm(X, ord=junk)


@pytest.mark.parametrize("junk", ["half", [0.1, 0.5], ri.tensor([0.1, 0.5])])
def test_a_part_must_be_one_number(junk):
    with pytest.raises(
        DtypeError, match=r"^quantile: q must be a real number, .* came"
    ):
        ri.quantile(X, junk)
