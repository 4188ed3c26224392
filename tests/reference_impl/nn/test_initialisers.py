import math

import ml_dtypes
import numpy as np
import pytest
from compiled import assert_as_eager

import reference_impl as ri
from reference_impl import nn
from reference_impl.nn import initialisers

COUNT = 40_000
SHAPE = (200, 200)
FANS = nn.Fans(30, 90)

# How many standard errors a moment may be off; the seed is fixed.
ERRORS = 4

# A sum of 40,000 squares in float64.
ORTHOGONALITY_TOLERANCE = 1e-13


def made(initialiser, shape=SHAPE, fans=FANS, dtype=ri.float64, seed=0):
    return initialiser(ri.random.key(seed), shape, fans, ri.zeros(0, dtype=dtype).dtype)


TRUNCATED_VARIANCE = 0.7737413035499232  # 1 - 4 phi(2) / (2 Phi(2) - 1)

# An initialiser, its variance, and the largest size of its numbers.
RANDOM = {
    "uniform": (initialisers.uniform(-0.5, 0.5), 1 / 12, 0.5),
    "normal": (initialisers.normal(0.0, 3.0), 9, math.inf),
    "truncated_normal": (nn.truncated_normal(), TRUNCATED_VARIANCE, 2),
    "fan_in_uniform": (nn.fan_in_uniform(), 1 / 90, 1 / math.sqrt(30)),
    "glorot_uniform": (nn.glorot_uniform(), 2 / 120, math.sqrt(6 / 120)),
    "glorot_normal": (nn.glorot_normal(), 2 / 120, math.inf),
    "glorot_normal, gain": (nn.glorot_normal(3.0), 18 / 120, math.inf),
    "he_uniform": (nn.he_uniform(), 2 / 30, math.sqrt(6 / 30)),
    "he_uniform, fan_out": (nn.he_uniform(mode="fan_out"), 2 / 90, math.sqrt(6 / 90)),
    "he_normal": (nn.he_normal(), 2 / 30, math.inf),
    "he_normal, gain": (nn.he_normal(1.0), 1 / 30, math.inf),
    "he_normal, truncated": (
        nn.he_normal(truncated=True),
        2 / 30,
        2 * math.sqrt(2 / 30 / TRUNCATED_VARIANCE),
    ),
    "lecun_uniform": (nn.lecun_uniform(), 1 / 30, math.sqrt(3 / 30)),
    "lecun_normal": (nn.lecun_normal(), 1 / 30, math.inf),
    "lecun_normal, truncated": (
        nn.lecun_normal(truncated=True),
        1 / 30,
        2 * math.sqrt(1 / 30 / TRUNCATED_VARIANCE),
    ),
}

each = pytest.mark.parametrize(
    ("initialiser", "variance", "bound"), RANDOM.values(), ids=RANDOM
)
each_dtype = pytest.mark.parametrize(
    "dtype", ["float16", "bfloat16", "float32", "float64"]
)


@each
def test_mean_and_variance_are_those_that_are_promised(initialiser, variance, bound):
    x = made(initialiser).numpy()

    assert abs(x.mean()) < ERRORS * math.sqrt(variance / COUNT)
    # Of none of them the fourth moment exceeds that of the normal distribution.
    assert abs(x.var() / variance - 1) < ERRORS * math.sqrt(2 / COUNT)


@each
@each_dtype
def test_bounds_are_never_exceeded(initialiser, variance, bound, dtype):
    x = made(initialiser, dtype=dtype)

    assert x.dtype == dtype
    largest = np.abs(x.numpy()).max()
    rounded = np.asarray(bound, x.dtype)
    assert largest <= rounded
    if math.isfinite(bound):  # and of 40,000 numbers some come near
        assert largest.astype(np.float64) > 0.99 * bound


@each
def test_equal_keys_make_equal_parameters_and_others_others(
    initialiser, variance, bound
):
    first, again, other = (made(initialiser, seed=seed).numpy() for seed in (1, 1, 2))

    np.testing.assert_array_equal(first, again)
    assert (first != other).mean() > 0.99


@each
def test_it_can_be_compiled(initialiser, variance, bound):
    def init(key):
        return initialiser(key, (3, 4), FANS, ri.float32)

    compiled = ri.compile(init)(ri.random.key(3))

    assert_as_eager(compiled, init(ri.random.key(3)))


@each
def test_no_inputs_are_no_mistake(initialiser, variance, bound):
    assert made(initialiser, (0, 3), nn.Fans(0, 3)).shape == (0, 3)


def test_constants_are_the_same_everywhere():
    for initialiser, value in (
        (initialisers.zeros(), 0),
        (initialisers.ones(), 1),
        (initialisers.constant(0.25), 0.25),
    ):
        x = made(initialiser, (2, 3), dtype="bfloat16")
        assert x.dtype == "bfloat16"
        np.testing.assert_array_equal(x, np.full((2, 3), value))


def test_a_truncation_of_one_side_has_the_mean_of_its_tail():
    # Of numbers above 3: phi(3) / (1 - Phi(3)), and their spread is about 0.27.
    x = made(nn.truncated_normal(low=3.0, high=math.inf)).numpy()

    density = math.exp(-4.5) / math.sqrt(2 * math.pi)
    needed = density / (math.erfc(3 / math.sqrt(2)) / 2)
    assert x.min() >= 3
    assert abs(x.mean() - needed) < ERRORS * 0.27 / math.sqrt(COUNT)


def test_ends_of_a_truncation_are_numbers_and_no_deviations():
    x = made(nn.truncated_normal(mean=10.0, std=5.0, low=9.0, high=12.0)).numpy()

    assert x.min() >= 9
    assert x.max() <= 12
    assert x.min() < 9.01
    assert x.max() > 11.99


@pytest.mark.parametrize(
    "shape", [(5, 5), (3, 7), (7, 3), (4, 2, 3, 3), (1, 1)], ids=str
)
def test_an_orthogonal_matrix_keeps_lengths(shape):
    q = made(nn.orthogonal(gain=2.0), shape).numpy().reshape(shape[0], -1)

    short = q @ q.T if q.shape[0] <= q.shape[1] else q.T @ q
    np.testing.assert_allclose(
        short, 4 * np.eye(len(short)), atol=ORTHOGONALITY_TOLERANCE
    )


def test_the_gain_of_an_orthogonal_matrix_has_all_digits_of_float64():
    q = made(nn.orthogonal(gain=0.1), (5, 5)).numpy()

    np.testing.assert_allclose(
        q @ q.T, 0.01 * np.eye(5), rtol=0, atol=0.01 * ORTHOGONALITY_TOLERANCE
    )


@each_dtype
def test_an_orthogonal_matrix_is_orthogonal_to_the_precision_of_its_dtype(dtype):
    q = made(nn.orthogonal(), (16, 16), dtype=dtype)

    assert q.dtype == dtype
    wide = q.numpy().astype(np.float64)
    unit = float(ml_dtypes.finfo(dtype).eps)
    np.testing.assert_allclose(wide @ wide.T, np.eye(16), atol=8 * unit)


def test_rotations_and_reflections_are_equally_likely():
    count = 400
    keys = ri.random.split(ri.random.key(0), count)
    found = [
        nn.orthogonal()(key, (2, 2), nn.Fans(2, 2), ri.float64).numpy() for key in keys
    ]

    is_rotation = np.array([np.linalg.det(q) > 0 for q in found])
    first = np.array([q[0, 0] for q in found])
    assert abs(is_rotation.mean() - 0.5) < ERRORS * 0.5 / math.sqrt(count)
    # LAPACK's own factor has negative diagonals more often: no mean of zero.
    assert abs(first.mean()) < ERRORS * math.sqrt(0.5 / count)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: nn.truncated_normal(std=0.0), "truncated_normal: std .* 0.0 came"),
        (
            lambda: nn.truncated_normal(low=2.0, high=2.0),
            "truncated_normal: numbers between 2.0 and 2.0",
        ),
        (
            lambda: nn.truncated_normal(low=50.0, high=60.0),
            "truncated_normal: numbers between 50.0 and 60.0",
        ),
        (lambda: nn.variance_scaling(0.0), "variance_scaling: scale .* 0.0 came"),
        (
            lambda: nn.he_normal(mode="inputs"),
            "variance_scaling: one of fan_in, fan_out, fan_avg is needed, inputs came",
        ),
        (
            lambda: nn.variance_scaling(distribution="cauchy"),
            "one of uniform, normal, truncated_normal is needed, cauchy came",
        ),
    ],
)
def test_an_option_out_of_range_is_refused_before_anything_is_drawn(call, message):
    with pytest.raises(ri.RangeError, match=message):
        call()


def test_a_vector_has_no_orthogonal_value():
    with pytest.raises(ri.ShapeError, match=r"orthogonal: two axes .*\(3,\) came"):
        made(nn.orthogonal(), (3,))
