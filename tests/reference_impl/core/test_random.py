"""What is drawn follows its distribution.

Every test draws with fixed keys, so that it passes always or never. The bounds are
those of statistics: a right generator would exceed them once in a million seeds.
"""

import math
from statistics import NormalDist

import numpy as np
import pytest

import reference_impl as ri
from reference_impl import random
from reference_impl.core.errors import (
    DtypeError,
    NoValueError,
    RangeError,
    ShapeError,
)

N = 100_000

# A standard normal number exceeds this once in a million times, on either side.
SIGMAS = NormalDist().inv_cdf(1 - 0.5e-6)

# The distance of Kolmogorov and Smirnov between the distribution of N numbers and the
# one they were drawn from exceeds this once in a million times: 2 exp(-2 N d^2) = 1e-6.
DISTANCE = math.sqrt(math.log(2e6) / (2 * N))

KEY = random.key(20240607)

FLOATS = [ri.float16, ri.bfloat16, ri.float32, ri.float64]
each_float = pytest.mark.parametrize("dtype", FLOATS, ids=str)


def fresh(number=0):
    """A new key for each number."""
    return random.fold_in(KEY, number)


def distance(x, distribution):
    """That of Kolmogorov and Smirnov; `distribution` is P(X <= x)."""
    x = np.sort(np.asarray(x, float).ravel())
    steps = np.arange(x.size + 1) / x.size
    expected = distribution(x)
    return max((steps[1:] - expected).max(), (expected - steps[:-1]).max())


def assert_frequencies(counts, probabilities, *, trials=N):
    """Each count is within what chance allows it."""
    deviations = np.sqrt(trials * probabilities * (1 - probabilities))
    assert (abs(counts - trials * probabilities) <= SIGMAS * deviations).all()


def normal_distribution(x):
    return np.array([math.erfc(-each / math.sqrt(2)) / 2 for each in x])


def test_every_bit_is_set_half_of_the_time():
    x = random.bits(fresh(), N, dtype="uint64").numpy()

    counts = np.array([(x >> np.uint64(i) & np.uint64(1)).sum() for i in range(64)])

    assert (abs(counts - N / 2) <= SIGMAS * math.sqrt(N) / 2).all()


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "uint32", "uint64"])
def test_bits_have_the_dtype_that_was_asked_for(dtype):
    assert random.bits(fresh(), (2, 3), dtype=dtype).dtype == dtype


def test_uniform_numbers_are_equally_likely_everywhere():
    for number, dtype in enumerate(["float32", "float64"]):
        x = random.uniform(fresh(number), N, dtype=dtype)

        assert x.dtype == dtype
        assert distance(x, lambda x: x) < DISTANCE


@each_float
def test_uniform_numbers_use_every_digit_of_their_dtype_and_stay_below_one(dtype):
    digits = {"float16": 11, "bfloat16": 8, "float32": 24, "float64": 53}[str(dtype)]

    x = random.uniform(fresh(), N, dtype=dtype).numpy().astype(float)

    whole = x * 2**digits
    assert (whole == np.floor(whole)).all()
    assert 0 <= x.min() < 1 / 128
    assert 1 - 1 / 100 < x.max() < 1
    assert (whole % 2).mean() == pytest.approx(1 / 2, abs=SIGMAS / 2 / math.sqrt(N))


def test_bounds_stretch_to_the_shape_and_move_uniform_numbers():
    low, high = np.array([[-2.0], [-1.0]]), np.array([0.0, 1.0, 2.0])

    x = random.uniform(fresh(), (N, 2, 3), low=low, high=high, dtype="float64").numpy()

    assert distance((x - low) / (high - low), lambda x: x) < DISTANCE


def test_uniform_numbers_have_derivatives_by_their_bounds():
    def drawn(low, high):
        return ri.sum(random.uniform(fresh(), 5, low=low, high=high))

    by_low, by_high = ri.grad(drawn, (0, 1))(ri.tensor(1.0), ri.tensor(3.0))

    total = random.uniform(fresh(), 5).numpy().sum()
    assert by_high.item() == pytest.approx(total, rel=1e-6)
    assert by_low.item() == pytest.approx(5 - total, rel=1e-6)


def test_normal_numbers_follow_the_normal_distribution():
    for number, dtype in enumerate(["float32", "float64"]):
        x = random.normal(fresh(number), N, dtype=dtype)

        assert x.dtype == dtype
        assert distance(x, normal_distribution) < DISTANCE


def test_the_moments_of_normal_numbers_are_right():
    x = random.normal(fresh(), N, dtype="float64").numpy()

    # The variances of x, x^2, x^3 and x^4 are 1, 2, 15 and 96.
    for power, (moment, variance) in enumerate([(0, 1), (1, 2), (0, 15), (3, 96)], 1):
        bound = SIGMAS * math.sqrt(variance / N)
        assert (x**power).mean() == pytest.approx(moment, abs=bound)


def test_neighbours_among_normal_numbers_are_independent():
    x = random.normal(fresh(), N, dtype="float64").numpy()

    # Two of them come from one point of the plane.
    for y, z in [(x[::2], x[1::2]), (x[:-1], x[1:]), (x[::2] ** 2, x[1::2] ** 2)]:
        assert abs(np.corrcoef(y, z)[0, 1]) <= SIGMAS / math.sqrt(y.size)


@each_float
def test_the_tail_of_normal_numbers_is_finite_and_there(dtype):
    x = random.normal(fresh(), 1_000_000, dtype=dtype).numpy().astype(float)

    assert np.isfinite(x).all()
    # Of a million, two exceed 4.9; none of them does once in 13 times.
    assert 4.4 < abs(x).max() < 6.8


@pytest.mark.parametrize("size", range(5))
def test_fewer_normal_numbers_are_the_first_of_more(size):
    many = random.normal(fresh(), 10)

    assert random.normal(fresh(), size).tolist() == many.tolist()[:size]


def test_normal_numbers_have_derivatives_by_their_parameters():
    def drawn(mean, std):
        return ri.sum(random.normal(fresh(), (4, 3), mean=mean, std=std))

    by_mean, by_std = ri.grad(drawn, (0, 1))(ri.zeros(3), ri.ones(3))

    unit = random.normal(fresh(), (4, 3)).numpy()
    assert by_mean.tolist() == [4, 4, 4]
    np.testing.assert_allclose(by_std, unit.sum(axis=0), rtol=1e-5, atol=1e-6)


def test_parameters_give_the_shape_if_none_is_asked_for():
    mean, std = ri.zeros((3, 1)), ri.ones(4)

    assert random.normal(fresh(), mean=mean, std=std).shape == (3, 4)
    assert random.normal(fresh()).shape == ()
    assert random.bernoulli(fresh(), ri.full(5, 0.5)).shape == (5,)


def test_the_dtype_that_was_asked_for_holds_whatever_the_parameters_have():
    x = random.normal(fresh(), 3, mean=np.float64(1), std=np.ones(3))

    assert x.dtype == ri.float32


@pytest.mark.parametrize("p", [0.0, 1e-3, 0.5, 0.9, 1.0])
def test_booleans_are_true_with_their_probability(p):
    x = random.bernoulli(fresh(), p, N)

    assert x.dtype == ri.bool
    assert_frequencies(x.numpy().sum(), np.array(p))


@each_float
def test_every_boolean_can_have_a_probability_of_its_own(dtype):
    p = ri.tensor([0.0, 0.25, 1.0], dtype=dtype)

    x = random.bernoulli(fresh(), p, (N, 3))

    counts = x.numpy().sum(axis=0)
    assert_frequencies(counts, np.array([0, 0.25, 1]))


@pytest.mark.parametrize(("low", "high"), [(0, 1), (-3, 4), (0, 10), (250, 256)])
def test_integers_are_equally_likely(low, high):
    x = random.integers(fresh(), N, low=low, high=high).numpy()

    values, counts = np.unique(x, return_counts=True)
    assert values.tolist() == list(range(low, high))
    assert_frequencies(counts, np.full(high - low, 1 / (high - low)))


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int32", "int64", "uint64"])
def test_integers_can_fill_their_dtype(dtype):
    limits = np.iinfo(dtype)
    low, high = int(limits.min), int(limits.max) + 1

    x = random.integers(fresh(), 1000, low=low, high=high, dtype=dtype).numpy()

    assert x.dtype == dtype
    quarter = (high - low) // 4
    assert x.min() < low + quarter
    assert x.max() >= high - quarter


def test_an_integer_without_axes_can_be_drawn():
    assert 0 <= random.integers(fresh(), high=5).item() < 5


def test_every_order_is_equally_likely():
    keys = random.split(fresh(), 6000)
    orders = [tuple(random.permutation(key, 3).tolist()) for key in keys]

    values, counts = np.unique(orders, axis=0, return_counts=True)
    assert len(values) == 6
    assert_frequencies(counts, np.full(6, 1 / 6), trials=6000)


def test_a_permutation_has_every_number_once():
    x = random.permutation(fresh(), 1000)

    assert (x.dtype, sorted(x.tolist())) == (ri.int64, list(range(1000)))
    assert random.permutation(fresh(), 0).shape == (0,)


def test_the_rows_of_a_tensor_change_places_and_the_derivative_finds_them():
    x = np.arange(12.0).reshape(4, 3)
    order = random.permutation(fresh(), 4).numpy()

    np.testing.assert_array_equal(random.permutation(fresh(), ri.tensor(x)), x[order])
    came = ri.grad(lambda x: ri.sum(random.permutation(fresh(), x)[0]))(ri.tensor(x))
    assert came.numpy()[order[0]].tolist() == [1, 1, 1]
    assert came.numpy().sum() == 3


def test_positions_are_drawn_with_the_probabilities_of_the_softmax():
    logits = np.array([0.0, 1.0, -1.0, -np.inf, 5.0])

    x = random.categorical(fresh(), ri.tensor(logits), shape=N).numpy()

    counts = np.bincount(x, minlength=5)
    assert_frequencies(counts, np.exp(logits) / np.exp(logits).sum())


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_positions_are_drawn_along_any_axis(axis):
    logits = np.full((3, 3), -np.inf)
    np.fill_diagonal(logits, 0.0)
    logits = np.roll(logits, 1, axis=1)

    x = random.categorical(fresh(), ri.tensor(logits), axis=axis)

    assert x.tolist() == logits.argmax(axis=axis).tolist()


def test_a_batch_of_logits_stretches_to_the_shape():
    logits = ri.zeros((2, 4))

    assert random.categorical(fresh(), logits).shape == (2,)
    assert random.categorical(fresh(), logits, shape=(5, 2)).shape == (5, 2)
    with pytest.raises(ShapeError, match=r"^categorical: "):
        random.categorical(fresh(), logits, shape=(5, 3))


def test_split_keys_give_numbers_that_do_not_correlate():
    keys = (*random.split(fresh(), 3), *(fresh(number) for number in (1, 2)))
    x = np.stack([random.uniform(key, N).numpy() for key in keys])

    correlations = np.corrcoef(x)[np.triu_indices(len(x), 1)]

    assert abs(correlations).max() <= SIGMAS / math.sqrt(N)


def test_the_numbers_of_consecutive_seeds_do_not_correlate():
    x = np.stack([random.uniform(random.key(seed), N).numpy() for seed in range(5)])

    correlations = np.corrcoef(x)[np.triu_indices(len(x), 1)]

    assert abs(correlations).max() <= SIGMAS / math.sqrt(N)


def test_nothing_is_drawn_for_a_shape_without_elements():
    for name in ("bits", "uniform", "normal"):
        assert getattr(random, name)(fresh(), (2, 0)).shape == (2, 0)


@pytest.mark.parametrize("name", ["bits", "uniform", "normal"])
def test_a_shape_must_be_of_sizes(name):
    draw = getattr(random, name)

    with pytest.raises(ShapeError, match=rf"^{name}: sizes must not be .*\(2, -1\)"):
        draw(fresh(), (2, -1))
    with pytest.raises(DtypeError, match=rf"^{name}: sizes must be integers, 1.5 came"):
        draw(fresh(), 1.5)


def test_parameters_must_fit_the_shape():
    with pytest.raises(ShapeError, match=r"^normal: .* shape \(3,\), \(\) came"):
        random.normal(fresh(), (), mean=ri.zeros(3))
    with pytest.raises(ShapeError, match=r"^uniform: .*\(2,\), \(3,\)"):
        random.uniform(fresh(), 2, low=ri.zeros(3))


def test_numbers_with_fractions_need_a_floating_dtype():
    with pytest.raises(DtypeError, match=r"^uniform: .*int32 came"):
        random.uniform(fresh(), dtype="int32")
    with pytest.raises(DtypeError, match=r"^normal: .*complex64 came"):
        random.normal(fresh(), dtype="complex64")
    with pytest.raises(DtypeError, match=r"^bits: an unsigned dtype .* int32 came"):
        random.bits(fresh(), dtype="int32")
    with pytest.raises(DtypeError, match=r"^integers: integer .*float32 came"):
        random.integers(fresh(), high=3, dtype="float32")


@pytest.mark.parametrize("p", [-0.1, 1.1, math.nan, np.array([0.5, 2.0])])
def test_a_probability_outside_of_the_unit_interval_is_refused(p):
    with pytest.raises(RangeError, match=r"^bernoulli: p must lie in \[0, 1\], "):
        random.bernoulli(fresh(), p)


@pytest.mark.parametrize("low", [1.0, 2.0, ri.tensor([0.0, 1.0])])
def test_bounds_without_numbers_between_them_are_refused(low):
    with pytest.raises(RangeError, match=r"^uniform: low must be below high, "):
        random.uniform(fresh(), low=low, high=1.0)


HUGE = {"float16": 6e4, "bfloat16": 3e38, "float32": 3e38, "float64": 1.7e308}


@pytest.mark.parametrize(("dtype", "bound"), HUGE.items())
def test_bounds_further_apart_than_their_dtype_reaches_are_refused(dtype, bound):
    needed = rf"^uniform: .* high - low finite in {dtype}; "
    for high in (bound, 1e309, ri.tensor(bound, dtype=dtype)):
        with pytest.raises(RangeError, match=needed):
            random.uniform(fresh(), 3, low=-bound, high=high, dtype=dtype)

    x = random.uniform(fresh(), 9, low=-bound, high=0.05 * bound, dtype=dtype).numpy()
    assert np.isfinite(x).all()


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32"])
def test_bounds_that_their_dtype_makes_infinite_or_equal_are_refused(dtype):
    for low, high in [(0.0, 1e39), (1e39, 2e39), (1.0, 1.0 + 1e-9)]:
        for bounds in ((low, high), (ri.tensor(low, dtype="float64"), np.array(high))):
            with pytest.raises(RangeError, match=r"^uniform: low must be below high, "):
                random.uniform(fresh(), 3, low=bounds[0], high=bounds[1], dtype=dtype)


def test_bounds_are_not_checked_while_they_are_not_known():
    compiled = ri.compile(lambda low: random.uniform(fresh(), 3, low=low, high=1.0))

    assert (compiled(ri.tensor(0.5)).numpy() >= 0.5).all()
    assert (compiled(ri.tensor(1.5)).numpy() > 1.0).all()


NO_NUMBER = {
    "complex": (1j, DtypeError, r"floating-point elements are needed, complex64 came"),
    "text": ("a", DtypeError, r"'a' is no tensor: numbers are needed"),
    "None": (None, DtypeError, r"None is no tensor: numbers are needed"),
    "ragged": ([[1.0], [1.0, 2.0]], ShapeError, r".* is no tensor: .*ragged"),
    "too large": (
        10**400,
        DtypeError,
        r"an integer of 1329 bits does not fit into float32",
    ),
}
TAKES = [("uniform", "low"), ("uniform", "high"), ("normal", "mean"), ("normal", "std")]


@pytest.mark.parametrize(("junk", "kind", "needed"), NO_NUMBER.values(), ids=NO_NUMBER)
@pytest.mark.parametrize(("name", "parameter"), TAKES)
def test_a_parameter_must_be_of_real_numbers(name, parameter, junk, kind, needed):
    with pytest.raises(kind, match=rf"^{name}: .*{needed}"):
        getattr(random, name)(fresh(), (2,), **{parameter: junk})


@pytest.mark.parametrize("p", [1j, "a", None, True])
def test_a_probability_must_be_a_real_number(p):
    with pytest.raises(DtypeError, match=r"^bernoulli: "):
        random.bernoulli(fresh(), p)


def test_a_negative_standard_deviation_is_refused():
    with pytest.raises(RangeError, match=r"^normal: std must not be negative, -1 came"):
        random.normal(fresh(), std=-1)


@pytest.mark.parametrize(("low", "high"), [(3, 3), (4, 3), (0, 257), (-1, 5)])
def test_integers_must_exist_and_fit_their_dtype(low, high):
    with pytest.raises(RangeError, match=rf"^integers: .* uint8 .* {low} and {high}"):
        random.integers(fresh(), low=low, high=high, dtype="uint8")


@pytest.mark.parametrize("junk", [1.5, "a", None, 1j, ri.tensor([5, 6])])
@pytest.mark.parametrize("bound", ["low", "high"])
def test_bounds_of_integers_must_be_integers(bound, junk):
    with pytest.raises(DtypeError, match=rf"^integers: {bound} must be an integer, .*"):
        random.integers(fresh(), 3, **({"high": 9} | {bound: junk}))


@pytest.mark.parametrize("kind", [np.int64, np.uint8, np.array, ri.tensor, bool])
def test_bounds_of_integers_may_come_as_any_integer(kind):
    low, high = kind(0), kind(1)

    assert random.integers(fresh(), 3, low=low, high=high).tolist() == [0, 0, 0]


def test_bounds_of_integers_must_be_known():
    with pytest.raises(NoValueError, match=r"^integers: high: the value of "):
        ri.compile(lambda high: random.integers(fresh(), 3, high=high))(ri.tensor(5))


def test_only_what_has_rows_can_be_permuted():
    with pytest.raises(ShapeError, match=r"^permutation: .*without axes came"):
        random.permutation(fresh(), ri.tensor(1.0))
    with pytest.raises(RangeError, match=r"^permutation: .* -1 came"):
        random.permutation(fresh(), -1)


def test_no_logits_have_no_positions():
    with pytest.raises(ShapeError, match=r"^categorical: at least one element along"):
        random.categorical(random.key(0), ri.ones((2, 0)))


WITHOUT_SOFTMAX = {
    "not a number": ([1.0, math.nan], "nan"),
    "nothing possible": ([-math.inf, -math.inf], "-inf"),
    "infinitely likely": ([math.inf, 1.0], "inf"),
}


@pytest.mark.parametrize(("row", "came"), WITHOUT_SOFTMAX.values(), ids=WITHOUT_SOFTMAX)
@each_float
def test_logits_without_a_softmax_are_refused(dtype, row, came):
    logits = ri.tensor([[0.0, -math.inf], row], dtype=dtype)

    for x, axis in ((logits, -1), (logits.T, 0)):
        needed = rf"^categorical: the largest logit along axis {axis % 2} .*, {came} c"
        with pytest.raises(RangeError, match=needed):
            random.categorical(fresh(), x, axis=axis)


def test_of_logits_that_are_not_known_the_first_nan_is_drawn():
    compiled = ri.compile(lambda logits: random.categorical(fresh(), logits))

    assert compiled(ri.tensor([9.0, math.nan, 1.0, math.nan])).item() == 1
    assert compiled(ri.full(3, -math.inf)).item() == 0
    assert compiled(ri.tensor([9.0, math.inf, math.inf])).item() == 1
