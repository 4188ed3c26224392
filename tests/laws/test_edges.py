"""What ops do at the edges: no elements, no axes, NaN, infinities, ties and kinks.

Values are NumPy's. Slopes are closed forms or, where mathematics leaves a choice, the
conventions that the docstrings state: ties share a cotangent evenly, a bound lets it
pass, and of several subgradients at zero the smallest is taken.
"""

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
from laws.sampling import cases, chosen

import reference_impl as ri
from reference_impl.core.dtype import FLOATING, bool_
from reference_impl.core.op import PRIMITIVES
from reference_impl.core.tensor import known, variable
from reference_impl.core.walk import pullback

INF, NAN = np.inf, np.nan

# Another layout in memory may change the order in which a few elements are summed.
LAYOUT_TOLERANCE = 64 * np.finfo(np.float64).eps

# Closed forms round a few times.
CLOSED_FORM_TOLERANCE = 1e-12

ELEMENTWISE = [op for op in PRIMITIVES.values() if op.kind == "elementwise"]
OF_FLOATS = [op for op in ELEMENTWISE if "f" in op.kinds]


@pytest.fixture(autouse=True)
def quiet():
    """NumPy warns of the infinities and NaNs that this file is about."""
    with np.errstate(all="ignore"):
        yield


@pytest.fixture(**cases([ri.float64]))
def plain_sample(request, rng):
    return chosen(request.param, rng)


def arity(op):
    return len(op.__signature__.parameters)


def assert_same(came, needed):
    """Equal in dtype, shape and every element, the signs of zeros included."""
    came, needed = came.numpy(), np.asarray(needed)
    assert (came.shape, came.dtype) == (needed.shape, needed.dtype)
    np.testing.assert_array_equal(came, needed)
    if needed.dtype.kind == "f":
        zeros = needed == 0
        np.testing.assert_array_equal(
            np.signbit(came[zeros]), np.signbit(needed[zeros])
        )


def slope(function, x, *others):
    """The gradient by `x` of the sum of a function, which a replay repeats."""

    def loss(x):
        return ri.sum(function(x, *others))

    x = ri.tensor(x)
    gradient = ri.grad(loss)(x)
    np.testing.assert_array_equal(
        ri.compile(ri.grad(loss))(x).numpy(), gradient.numpy()
    )
    return gradient.numpy()


# No elements, no axes.


def without(size, sample):
    """The sample with nothing along every axis of one size."""
    cut = (
        array[tuple(slice(0 if n == size else n) for n in array.shape)]
        for array in sample.arrays
    )
    return replace(sample, arrays=tuple(cut))


# Attributes that fit every size; others, such as slices, were made for one.
SIZELESS = {"axes", "axis", "keepdims", "descending", "dtype", "order", "upper"}

# Primitives whose public functions see to it that there are elements.
GUARDED = {"first_largest", "is_first_largest", "last_writer", "previous_writer"}


def can_be_empty(sample):
    """Whether an axis of size 0 makes sense: no attribute counts elements."""
    return sample.op.name not in GUARDED and sample.attrs.keys() <= SIZELESS


@pytest.fixture(**cases([ri.float64], where=can_be_empty))
def emptied_sample(request, rng):
    return chosen(request.param, rng)


def test_an_op_on_no_elements_keeps_its_promises_or_refuses(emptied_sample):
    for size in {size for array in emptied_sample.arrays for size in array.shape}:
        sample = without(size, emptied_sample)
        try:
            eager = sample.apply(sample.tensors)
        except ri.MappingError:
            continue
        symbols = ri.capture(sample.apply, sample.tensors).outputs
        replayed = ri.compile(sample.apply)(sample.tensors)
        variables = [variable(sample.tensors[i]) for i in sample.inexact]
        outs = sample.apply_inexact(variables)
        gradients = pullback(outs, [ri.zeros_like(x) for x in outs], variables)

        for x, symbol, again in zip(eager, symbols, replayed, strict=True):
            assert (x.shape, x.dtype) == (symbol.shape, symbol.dtype)
            np.testing.assert_array_equal(again.numpy(), x.numpy())
        assert [x.shape for x in gradients] == [x.shape for x in variables]


@pytest.mark.parametrize("shape", [(0,), (2, 0, 3), ()], ids=str)
@pytest.mark.parametrize("op", OF_FLOATS, ids=lambda op: op.name)
def test_elementwise_ops_take_no_elements_and_no_axes(op, shape, rng):
    line = rng.uniform(*op.domain, size=(arity(op), 1))
    operands = [np.resize(x, shape) for x in line]

    out = op(*map(ri.tensor, operands))

    assert out.shape == shape
    if shape == ():
        assert out.numpy() == op(*map(ri.tensor, line)).numpy()[0]
    if out.dtype != bool_:
        assert slope(op, *operands).shape == shape


REDUCTIONS = {
    "sum": np.sum,
    "prod": np.prod,
    "mean": np.mean,
    "max": np.max,
    "min": np.min,
    "var": np.var,
    "std": np.std,
    "norm": lambda x, axis: np.sqrt(np.sum(x * x, axis)),
    "logsumexp": lambda x, axis: np.log(np.sum(np.exp(x), axis)),
}


@pytest.mark.parametrize("axis", [None, 0, 1, 2], ids=str)
@pytest.mark.parametrize("name", REDUCTIONS)
@pytest.mark.filterwarnings("ignore:(Mean of empty|Degrees of freedom):RuntimeWarning")
def test_reductions_of_nothing_are_those_of_numpy(name, axis):
    x = np.zeros((2, 0, 3))

    def reduced(x):
        return getattr(ri, name)(x, axis=axis)

    try:
        needed = REDUCTIONS[name](x, axis=axis)
    except ValueError:
        with pytest.raises(ri.ShapeError, match=f"^{name}: at least one element"):
            reduced(ri.tensor(x))
    else:
        assert_same(reduced(ri.tensor(x)), needed)
        assert slope(reduced, x).shape == x.shape


@pytest.mark.parametrize("name", REDUCTIONS)
@pytest.mark.parametrize("dtype", FLOATING, ids=str)
def test_a_reduction_takes_a_tensor_without_axes_for_one_element(name, dtype):
    function, x = getattr(ri, name), np.asarray(0.75, dtype)
    needed = function(ri.tensor(x.reshape(1))).numpy()

    assert_same(function(ri.tensor(x)), needed)
    assert_same(function(ri.tensor(x), axis=()), needed)


FAMILIES = {
    "sort": (ri.sort, np.sort),
    "argsort": (ri.argsort, np.argsort),
    "flip": (ri.flip, np.flip),
    "cumulative_sum": (lambda x: ri.cumulative_sum(x, axis=1), lambda x: x.cumsum(1)),
    "cumulative_prod": (
        lambda x: ri.cumulative_prod(x, axis=1),
        lambda x: x.cumprod(1),
    ),
    "diff": (ri.diff, np.diff),
    "roll": (lambda x: ri.roll(x, 1, axis=1), lambda x: np.roll(x, 1, 1)),
    "softmax": (lambda x: ri.softmax(x, axis=1), np.copy),
    "log_softmax": (lambda x: ri.log_softmax(x, axis=1), np.copy),
    "concat": (lambda x: ri.concat([x, x]), lambda x: np.concatenate([x, x])),
    "stack": (lambda x: ri.stack([x, x]), lambda x: np.stack([x, x])),
    "repeat": (lambda x: ri.repeat(x, 2, axis=1), lambda x: np.repeat(x, 2, 1)),
    "tile": (lambda x: ri.tile(x, 2), lambda x: np.tile(x, 2)),
    "pad": (lambda x: ri.pad(x, 1), lambda x: np.pad(x, 1)),
    "reshape": (lambda x: ri.reshape(x, (3, 0)), lambda x: x.reshape(3, 0)),
    "flatten": (ri.flatten, np.ravel),
    "tril": (ri.tril, np.tril),
    "getitem": (lambda x: x[:, 1:], lambda x: x[:, 1:]),
    "matmul": (lambda x: x @ x.mT, lambda x: x @ x.swapaxes(1, 2)),
    "inner matmul": (lambda x: x.mT @ x, lambda x: x.swapaxes(1, 2) @ x),
    "einsum": (lambda x: ri.einsum("bij->j", x), lambda x: x.sum((0, 1))),
}


@pytest.mark.parametrize(("ours", "numpys"), FAMILIES.values(), ids=FAMILIES)
def test_an_axis_of_size_zero_is_an_axis_for_every_family(ours, numpys):
    x = np.zeros((2, 0, 3))

    assert_same(ours(ri.tensor(x)), numpys(x))
    assert_same(ri.compile(lambda x: ours(x))(ri.tensor(x)), numpys(x))
    if numpys(x).dtype.kind == "f":
        assert slope(ours, x).shape == x.shape


# Layouts in memory, and sizes.


def spread(x):
    """The same elements, every second one of a larger array, read backwards."""
    if not x.ndim:
        return x
    wide = np.zeros((*x.shape[:-1], 2 * x.shape[-1]), x.dtype)
    wide[..., ::-2] = x
    return wide[..., ::-2]


def read_only(x):
    view = x.view()
    view.flags.writeable = False
    return view


LAYOUTS = {"Fortran": np.asfortranarray, "spread": spread, "read-only": read_only}


def value_and_gradients(sample, inputs, g):
    variables = [variable(inputs[i]) for i in sample.inexact]
    outs = sample.apply_inexact(variables, inputs)
    return [x.numpy() for x in (*outs, *pullback(outs, g, variables))]


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
def test_the_layout_in_memory_changes_no_result(plain_sample, layout, rng):
    g = plain_sample.cotangents(rng)
    laid = [known(layout(array)) for array in plain_sample.arrays]

    came = value_and_gradients(plain_sample, laid, g)

    needed = value_and_gradients(plain_sample, plain_sample.tensors, g)
    for x, y in zip(came, needed, strict=True):
        np.testing.assert_allclose(x, y, rtol=LAYOUT_TOLERANCE, atol=LAYOUT_TOLERANCE)


@pytest.mark.parametrize("op", ELEMENTWISE, ids=lambda op: op.name)
def test_one_number_repeated_without_memory_is_as_good_as_copies(op, rng):
    dtype = ri.float64 if op in OF_FLOATS else ri.int64
    numbers = rng.uniform(*op.domain, size=arity(op)).astype(dtype)
    repeated = [np.broadcast_to(number, (3, 5000)) for number in numbers]

    out = op(*map(known, repeated))

    assert_same(out, op(*(known(x.copy()) for x in repeated)).numpy())


LARGE = {
    "sum": (ri.sum, np.sum),
    "max": (ri.max, np.max),
    "sort": (ri.sort, np.sort),
    "cumulative_sum": (ri.cumulative_sum, np.cumsum),
    "add": (lambda x: x + x, lambda x: x + x),
    "where": (lambda x: ri.where(x > 0, x, x * x), lambda x: np.where(x > 0, x, x * x)),
}


def test_positions_of_eight_bits_reach_past_the_end_of_eight_bits(rng):
    x = rng.normal(size=2)

    out = ri.scatter_add(ri.zeros(200, dtype=x.dtype), np.array([-1, 127], np.int8), x)

    assert (out[199].item(), out[127].item()) == tuple(x)


def test_rows_of_many_elements_are_added_as_short_ones_are(rng):
    x = rng.normal(size=(3, 70_000))

    out = ri.scatter_add(ri.zeros((2, 70_000), dtype=x.dtype), [1, 0, 1], known(x))

    assert_same(out, np.stack((x[1], x[0] + x[2])))


@pytest.mark.parametrize(("ours", "numpys"), LARGE.values(), ids=LARGE)
def test_millions_of_elements_are_treated_as_a_few(ours, numpys, rng):
    x = rng.normal(size=3_000_001)

    assert_same(ours(known(x)), numpys(x))


# NaN, infinities, signed zeros.

TINY, HUGE = 5e-324, 1.7e308
SPECIAL = np.array(
    [0.0, -0.0, 0.5, -0.5, 1, -1, 2, -2, 3, TINY, -TINY, HUGE, -HUGE, INF, -INF, NAN]
)

# What NumPy calls otherwise or does not have.
NUMPY = {
    "_abs": np.abs,
    "_sign": np.sign,
    "_pow": np.power,
    "_clip_min": np.maximum,
    "_clip_max": np.minimum,
    "relu": lambda x: np.maximum(x, 0.0),
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "erf": np.vectorize(math.erf),
    "erfc": np.vectorize(math.erfc),
}

# Elements a few units from NumPy's or `math`'s, where it is a series that we sum.
SERIES_TOLERANCE = 4 * np.finfo(np.float64).eps


@pytest.mark.parametrize("op", OF_FLOATS, ids=lambda op: op.name)
def test_special_numbers_are_treated_as_in_numpy(op):
    name = op.compute.__name__
    operands = np.array(list(itertools.product(SPECIAL, repeat=arity(op)))).T

    out = op(*map(ri.tensor, operands))

    needed = (NUMPY.get(name) or getattr(np, name))(*operands)
    if name in ("erf", "erfc"):
        np.testing.assert_allclose(out.numpy(), needed, rtol=SERIES_TOLERANCE)
    else:
        assert_same(out, needed)
    assert_same(ri.compile(lambda *xs: op(*xs))(*map(ri.tensor, operands)), out.numpy())


# An answer to a question is a boolean; a sign is all that `copysign` takes from `y`.
BLIND_TO_NAN = {("copysign", 1)}


@pytest.mark.parametrize("op", OF_FLOATS, ids=lambda op: op.name)
def test_not_a_number_in_makes_not_a_number_out(op):
    middle = sum(op.domain) / 2 + 0.5
    for position in range(arity(op)):
        operands = [ri.tensor(middle)] * arity(op)
        operands[position] = ri.tensor(NAN)
        out = op(*operands)
        if out.dtype != bool_ and (op.name, position) not in BLIND_TO_NAN:
            assert np.isnan(out.numpy())


@pytest.mark.parametrize("name", [*REDUCTIONS, "median", "softmax", "log_softmax"])
@pytest.mark.parametrize("dtype", FLOATING, ids=str)
def test_one_element_that_is_not_a_number_spoils_its_row_only(name, dtype):
    x = np.array([[1, NAN, 3], [1, 2, 3]], dtype)

    spoiled, sound = np.isnan(getattr(ri, name)(ri.tensor(x), axis=1).numpy())

    assert np.all(spoiled)
    assert not np.any(sound)


@pytest.mark.parametrize("dtype", FLOATING, ids=str)
def test_what_is_not_a_number_counts_as_the_largest_and_is_found_first(dtype):
    x = np.array([1, NAN, -INF, INF, NAN, -0.0, 0.0], dtype)

    assert ri.argsort(ri.tensor(x)).tolist() == [2, 5, 6, 0, 3, 1, 4]
    assert ri.argsort(ri.tensor(x), descending=True).tolist() == [1, 4, 3, 0, 5, 6, 2]
    assert ri.argmax(ri.tensor(x)).item() == ri.argmin(ri.tensor(x)).item() == 1
    ordered = ri.sort(ri.tensor(x)).tolist()
    assert str(ordered) == "[-inf, -0.0, 0.0, 1.0, inf, nan, nan]"


def test_the_sum_of_infinities_of_both_signs_is_not_a_number():
    x = ri.tensor([[INF, 1], [-INF, 1], [INF, -INF]])

    assert_same(ri.sum(x, axis=1), np.array([INF, -INF, NAN], np.float32))
    assert_same(ri.mean(x, axis=1), np.array([INF, -INF, NAN], np.float32))


# Exponentials of what is large.

THIRD = math.log(3)

# A row of logits, its logsumexp and its softmax.
LOGITS = {
    "equal": ([5, 5, 5], 5 + THIRD, [1 / 3] * 3),
    "one impossible": ([-INF, 0, 0], math.log(2), [0, 0.5, 0.5]),
    "one possible": ([-INF, 7, -INF], 7, [0, 1, 0]),
    "none possible": ([-INF, -INF, -INF], -INF, [NAN] * 3),
    "one certain": ([INF, 0, 1], INF, [NAN, 0, 0]),
    "not a number": ([NAN, 0, 0], NAN, [NAN] * 3),
    "large": ([1e4, 1e4, -1e4], 1e4 + math.log(2), [0.5, 0.5, 0]),
    "very negative": ([-1e4, -1e4, -1e4], -1e4 + THIRD, [1 / 3] * 3),
}


@pytest.mark.parametrize(("row", "total", "shares"), LOGITS.values(), ids=LOGITS)
def test_exponentials_of_logits_are_those_of_exact_numbers(row, total, shares, dtype):
    x = ri.tensor(np.array(row, dtype))
    tolerance = 4 * np.finfo(dtype).eps

    np.testing.assert_allclose(ri.logsumexp(x).numpy(), total, rtol=tolerance)
    np.testing.assert_allclose(ri.softmax(x).numpy(), shares, rtol=tolerance)
    if np.isfinite(total):
        logarithms = np.array(row) - total
        np.testing.assert_allclose(
            ri.log_softmax(x).numpy(), logarithms, rtol=tolerance * abs(total) + 1e-7
        )
        # The gradient of a logsumexp is the softmax.
        came = slope(ri.logsumexp, np.array(row, dtype))
        np.testing.assert_allclose(came, shares, rtol=tolerance * abs(total))


def test_logits_near_the_end_of_double_precision_do_not_overflow():
    x = ri.tensor(np.array([1e300, 1e300, -1e300]))

    assert ri.logsumexp(x).item() == 1e300
    assert ri.softmax(x).tolist() == [0.5, 0.5, 0]
    assert ri.log_softmax(x).tolist() == [-math.log(2), -math.log(2), -2e300]


# Ties, kinks, poles.

# A function, where, and its slope there.
SLOPES = {
    "abs at 0": (ri.abs, 0, 0),
    "abs at -0": (ri.abs, -0.0, 0),
    "relu at 0": (ri.relu, 0, 0),
    "relu beside 0": (ri.relu, [TINY, -TINY], [1, 0]),
    "maximum of equals": (lambda x: ri.maximum(x, 2.0), 2, 0.5),
    "minimum of equals": (lambda x: ri.minimum(2.0, x), 2, 0.5),
    "maximum of itself": (lambda x: ri.maximum(x, x), 2, 1),
    "clip at its bounds": (
        lambda x: ri.clip(x, 0.0, 1.0),
        [-1, 0, 0.5, 1, 2],
        [0, 1, 1, 1, 0],
    ),
    "clip without room": (lambda x: ri.clip(x, 1.0, 1.0), [0, 1, 2], [0, 1, 0]),
    "sign": (ri.sign, [-1, 0, 1], [0, 0, 0]),
    "floor": (ri.floor, [0, 0.5], [0, 0]),
    "round": (ri.round, [0.5, 1.5], [0, 0]),
    "remainder": (lambda x: x % 1.0, [0, 0.5], [1, 1]),
    "max of ties": (ri.max, [2, 1, 2], [0.5, 0, 0.5]),
    "max of three": (ri.max, [2, 2, 2], [1 / 3] * 3),
    "min of ties": (ri.min, [1, 1, 2], [0.5, 0.5, 0]),
    "max of signed zeros": (ri.max, [0, -0.0, -1], [0.5, 0.5, 0]),
    "max of infinities": (ri.max, [INF, INF, 0], [0.5, 0.5, 0]),
    "max of no number": (ri.max, [NAN, 1], [NAN, NAN]),
    "median of four": (ri.median, [4, 1, 3, 2], [0, 0, 0.5, 0.5]),
    "sort of ties": (lambda x: ri.sort(x)[:2], [1, 1, 1], [1, 1, 0]),
    "topk of ties": (lambda x: ri.topk(x, 1)[0], [2, 2, 1], [1, 0, 0]),
    "max_pool of ties": (lambda x: ri.max_pool(x, (1, 2)), [[[[3, 3]]]], [[[[1, 0]]]]),
    "prod with a zero": (ri.prod, [0, 2, 3], [6, 0, 0]),
    "prod with two zeros": (ri.prod, [0, 0, 3], [0, 0, 0]),
    "cumulative_prod": (ri.cumulative_prod, [0, 2, 3], [1 + 2 + 6, 0, 0]),
    "norm at 0": (ri.norm, [0, 0], [0, 0]),
    "norm, ord 1, at 0": (lambda x: ri.norm(x, ord=1), [0, 0], [0, 0]),
    "norm, ord 3, at 0": (lambda x: ri.norm(x, ord=3), [0, 0], [0, 0]),
    "std of equals": (ri.std, [5, 5, 5], [0, 0, 0]),
    "var of equals": (ri.var, [5, 5, 5], [0, 0, 0]),
    "sqrt at 0": (ri.sqrt, 0, INF),
    "sqrt below 0": (ri.sqrt, -1, NAN),
    "log at 0": (ri.log, [0, -0.0], [INF, -INF]),
    "log1p at -1": (ri.log1p, -1, INF),
    "reciprocal at 0": (lambda x: 1 / x, [0, -0.0], [-INF, -INF]),
    "tanh far out": (ri.tanh, [-1e3, 1e3], [0, 0]),
    "sigmoid far out": (ri.sigmoid, [-1e3, 1e3], [0, 0]),
    "erf far out": (ri.erf, [-INF, INF], [0, 0]),
    "logaddexp of equals": (lambda x: ri.logaddexp(x, 2.0), 2, 0.5),
    "logaddexp of -inf": (lambda x: ri.logaddexp(x, 0.0), -INF, 0),
    "asin at its ends": (ri.asin, [-1, 1], [INF, INF]),
    "atan2 at 0": (lambda x: ri.atan2(x, ri.zeros_like(x)), 0, 0),
    "hypot at 0": (lambda x: ri.hypot(x, ri.zeros_like(x)), 0, 0),
    "where beside a pole": (
        lambda x: ri.where(x > 0, ri.log(ri.where(x > 0, x, 1.0)), 0.0),
        [0, 1],
        [0, 1],
    ),
    "x ** 0 at 0": (lambda x: x**0, 0, 0),
    "x ** 0.0 at 0": (lambda x: ri.pow(x, ri.zeros_like(x)), 0, 0),
    "x ** 1 at 0": (lambda x: x**1, 0, 1),
    "x ** 2 at 0": (lambda x: x**2, 0, 0),
    "x ** 3 below 0": (lambda x: x**3, -2, 12),
    "x ** 0.5 at 0": (lambda x: x**0.5, 0, INF),
    "x ** -1 at 0": (lambda x: x**-1, 0, -INF),
    "x ** 2.5 below 0": (lambda x: x**2.5, -2, NAN),
    "0 ** x": (lambda x: 0.0**x, [0, 1, 2.5], [0, 0, 0]),
    "(-2) ** x": (lambda x: (-2.0) ** x, 2, NAN),
    "1 ** x": (lambda x: 1.0**x, [0, INF], [0, 0]),
}


@pytest.mark.parametrize(("function", "x", "needed"), SLOPES.values(), ids=SLOPES)
def test_a_slope_where_there_are_several_or_none(function, x, needed):
    came = slope(function, np.array(x, np.float64))

    np.testing.assert_allclose(came, needed, rtol=CLOSED_FORM_TOLERANCE)


@pytest.mark.parametrize(("function", "x", "needed"), SLOPES.values(), ids=SLOPES)
def test_forward_mode_takes_the_same_slope(function, x, needed):
    x = ri.tensor(np.array(x, np.float64))

    _, moved = ri.jvp(lambda x: ri.sum(function(x)), (x,), (ri.ones_like(x),))

    np.testing.assert_allclose(
        moved.numpy(), np.sum(needed), rtol=CLOSED_FORM_TOLERANCE
    )


def test_a_tie_is_first_where_a_position_is_asked_for():
    x = ri.tensor([[3, 1, 3], [1, 1, 2]])

    assert ri.argmax(x, axis=1).tolist() == [0, 2]
    assert ri.argmin(x, axis=1).tolist() == [1, 0]


# Integers.

INTEGERS = (
    ri.int8,
    ri.int16,
    ri.int32,
    ri.int64,
    ri.uint8,
    ri.uint16,
    ri.uint32,
    ri.uint64,
)
OF_INTEGERS = {
    "add": np.add,
    "subtract": np.subtract,
    "multiply": np.multiply,
    "floor_divide": np.floor_divide,
    "remainder": np.remainder,
    "bitwise_xor": np.bitwise_xor,
    "maximum": np.maximum,
    "abs": np.abs,
    "negative": np.negative,
    "square": np.square,
}


@pytest.mark.parametrize("dtype", INTEGERS, ids=str)
@pytest.mark.parametrize("name", OF_INTEGERS)
def test_integers_wrap_around_and_divide_by_zero_as_in_numpy(name, dtype):
    limits = np.iinfo(dtype)
    numbers = np.array([limits.min, limits.max, 0, 1, limits.max // 2 + 1], dtype)
    count = OF_INTEGERS[name].nin
    operands = np.array(list(itertools.product(numbers, repeat=count)), dtype).T

    out = getattr(ri, name)(*map(ri.tensor, operands))

    assert_same(out, OF_INTEGERS[name](*operands))
    assert_same(ri.compile(getattr(ri, name))(*map(ri.tensor, operands)), out.numpy())


@pytest.mark.parametrize("dtype", [ri.bool, *INTEGERS], ids=str)
def test_sums_and_products_of_small_integers_do_not_wrap_around(dtype):
    x = np.ones(1000, dtype)

    assert ri.sum(ri.tensor(x)).item() == 1000
    assert_same(ri.prod(ri.tensor(x)), np.prod(x))


# 16 bits, and what leaves them.


def filled(number, count=4096, dtype="float16"):
    return ri.full(count, number, dtype=dtype)


def brain(number):
    return filled(number, dtype="bfloat16")


NARROW = {
    "sum in bfloat16": (lambda: ri.sum(brain(1)), 4096),
    "sum in float16": (lambda: ri.sum(filled(1)), 4096),
    "sum beyond float16": (lambda: ri.sum(filled(1, count=70_000)), INF),
    "mean of large float16": (lambda: ri.mean(filled(60_000)), 60_000),
    "mean in bfloat16": (lambda: ri.mean(brain(3)), 3),
    "norm in float16": (lambda: ri.norm(filled(300, count=4)), 600),
    "std of float16": (lambda: ri.std(ri.concat([filled(6e4), filled(-6e4)])), 6e4),
    "cumulative_sum": (lambda: ri.cumulative_sum(brain(1))[-1], 4096),
    "matmul": (lambda: brain(1) @ brain(1), 4096),
    "float16 overflows": (lambda: ri.max(filled(60_000) * 2), INF),
    "bfloat16 does not": (lambda: ri.max(brain(2.0**16) * 2), 2**17),
    "exp overflows": (lambda: ri.max(ri.exp(filled(12))), INF),
    "slope of a mean": (lambda: ri.grad(ri.mean)(brain(1))[0], 2**-12),
}


@pytest.mark.parametrize(("make", "needed"), NARROW.values(), ids=NARROW)
def test_16_bits_hold_the_result_and_not_what_is_on_the_way(make, needed):
    assert float(make()) == needed


# Complex numbers.

COMPLEX = {
    "abs": (ri.abs, np.abs),
    "angle": (ri.angle, np.angle),
    "sign": (ri.sign, np.sign),
    "real": (ri.real, np.real),
    "imag": (ri.imag, np.imag),
    "conj": (ri.conj, np.conj),
    "isnan": (ri.isnan, np.isnan),
    "isinf": (ri.isinf, np.isinf),
}
PARTS = [0.0, -0.0, 1.0, -1.0]


@pytest.mark.parametrize(("ours", "numpys"), COMPLEX.values(), ids=COMPLEX)
def test_complex_numbers_on_the_axes_are_treated_as_in_numpy(ours, numpys):
    z = np.array([complex(x, y) for x in PARTS for y in PARTS])

    needed = numpys(z)

    came = ours(ri.tensor(z)).numpy()
    np.testing.assert_allclose(came, needed, rtol=CLOSED_FORM_TOLERANCE)
    assert came.dtype == needed.dtype


@pytest.mark.parametrize("function", [ri.abs, ri.norm], ids=["abs", "norm"])
def test_the_size_of_a_complex_zero_has_the_slope_zero(function):
    assert slope(function, np.array([0j, -0j])).tolist() == [0, 0]


def test_a_power_of_a_complex_zero_has_the_slope_zero_by_its_exponent():
    y = ri.tensor(np.array([1 + 1j, 2 - 1j]))

    g = ri.grad(lambda y: ri.real(ri.sum(ri.zeros_like(y) ** y)))(y)

    np.testing.assert_array_equal(g.numpy(), 0)


def test_the_angle_knows_the_sign_of_zero():
    z = np.array([complex(-1, 0.0), complex(-1, -0.0), complex(-0.0, 0.0)])

    np.testing.assert_array_equal(
        ri.angle(ri.tensor(z)).numpy(), [np.pi, -np.pi, np.pi]
    )
