import numpy as np
import pytest

import reference_impl as ri
from reference_impl.core.errors import DtypeError, IndexRangeError, ShapeError

X = np.random.default_rng(0).uniform(0.5, 1.5, size=(2, 3, 4))

# Some select an element once, some several times, some none at all.
INDICES = [
    0,
    ...,
    (1, 1, 1),
    (slice(None), slice(None, None, 2), None, -1),
    slice(1, 1),
    [1, 0],
    [1, 1, 1, 0, 1],
    [],
    (slice(None), [[2, 0], [2, 2]]),
    ([0, 1, 0], slice(1, 3), [3, 2, 3]),
    (0, [2, 2, 1], None),
    ([0, 0], [1, 1], [2, 2]),
    (slice(None, None, -1), slice(1, 1), [0, 0]),
    X > 1,
    (slice(None), X[0] > 1),
]

IN_NUMPY = {
    "add": np.add,
    "subtract": np.subtract,
    "multiply": np.multiply,
    "divide": np.divide,
    "min": np.minimum,
    "max": np.maximum,
}
METHODS = ["set", *IN_NUMPY]

# A central difference in float64 with its best step errs by 1e-10 times a value or a
# third derivative, and both are below 1e3 here.
STEP = np.finfo(np.float64).eps ** (1 / 3)
DIFFERENCE_TOLERANCE = 1e-6

every_index = pytest.mark.parametrize(
    "index", INDICES, ids=lambda index: str(index).replace("\n", "")
)
every_method = pytest.mark.parametrize("method", METHODS)


def given_for(index):
    """Numbers of which no two are equal, nor equal to one of X."""
    shape = X[index].shape
    return np.random.default_rng(1).uniform(0.5, 1.5, size=shape)


def update(method, index):
    return lambda x, y: getattr(x.at[index], method)(y)


def updated_by_numpy(method, index, x, y):
    out = x.copy()
    if method == "set":
        out[index] = y
    else:
        IN_NUMPY[method].at(out, index, y)
    return out


@every_index
@every_method
def test_an_update_does_what_numpy_does_in_place(method, index):
    y = given_for(index)
    needed = updated_by_numpy(method, index, X, y)

    x = ri.tensor(X)
    for function in (update(method, index), ri.compile(update(method, index))):
        np.testing.assert_allclose(function(x, ri.tensor(y)), needed, rtol=1e-14)
    np.testing.assert_array_equal(x, X)


def slopes(function, x):
    """Central differences of a function of an array to a number."""
    out = np.zeros_like(x)
    for place in np.ndindex(x.shape):
        step = np.zeros_like(x)
        step[place] = STEP
        out[place] = (function(x + step) - function(x - step)) / (2 * STEP)
    return out


def gradients(method, index, weights):
    """Of the weighted elements, squared so that there is a second derivative."""

    def loss(x, y):
        out = update(method, index)(x, y)
        return ri.sum(out * out * weights)

    return ri.grad(loss, argnums=(0, 1))


@every_index
@every_method
def test_gradients_are_finite_differences(method, index):
    y, weights = given_for(index), np.random.default_rng(2).normal(size=X.shape)

    def in_numpy(x, y):
        return np.sum(updated_by_numpy(method, index, x, y) ** 2 * weights)

    gradient = gradients(method, index, weights)
    for function in (gradient, ri.compile(gradient)):
        of_x, of_y = function(ri.tensor(X), ri.tensor(y))
        np.testing.assert_allclose(
            of_x, slopes(lambda x: in_numpy(x, y), X), atol=DIFFERENCE_TOLERANCE
        )
        np.testing.assert_allclose(
            of_y, slopes(lambda y: in_numpy(X, y), y), atol=DIFFERENCE_TOLERANCE
        )


@every_index
@every_method
def test_second_derivatives_are_differences_of_gradients(method, index):
    rng = np.random.default_rng(3)
    y, weights = given_for(index), rng.normal(size=X.shape)
    tx, ty = rng.normal(size=X.shape), rng.normal(size=y.shape)
    gradient = gradients(method, index, weights)

    def ahead(step):
        return gradient(ri.tensor(X + step * tx), ri.tensor(y + step * ty))

    _, came = ri.jvp(gradient, (X, y), (tx, ty))

    for t, more, less in zip(came, ahead(STEP), ahead(-STEP), strict=True):
        needed = (more.numpy() - less.numpy()) / (2 * STEP)
        np.testing.assert_allclose(t, needed, atol=DIFFERENCE_TOLERANCE)


@every_method
def test_symbols_may_be_positions(method):
    index, y = np.array([1, 1, 0]), given_for([1, 1, 0])

    came = ri.compile(lambda x, i, y: getattr(x.at[i], method)(y))(
        ri.tensor(X), index, y
    )

    needed = updated_by_numpy(method, index, X, y)
    np.testing.assert_allclose(came, needed, rtol=1e-14)


@every_index
def test_get_is_the_index_itself(index):
    np.testing.assert_array_equal(ri.tensor(X).at[index].get(), X[index])


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("index", [(0, slice(1, 3)), [0, 0]], ids=str)
def test_what_is_not_selected_stays_whatever_it_is(method, index):
    x = np.full((2, 3), np.inf)
    x[1] = -np.inf, np.nan, np.inf

    came = getattr(ri.tensor(x).at[index], method)(2.0)

    np.testing.assert_array_equal(came.numpy()[1], x[1])


def test_zeros_among_the_factors_do_no_harm():
    factors = ri.tensor([0.0, 3.0, 0.0, 5.0])

    def product(y):
        return ri.sum(ri.ones(2).at[[0, 0, 1, 1]].multiply(y))

    np.testing.assert_array_equal(ri.grad(product)(factors), [3, 0, 5, 0])


def test_of_equal_positions_only_the_last_has_a_gradient():
    def weighted(x, y):
        return ri.sum(x.at[[1, 1, 1]].set(y) * np.array([2.0, 3.0], "float32"))

    of_x, of_y = ri.grad(weighted, argnums=(0, 1))(ri.ones(2), ri.ones(3))

    np.testing.assert_array_equal(of_x, [2, 0])
    np.testing.assert_array_equal(of_y, [0, 0, 3])


@pytest.mark.parametrize("dtype", ["bool", "uint8", "int64", "bfloat16", "complex64"])
@pytest.mark.parametrize("index", [0, [0, 0]])
def test_every_dtype_can_be_set(dtype, index):
    x = ri.zeros((2, 2), dtype=dtype)

    came = x.at[index].set(ri.ones((), dtype=dtype))

    assert came.dtype == dtype
    np.testing.assert_array_equal(came.astype("bool"), [[True, True], [False, False]])


def test_a_dtype_that_would_change_that_of_the_whole_is_refused():
    with pytest.raises(
        DtypeError, match=r"^at.set: float64 does not fit into .*float32"
    ):
        ri.ones(3).at[0].set(np.ones(()))
    with pytest.raises(DtypeError, match=r"^at.add: "):
        ri.zeros(3, dtype="int64").at[0].add(0.5)


def test_updates_that_do_not_fit_are_refused():
    with pytest.raises(ShapeError, match=r"^at.set: .* \(2, 4\) .* \(3,\) came"):
        ri.tensor(X).at[:, 0].set(np.ones(3))
    with pytest.raises(IndexRangeError, match=r"index 2 is out of range for axis 0"):
        ri.tensor(X).at[[0, 2]].add(1.0)
