import math

import ml_dtypes
import numpy as np
import pytest
from compiled import assert_as_eager

import reference_impl as ri
from reference_impl import nn

X = np.array([-8.0, -3.5, -3.0, -1.0, -0.5, -1e-3, 0.0, 1e-3, 0.5, 1.0, 3.0, 6.5, 25.0])

# A few roundings in float64 of what is computed in another order.
TOLERANCE = 1e-14

LARGEST = {"float16": 6e4, "bfloat16": 3e38, "float32": 3e38, "float64": 1e308}

erf = np.vectorize(math.erf)


def softplus(x):
    return np.maximum(x, 0) + np.log1p(np.exp(-abs(x)))


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


# A function, and its formula as the literature has it.
FORMULAS = {
    "leaky_relu": (nn.leaky_relu, lambda x: np.maximum(x, 0.01 * x)),
    "elu": (lambda x: nn.elu(x, 2.0), lambda x: np.where(x > 0, x, 2 * np.expm1(x))),
    "celu": (
        lambda x: nn.celu(x, 2.0),
        lambda x: np.where(x > 0, x, 2 * np.expm1(x / 2)),
    ),
    "selu": (
        nn.selu,
        lambda x: (
            1.0507009873554805 * np.where(x > 0, x, 1.6732632423543772 * np.expm1(x))
        ),
    ),
    "gelu": (nn.gelu, lambda x: x * (1 + erf(x / np.sqrt(2))) / 2),
    "gelu, tanh": (
        lambda x: nn.gelu(x, "tanh"),
        lambda x: x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3))) / 2,
    ),
    "silu": (nn.silu, lambda x: x * sigmoid(x)),
    "mish": (nn.mish, lambda x: x * np.tanh(softplus(x))),
    "softplus": (lambda x: nn.softplus(x, 3.0), lambda x: softplus(3 * x) / 3),
    "log_sigmoid": (nn.log_sigmoid, lambda x: np.log(sigmoid(x))),
    "softsign": (nn.softsign, lambda x: x / (1 + abs(x))),
    "relu6": (nn.relu6, lambda x: np.clip(x, 0, 6)),
    "hard_tanh": (lambda x: nn.hard_tanh(x, -2, 3), lambda x: np.clip(x, -2, 3)),
    "hard_sigmoid": (nn.hard_sigmoid, lambda x: np.clip(x / 6 + 0.5, 0, 1)),
    "hard_swish": (nn.hard_swish, lambda x: x * np.clip(x / 6 + 0.5, 0, 1)),
    "hard_shrink": (nn.hard_shrink, lambda x: np.where(abs(x) > 0.5, x, 0)),
    "soft_shrink": (
        nn.soft_shrink,
        lambda x: np.sign(x) * np.maximum(abs(x) - 0.5, 0),
    ),
}

each = pytest.mark.parametrize(("function", "formula"), FORMULAS.values(), ids=FORMULAS)
each_dtype = pytest.mark.parametrize("dtype", LARGEST)


def number(x):
    return ri.tensor(np.array(x))


def slopes(function, x):
    return ri.grad(lambda x: ri.sum(function(x)))(x)


@each
def test_an_activation_is_its_formula(function, formula):
    np.testing.assert_allclose(
        function(ri.tensor(X)), formula(X), rtol=TOLERANCE, atol=TOLERANCE
    )


@each
def test_compiled_it_is_the_same_function(function, formula):
    x = ri.tensor(X)

    assert_as_eager(ri.compile(function)(x), function(x))


@each
def test_no_elements_stay_none(function, formula):
    assert function(ri.zeros((2, 0))).shape == (2, 0)


@each
@each_dtype
def test_the_dtype_is_kept_with_its_precision(function, formula, dtype):
    x = ri.tensor(X[3:-2], dtype=dtype)
    exact = formula(x.numpy().astype(np.float64))

    came = function(x)

    assert came.dtype == x.dtype
    # Each of the few steps rounds by at most half of this.
    unit = float(ml_dtypes.finfo(dtype).eps)
    np.testing.assert_allclose(
        came.numpy().astype(np.float64), exact, rtol=4 * unit, atol=4 * unit
    )


# Functions, and their slopes at the least and at the largest number.
ENDS = {
    "leaky_relu": (nn.leaky_relu, 0.01, 1),
    "elu": (nn.elu, 0, 1),
    "celu": (nn.celu, 0, 1),
    "selu": (nn.selu, 0, 1.0507009873554805),
    "gelu": (nn.gelu, 0, 1),
    "gelu, tanh": (lambda x: nn.gelu(x, "tanh"), 0, 1),
    "silu": (nn.silu, 0, 1),
    "mish": (nn.mish, 0, 1),
    "softplus": (nn.softplus, 0, 1),
    "softplus, steep": (lambda x: nn.softplus(x, 3.0), 0, 1),
    "softplus, flat": (lambda x: nn.softplus(x, 0.5), 0, 1),
    "log_sigmoid": (nn.log_sigmoid, 1, 0),
    "softsign": (nn.softsign, 0, 0),
    "relu6": (nn.relu6, 0, 0),
    "hard_tanh": (nn.hard_tanh, 0, 0),
    "hard_sigmoid": (nn.hard_sigmoid, 0, 0),
    "hard_swish": (nn.hard_swish, 0, 1),
    "hard_shrink": (nn.hard_shrink, 1, 1),
    "soft_shrink": (nn.soft_shrink, 1, 1),
}


# That of softsign, 1 / 301^2; others are much nearer to their limits.
SLOPE_AT_300 = 1.2e-5


@each_dtype
@pytest.mark.filterwarnings("ignore:overflow encountered in")  # then exp(-inf)
@pytest.mark.parametrize(("function", "left", "right"), ENDS.values(), ids=ENDS)
def test_values_and_slopes_hold_however_large_the_element(function, left, right, dtype):
    largest = LARGEST[dtype] / 1.1  # selu makes it a little larger
    x = ri.tensor([-largest, -300.0, 300.0, largest], dtype=dtype)

    came = slopes(function, x).numpy().astype(np.float64)

    assert np.isfinite(function(x).numpy().astype(np.float64)).all()
    unit = float(ml_dtypes.finfo(dtype).eps)
    np.testing.assert_allclose(
        came, [left, left, right, right], rtol=unit, atol=SLOPE_AT_300
    )


# Functions, where their slope jumps, and which one they have there: PyTorch's.
KINKS = {
    "leaky_relu": (nn.leaky_relu, [0], [0.01]),
    "prelu": (lambda x: nn.prelu(x, ri.tensor(0.25)), [0], [0.25]),
    "elu": (lambda x: nn.elu(x, 2.0), [0], [2]),
    "celu": (lambda x: nn.celu(x, 2.0), [0], [1]),
    "selu": (nn.selu, [0], [1.0507009873554805 * 1.6732632423543772]),
    "relu6": (nn.relu6, [0, 6], [0, 0]),
    "hard_tanh": (nn.hard_tanh, [-1, 1], [0, 0]),
    "hard_sigmoid": (nn.hard_sigmoid, [-3, 3], [0, 0]),
    "hard_swish": (nn.hard_swish, [-3, 3], [0, 1]),
    "hard_shrink": (nn.hard_shrink, [-0.5, 0.5], [0, 0]),
    "soft_shrink": (nn.soft_shrink, [-0.5, 0.5], [0, 0]),
    "softsign": (nn.softsign, [0], [1]),
}


@pytest.mark.parametrize(("function", "x", "needed"), KINKS.values(), ids=KINKS)
def test_the_slope_at_a_kink_is_a_convention(function, x, needed):
    came = slopes(function, ri.tensor(np.array(x, np.float64)))

    np.testing.assert_allclose(came, needed, rtol=TOLERANCE)


@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")
def test_what_is_no_number_stays_none():
    nan = ri.tensor([np.nan])

    for function, _ in FORMULAS.values():
        assert np.isnan(function(nan).numpy()).all()


def test_the_tails_of_a_gelu_keep_their_digits():
    x = ri.tensor(np.array([-10.0]))

    exact = -10 * math.erfc(10 / math.sqrt(2)) / 2  # 1 + erf would leave nothing
    np.testing.assert_allclose(nn.gelu(x), [exact], rtol=10 * TOLERANCE)


def test_the_two_gelus_differ_in_the_fourth_digit():
    x = ri.tensor(np.linspace(-5, 5, 10001))

    gap = np.abs(nn.gelu(x).numpy() - nn.gelu(x, "tanh").numpy()).max()

    assert 4.6e-4 < gap < 4.8e-4
    assert nn.gelu(ri.tensor(1.0)).item() == pytest.approx(0.8413447, abs=1e-7)
    assert nn.gelu(ri.tensor(1.0), "tanh").item() == pytest.approx(0.8411920, abs=1e-7)


@pytest.mark.parametrize("beta", [1.0, 3.0])
def test_a_softplus_is_smooth_at_zero(beta):
    slope = ri.grad(lambda x: nn.softplus(x, beta))

    for x in (-1e-300, 0.0, 1e-300):
        assert slope(number(x)).item() == 0.5
        assert ri.grad(slope)(number(x)).item() == beta / 4


def test_a_softplus_is_curved_beyond_20():
    x = ri.tensor(np.array(21.0))
    assert (nn.softplus(x) - x).item() == pytest.approx(math.exp(-21), rel=1e-5)


def test_a_selu_keeps_mean_and_variance_of_normal_numbers():
    count = 1_000_000
    x = ri.random.normal(ri.random.key(0), (count,), dtype="float64")

    y = nn.selu(x)

    # Five standard errors; the fourth moment of the results is below 9.
    assert abs(ri.mean(y).item()) < 5 / math.sqrt(count)
    assert abs(ri.var(y).item() - 1) < 5 * math.sqrt(8 / count)


def test_a_prelu_has_a_slope_for_each_channel_of_an_axis():
    x = ri.full((2, 3, 4), -2.0)
    weight = ri.tensor([0.0, 0.5, 1.0])

    np.testing.assert_array_equal(nn.prelu(x, weight)[0, :, 0], [0, -1, -2])
    np.testing.assert_array_equal(
        nn.prelu(x.mT, weight, axis=-1), nn.prelu(x, weight).mT
    )
    assert nn.prelu(x, ri.tensor([0.5]))[1, 2, 3].item() == -1
    gradient = ri.grad(lambda w: ri.sum(nn.prelu(x, w)))(weight)
    assert gradient.tolist() == [-16, -16, -16]


def test_half_of_a_glu_gates_the_other():
    x = ri.tensor([[1.0, 2.0], [0.0, 100.0]])

    assert nn.glu(x, axis=0).tolist() == [[0.5, 2.0]]
    np.testing.assert_allclose(nn.glu(x), [[sigmoid(2.0)], [0.0]], rtol=1e-7)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda x: nn.gelu(x, "erf"), "gelu: approximate .* 'erf' came"),
        (lambda x: nn.celu(x, 0.0), "celu: alpha must be positive, 0.0 came"),
        (lambda x: nn.softplus(x, -1.0), "softplus: beta must be positive, -1.0"),
        (lambda x: nn.hard_tanh(x, 1.0, 1.0), "hard_tanh: low .* 1.0 and 1.0 came"),
        (lambda x: nn.soft_shrink(x, -1.0), "^soft_shrink: threshold must .* -1.0 ca"),
        (lambda x: nn.hard_shrink(x, -1.0), "^hard_shrink: threshold must .* -1.0 ca"),
    ],
)
def test_an_option_out_of_range_is_refused(call, message):
    with pytest.raises(ri.RangeError, match=message):
        call(ri.ones((2, 3)))


def test_shapes_that_do_not_fit_are_refused():
    with pytest.raises(ri.ShapeError, match=r"glu: an even size .*\(2, 3\)"):
        nn.glu(ri.ones((2, 3)))
    with pytest.raises(ri.AxisError, match=r"^glu: "):
        nn.glu(ri.ones((2, 3)), axis=2)
    with pytest.raises(ri.ShapeError, match=r"prelu: .*each of the 3 .*\(2,\)"):
        nn.prelu(ri.ones((2, 3)), ri.ones(2))
