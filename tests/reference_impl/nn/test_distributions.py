import dataclasses
import math

import ml_dtypes
import numpy as np
import pytest
from compiled import assert_as_eager

import reference_impl as ri
from reference_impl.nn.distributions import (
    Bernoulli,
    Beta,
    Categorical,
    Distribution,
    Exponential,
    Gamma,
    Normal,
    Uniform,
    kl_divergence,
)

FLOATING = [ri.float16, ri.bfloat16, ri.float32, ri.float64]

# What the double exponential rule leaves, for singular and for smooth densities.
QUADRATURE_TOLERANCE = 1e-9

# A central difference with this step errs by about 1e-10 of a value or its third slope.
STEP = 1e-5
DIFFERENCE_TOLERANCE = 1e-7

# Seeds are fixed: these say that the one at hand is no extraordinary one.
COUNT = 40_000
STANDARD_ERRORS = 4
KOLMOGOROV = 2.0 / math.sqrt(COUNT)  # exceeded once in 1500 seeds


def number(x):
    return ri.tensor(np.asarray(x, np.float64))


# Two of each kind; the support of the first lies within that of the second.
PAIRS = {
    "normal": (Normal(number(0.7), number(1.3)), Normal(number(-0.2), number(0.8))),
    "uniform": (Uniform(number(-1), number(2)), Uniform(number(-1.5), number(4))),
    "exponential": (Exponential(number(0.4)), Exponential(number(2.5))),
    "bernoulli": (Bernoulli(number(-1.2)), Bernoulli(number(0.4))),
    "categorical": (
        Categorical(number([0.3, -1, 2, 0])),
        Categorical(number([1, 0.5, -0.2, -2])),
    ),
    "gamma": (Gamma(number(2.3), number(1.7)), Gamma(number(1.4), number(0.6))),
    "gamma below 1": (Gamma(number(0.5), number(2)), Gamma(number(0.8), number(1))),
    "beta": (Beta(number(2.5), number(4)), Beta(number(1.5), number(2))),
    "beta below 1": (Beta(number(0.5), number(2)), Beta(number(0.7), number(1.5))),
}
FIRSTS = {name: p for name, (p, _) in PAIRS.items()}

each_pair = pytest.mark.parametrize(("p", "q"), PAIRS.values(), ids=PAIRS)
each = pytest.mark.parametrize("p", FIRSTS.values(), ids=FIRSTS)


def batches(p):
    """The same kind with a batch of three."""
    return ri.tree.map(lambda x: ri.stack([x, x, x]), p)


def points(p):
    """Values, and the weights with which functions of them add up to an integral.

    Source: Takahasi and Mori 1974, "Double exponential formulas for numerical
    integration".
    """
    if isinstance(p, Bernoulli):
        return np.arange(2), np.ones(2)
    if isinstance(p, Categorical):
        return np.arange(p.logits.shape[-1]), np.ones(p.logits.shape[-1])
    t = np.linspace(-4.5, 4.5, 2001)
    inner, slope = math.pi / 2 * np.sinh(t), math.pi / 2 * np.cosh(t)
    if isinstance(p, Normal):
        x, weights = np.sinh(inner), np.cosh(inner) * slope
    elif isinstance(p, (Gamma, Exponential)):
        x, weights = np.exp(inner), np.exp(inner) * slope
    else:
        x = 1 / (1 + np.exp(-2 * inner))
        weights = 2 * slope * x / (1 + np.exp(2 * inner))
        if isinstance(p, Uniform):
            low, high = p.low.item(), p.high.item()
            x, weights = low + (high - low) * x, (high - low) * weights
    is_inside = (weights > 0) & (x < 1 if isinstance(p, Beta) else np.isfinite(x))
    return x[is_inside], (weights * (t[1] - t[0]))[is_inside]


def densities(p):
    """Values, and the measure of each under the distribution."""
    x, weights = points(p)
    return x, np.exp(p.log_probability(ri.tensor(x)).numpy()) * weights


def average(p, function):
    x, measure = densities(p)
    is_there = measure > 0
    return np.sum(measure[is_there] * function(x[is_there]))


def log_probabilities(p, x):
    return p.log_probability(ri.tensor(x)).numpy()


@each
def test_probabilities_add_up_to_one(p):
    _, measure = densities(p)

    assert np.sum(measure) == pytest.approx(1, rel=QUADRATURE_TOLERANCE)


@each
def test_mean_and_variance_are_averages(p):
    mean = average(p, lambda x: x)
    variance = average(p, lambda x: (x - mean) ** 2)

    assert p.mean.item() == pytest.approx(mean, rel=QUADRATURE_TOLERANCE)
    assert p.variance.item() == pytest.approx(variance, rel=QUADRATURE_TOLERANCE)


@each_pair
def test_entropy_and_divergence_are_averages_of_log_probability(p, q):
    entropy = -average(p, lambda x: log_probabilities(p, x))
    divergence = average(p, lambda x: log_probabilities(p, x) - log_probabilities(q, x))

    assert p.entropy().item() == pytest.approx(entropy, rel=QUADRATURE_TOLERANCE)
    assert kl_divergence(p, q).item() == pytest.approx(
        divergence, rel=QUADRATURE_TOLERANCE
    )


@each
def test_a_sample_has_the_moments_and_the_quantiles(p):
    x = np.asarray(p.sample(ri.random.key(1), (COUNT,)).numpy(), np.float64)
    mean, variance = p.mean.item(), p.variance.item()
    fourth = average(p, lambda x: (x - mean) ** 4)

    assert abs(x.mean() - mean) < STANDARD_ERRORS * math.sqrt(variance / COUNT)
    spread = math.sqrt((fourth - variance**2) / COUNT)
    assert abs(np.mean((x - mean) ** 2) - variance) < STANDARD_ERRORS * spread

    values, measure = densities(p)
    below = np.cumsum(measure)
    if not isinstance(p, (Bernoulli, Categorical)):
        below -= measure / 2  # a value stands in the middle of its measure
    came = np.searchsorted(np.sort(x), values, side="right") / COUNT
    assert np.abs(came - below).max() < KOLMOGOROV


@each
def test_a_sample_has_the_shape_asked_for_then_that_of_the_batch(p):
    for shape, needed in (((), ()), (4, (4,)), ((2, 0), (2, 0)), ((2, 5), (2, 5))):
        sample = p.sample(ri.random.key(0), shape)
        assert sample.shape == needed
        assert batches(p).sample(ri.random.key(0), shape).shape == (*needed, 3)
        assert p.log_probability(sample).shape == needed


def of_scalars(p):
    """Functions of a distribution, each with one number as its result."""
    x = p.sample(ri.random.key(0), 5)
    return [
        lambda p: ri.sum(ri.sin(p.log_probability(x))),
        lambda p: p.entropy(),
        lambda p: p.mean,
        lambda p: p.variance,
    ]


def differences(function, p):
    """Central differences by every parameter, in the order of a tree's leaves."""
    leaves, structure = ri.tree.flatten(p)
    found = []
    for i, leaf in enumerate(leaves):
        slopes = np.zeros(leaf.shape)
        for index in np.ndindex(leaf.shape):
            step = np.zeros(leaf.shape)
            step[index] = STEP
            ahead, behind = (
                function(
                    ri.tree.unflatten(
                        structure, [*leaves[:i], number(moved), *leaves[i + 1 :]]
                    )
                ).item()
                for moved in (leaf.numpy() + step, leaf.numpy() - step)
            )
            slopes[index] = (ahead - behind) / (2 * STEP)
        found.append(slopes)
    return found


def assert_slopes(function, p):
    gradient = ri.grad(function)(p)

    assert type(gradient) is type(p)
    for came, needed in zip(
        ri.tree.flatten(gradient)[0], differences(function, p), strict=True
    ):
        size = max(np.abs(needed).max(initial=0), 1)
        np.testing.assert_allclose(
            came, needed, rtol=0, atol=DIFFERENCE_TOLERANCE * size
        )


@each_pair
def test_gradients_by_parameters_are_central_differences(p, q):
    for function in of_scalars(p):
        assert_slopes(function, p)
    assert_slopes(lambda p: kl_divergence(p, q), p)
    assert_slopes(lambda q: kl_divergence(p, q), q)


@pytest.mark.parametrize("name", ["normal", "uniform", "exponential"])
def test_a_sample_moves_with_the_parameters(name):
    assert_slopes(lambda p: ri.sum(ri.sin(p.sample(ri.random.key(0), 5))), FIRSTS[name])


def test_a_sample_of_gamma_moves_with_its_rate():
    concentration, rate = number(2.3), number(1.7)

    def total(rate):
        return ri.sum(Gamma(concentration, rate).sample(ri.random.key(0), 5))

    for derivative in (ri.grad(total), ri.compile(ri.grad(total))):
        assert derivative(rate).item() == pytest.approx(
            -total(rate).item() / rate.item()
        )


@pytest.mark.parametrize("way", ["reverse", "forward", "compiled"])
@pytest.mark.parametrize(
    ("p", "who"),
    [
        (FIRSTS["gamma"], "Gamma: concentration"),
        (FIRSTS["beta"], "Beta: alpha or beta"),
    ],
    ids=["gamma", "beta"],
)
def test_a_derivative_that_is_not_there_is_refused_and_not_zero(p, who, way):
    def total(p):
        return ri.sum(p.sample(ri.random.key(0), 5))

    def differentiated():
        if way == "forward":
            return ri.jvp(total, (p,), (p,))
        return (ri.grad(total) if way == "reverse" else ri.compile(ri.grad(total)))(p)

    with pytest.raises(ri.GradientError, match=f"{who}: a sample has no derivative"):
        differentiated()


@pytest.mark.parametrize("name", [name for name in FIRSTS if name != "uniform"])
def test_the_average_slope_of_log_probability_is_zero(name):
    p = FIRSTS[name]

    # What the derivative of a distribution without a moving sample is made of.
    def total(p):
        x = ri.stop_gradient(p.sample(ri.random.key(0), (COUNT,)))
        return ri.mean(p.log_probability(x))

    for slope in ri.tree.flatten(ri.grad(total)(p))[0]:
        # Slopes by these parameters have a spread of up to 2.
        assert np.all(np.abs(slope.numpy()) < 2 * STANDARD_ERRORS / math.sqrt(COUNT))


@each_pair
def test_compiled_is_the_same_as_eager(p, q):
    def everything(p, q, key):
        x = p.sample(key, (7,))
        return (
            x,
            p.log_probability(x),
            p.entropy(),
            p.mean,
            p.variance,
            kl_divergence(p, q),
        )

    p, q = batches(p), batches(q)
    eager, compiled = (
        function(p, q, ri.random.key(5))
        for function in (everything, ri.compile(everything))
    )

    assert_as_eager(compiled, eager)


@each
@pytest.mark.parametrize("dtype", FLOATING, ids=str)
def test_results_have_the_dtype_of_the_parameters(p, dtype):
    narrow = ri.tree.map(lambda x: x.astype(dtype), p)
    x = narrow.sample(ri.random.key(0), (100,))

    for result in (
        narrow.log_probability(x),
        narrow.entropy(),
        narrow.mean,
        narrow.variance,
        kl_divergence(narrow, narrow),
    ):
        assert result.dtype == dtype
        assert np.all(np.isfinite(result.numpy().astype(float)))
    assert x.dtype == (ri.int64 if isinstance(p, Categorical) else dtype)


@each
@pytest.mark.filterwarnings("ignore:divide by zero")  # densities may be infinite at 0
@pytest.mark.parametrize("dtype", FLOATING, ids=str)
def test_of_many_samples_all_are_values_whatever_the_dtype(p, dtype):
    count = 100_000
    narrow = ri.tree.map(lambda x: x.astype(dtype), p)

    x = narrow.sample(ri.random.key(2), count)

    assert np.isfinite(x.numpy().astype(float)).all()
    narrow.log_probability(x)  # or an error
    # The parameters, and every sample, are rounded by half of this.
    unit = float(ml_dtypes.finfo(dtype).eps)
    mean, deviation = p.mean.item(), math.sqrt(p.variance.item())
    bound = STANDARD_ERRORS * deviation / math.sqrt(count)
    assert abs(x.numpy().astype(float).mean() - mean) < bound + unit * (
        abs(mean) + deviation
    )


@pytest.mark.parametrize("dtype", FLOATING, ids=str)
def test_sixteen_bits_keep_the_tail_of_an_exponential_distribution(dtype):
    count = 400_000
    one = ri.tensor(1.0, dtype=dtype)

    x = Exponential(one).sample(ri.random.key(0), count).numpy().astype(float)

    # The largest is log(count) = 12.9 on average, and 5 more once in 150 seeds.
    assert 10 < x.max() < 18
    assert abs(np.mean(x > 1) - math.exp(-1)) < 0.005  # one of bfloat16's steps at 1


@each_pair
def test_on_another_device_it_is_the_same(p, q, make_device):
    there = make_device("there")

    def everything(p, q, key):
        x = p.sample(key, (7,))
        return (
            *(x, p.log_probability(x), p.entropy(), p.mean, p.variance),
            kl_divergence(p, q),
        )

    needed = everything(p, q, ri.random.key(5))
    p, q = ri.tree.map(lambda x: x.to_device(there), (p, q))
    results = everything(p, q, ri.random.key(5, device=there))

    for came, here in zip(results, needed, strict=True):
        assert came.device is there
        np.testing.assert_array_equal(came.numpy(), here.numpy())


# What is in the range of a dtype, though a square or a product on the way is not.
NARROW = {
    "beta": (lambda n: Beta(n(20), n(21)).variance, "float16", 20 * 21 / 41**2 / 42),
    "gamma": (lambda n: Gamma(n(20), n(300)).variance, "float16", 20 / 300**2),
    "uniform": (lambda n: Uniform(n(0), n(400)).variance, "float16", 400**2 / 12),
    "normals": (
        lambda n: kl_divergence(Normal(n(0), n(1e-4)), Normal(n(0), n(1))),
        "float16",
        -math.log(1e-4) - 0.5,
    ),
    "normals, float32": (
        lambda n: kl_divergence(Normal(n(0), n(1e-23)), Normal(n(0), n(1))),
        "float32",
        -math.log(1e-23) - 0.5,
    ),
    "uniforms": (
        lambda n: kl_divergence(Uniform(n(0), n(1e-4)), Uniform(n(0), n(10))),
        "float16",
        math.log(1e5),
    ),
}


@pytest.mark.parametrize(("function", "dtype", "needed"), NARROW.values(), ids=NARROW)
def test_what_a_dtype_can_hold_is_not_lost_on_the_way(function, dtype, needed):
    came = function(lambda x: ri.tensor(x, dtype=dtype))

    # A few roundings, of numbers below the normal ones too.
    assert came.item() == pytest.approx(needed, rel=4e-3)


def test_on_a_distribution_there_is_nothing_but_what_it_is_asked_for():
    public = {name for name in dir(Normal(0, 1)) if not name.startswith("_")}

    asked = {"entropy", "log_probability", "mean", "parameters", "sample", "variance"}
    assert public == asked | {"loc", "scale"}


def test_numbers_are_parameters_too():
    p = Normal(0, 1)

    assert p.mean.dtype == ri.float32
    assert p.log_probability(0).item() == pytest.approx(-0.5 * math.log(2 * math.pi))
    assert Normal(0, number([1.0, 2.0])).mean.tolist() == [0, 0]


@each
def test_parameters_broadcast_to_the_batch(p):
    first, *_ = (field.name for field in dataclasses.fields(p))
    wide = dataclasses.replace(
        p, **{first: ri.stack([ri.stack([getattr(p, first)] * 2)] * 3)}
    )

    for came, alone in (
        (wide.mean, p.mean),
        (wide.variance, p.variance),
        (wide.entropy(), p.entropy()),
        (kl_divergence(wide, p), kl_divergence(p, p)),
    ):
        assert came.shape == (3, 2)
        np.testing.assert_array_equal(came, np.full((3, 2), alone.item()))
    assert wide.sample(ri.random.key(0)).shape == (3, 2)
    x = p.sample(ri.random.key(0), (4, 1, 1))
    assert wide.log_probability(x).shape == (4, 3, 2)


@each
def test_an_empty_batch_has_empty_results(p):
    empty = ri.tree.map(lambda x: ri.stack([x])[:0], p)

    x = empty.sample(ri.random.key(0), (2,))

    assert x.shape == empty.log_probability(x).shape == (2, 0)
    assert empty.entropy().shape == kl_divergence(empty, empty).shape == (0,)


@each
def test_a_distribution_is_nowhere_from_itself(p):
    assert kl_divergence(p, p).item() == pytest.approx(0, abs=1e-15)


@each
def test_a_key_is_used_once(p):
    key = ri.random.key(0)
    p.sample(key)

    with pytest.raises(ri.KeyReuseError):
        p.sample(key)


def test_extreme_logits_keep_their_digits():
    p = Bernoulli(number([-1000, -50, 50, 1000]))
    small = math.exp(-50)

    def close(came, needed):
        np.testing.assert_allclose(came.numpy(), needed, rtol=1e-14)

    close(p.log_probability(1), [-1000, -50, -small, 0])
    close(p.log_probability(0), [0, -small, -50, -1000])
    close(p.entropy(), [0, 51 * small, 51 * small, 0])
    close(p.variance, [0, small, small, 0])
    slope = ri.grad(lambda p: ri.sum(p.entropy()))(p).logits
    close(slope, [0, 50 * small, -50 * small, 0])
    assert kl_divergence(p, Bernoulli(-p.logits)).tolist() == [1000, 50, 50, 1000]


@pytest.mark.filterwarnings("error")
def test_a_position_without_probability_has_no_part_in_anything():
    with_it = Categorical(number([1, -np.inf, 0.5]))
    without = Categorical(number([1, 0.5]))
    other = Categorical(number([0, 0, 0]))

    assert with_it.log_probability(1).item() == -math.inf
    assert with_it.entropy().item() == without.entropy().item()
    assert kl_divergence(with_it, with_it).item() == 0
    assert kl_divergence(other, with_it).item() == math.inf
    assert 1 not in with_it.sample(ri.random.key(0), (1000,)).tolist()
    slope = ri.grad(lambda p: p.entropy() + kl_divergence(p, other))(with_it).logits
    assert slope.numpy()[1] == 0
    assert np.all(np.isfinite(slope.numpy()))


def test_a_divergence_of_equal_uniform_distributions_is_no_negative_zero():
    for function in (kl_divergence, ri.compile(kl_divergence)):
        assert str(function(Uniform(0.0, 2.0), Uniform(0.0, 2.0)).item()) == "0.0"


def test_a_divergence_is_infinite_where_the_other_has_no_values():
    assert kl_divergence(Uniform(0, 2), Uniform(1, 3)).item() == math.inf


def test_concentrations_far_below_one_give_numbers_and_not_nan():
    x = Beta(number(1e-3), number(1e-3)).sample(ri.random.key(0), (1000,)).numpy()

    # Nearly all of it lies at the ends, half at each.
    assert np.all((x >= 0) & (x <= 1))
    assert abs(np.mean(x) - 0.5) < STANDARD_ERRORS * 0.5 / math.sqrt(1000)


def test_concentration_one_at_zero_is_the_exponential_distribution():
    gamma, exponential = Gamma(1.0, number(2.5)), Exponential(number(2.5))
    x = number([0.0, 0.3])

    np.testing.assert_allclose(
        gamma.log_probability(x), exponential.log_probability(x), rtol=1e-15
    )
    assert Beta(1.0, 1.0).log_probability(number([0.0, 1.0])).tolist() == [0, 0]


def test_what_is_not_known_and_no_number_does_not_keep_the_loop_going():
    p = Gamma(number([np.nan, -3.0]), number(1.0))

    with np.errstate(invalid="ignore"):
        x = ri.compile(lambda p: p.sample(ri.random.key(0)))(p)

    assert np.all(np.isnan(x.numpy()))


def test_values_outside_that_are_not_known_have_no_probability():
    log_probability = ri.compile(lambda p, x: p.log_probability(x))

    for p, x in ((Uniform(0.0, 1.0), 2.0), (Exponential(1.0), -1.0)):
        assert log_probability(p, ri.tensor(x)).item() == -math.inf


WRONG = {
    "scale": (
        Normal(0, number([1.0, -2.0])),
        "Normal: scale must be positive, -2.0 ca",
    ),
    "bounds": (
        Uniform(2.0, 1.0),
        "Uniform: high - low must be positive and finite, -1",
    ),
    "rate": (Exponential(0.0), "Exponential: rate must be positive, 0.0 came"),
    "logits": (Bernoulli(math.inf), "Bernoulli: logits must be finite, inf came"),
    "no logits": (
        Categorical(number([-math.inf, -math.inf])),
        "Categorical: the largest logit must be finite, -inf came",
    ),
    "concentration": (Gamma(math.nan, 1), "Gamma: concentration must be positive, nan"),
    "alpha": (Beta(-1, 1), "Beta: alpha must be positive, -1.0 came"),
    "beta": (Beta(1, 0), "Beta: beta must be positive, 0.0 came"),
}


@pytest.mark.parametrize(("p", "message"), WRONG.values(), ids=WRONG)
def test_a_parameter_out_of_range_is_refused_where_it_is_used(p, message):
    for use in (
        lambda: p.mean,
        lambda: p.entropy(),
        lambda: p.log_probability(1),
        lambda: p.sample(ri.random.key(0)),
        lambda: kl_divergence(p, p),
    ):
        with pytest.raises(ri.RangeError, match=message):
            use()


OUTSIDE = {
    "uniform": (Uniform(0.0, 1.0), 1.5, r"Uniform: x must lie in \[low, high\], 1.5 c"),
    "exponential": (
        Exponential(1.0),
        -1.0,
        "Exponential: x must not be negative, -1.0",
    ),
    "bernoulli": (Bernoulli(0.0), 0.5, "Bernoulli: x must be 0 or 1, 0.5 came"),
    "categorical": (
        Categorical(number([0, 0])),
        2,
        r"Categorical: x must lie in \[0, 2\), 2 came",
    ),
    "gamma": (Gamma(1.0, 1.0), [1.0, -2.0], "Gamma: x must not be negative, -2.0 came"),
    "beta": (Beta(1.0, 1.0), math.nan, r"Beta: x must lie in \[0, 1\], nan came"),
}


@pytest.mark.parametrize(("p", "x", "message"), OUTSIDE.values(), ids=OUTSIDE)
def test_a_value_outside_of_the_support_is_refused(p, x, message):
    with pytest.raises(ri.RangeError, match=message):
        p.log_probability(ri.tensor(x))


def test_parameters_that_do_not_fit_are_refused():
    with pytest.raises(ri.ShapeError, match=r"Normal: .*\(2,\).*\(3,\)"):
        Normal(number([0, 0]), number([1, 1, 1])).entropy()
    with pytest.raises(ri.DtypeError, match="Exponential"):
        Exponential(ri.tensor([1, 2])).entropy()
    with pytest.raises(ri.ShapeError, match=r"Categorical: logits \(..., C\)"):
        Categorical(number(1.0)).entropy()
    with pytest.raises(ri.ShapeError, match="Normal"):
        Normal(0, 1).sample(ri.random.key(0), -1)
    with pytest.raises(ri.ShapeError, match=r"Categorical: .*\(3,\).*\(2,\)"):
        Categorical(number([[0, 0]] * 2)).log_probability(ri.tensor([0, 1, 1]))
    with pytest.raises(ri.DtypeError, match="Categorical: x"):
        Categorical(number([0, 0])).log_probability(1.0)


def test_a_divergence_of_two_kinds_is_refused():
    with pytest.raises(
        ri.DtypeError,
        match=r"kl_divergence: two distributions of one kind out of Bernoulli, .* are "
        r"needed, Normal and Gamma came",
    ):
        kl_divergence(Normal(0, 1), Gamma(1, 1))


def test_what_a_kind_does_not_define_it_says():
    p = Distribution()

    for use in (
        lambda: p.mean,
        lambda: p.variance,
        lambda: p.sample(ri.random.key(0)),
        lambda: p.log_probability(0.0),
        p.entropy,
    ):
        with pytest.raises(NotImplementedError, match=r"Distribution: no \w+ is defin"):
            use()
