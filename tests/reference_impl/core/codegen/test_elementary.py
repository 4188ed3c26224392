"""Elementary functions keep the bounds that their module states."""

import functools
import itertools
import math
import re

import numpy as np
import pytest
from built_nests import built, has_vectors
from loop_nests import walk_of

import reference_impl as ri
from reference_impl.core.codegen import elementary
from reference_impl.core.codegen.nest import Apply, Array, Load, Nest, Store
from reference_impl.core.codegen.python_text import ELEMENTARY

BOUNDS = {
    (row[0], dtype): float(row[place])
    for row in re.findall(r"^    (\w+) +([\d.]+) +([\d.]+)$", elementary.__doc__, re.M)
    for place, dtype in ((1, "float32"), (2, "float64"))
}

COUNT = 100_000

SOME = 53  # one of so many elements, where more digits take long

# Below the smallest normal number times this, a result may be flushed to zero.
FLUSHED = 2


@functools.cache
def all_of(dtype):
    """A nest that computes every elementary function of its first array."""
    statements = [Load(0)]
    for place, name in enumerate(ELEMENTARY):
        statements += [Apply(name, (0,), dtype), Store(place + 1, 2 * place + 1)]
    arrays = [Array(dtype, (1,))] * (len(ELEMENTARY) + 1)
    return Nest("elementary", (False,), tuple(arrays), tuple(statements))


def computed(x):
    """The results of all elementary functions, by name."""
    nest = all_of(x.dtype)
    walk = walk_of(nest, [x.size], [x])
    walk.call(built(nest).call)
    return dict(zip(ELEMENTARY, walk.memory[1:], strict=True))


@functools.cache
def results(dtype):
    """Elements of all sizes, and what becomes of them."""
    rng = np.random.default_rng(0)
    exponent = np.log10(float(np.finfo(dtype).max)) - 1
    signs = rng.choice([-1.0, 1.0], COUNT)
    x = np.concatenate(
        [
            rng.normal(size=COUNT),
            rng.uniform(-2, 2, COUNT),
            rng.uniform(-20, 20, COUNT),
            rng.uniform(-750, 750, COUNT),
            signs * 10 ** rng.uniform(-exponent, exponent, COUNT),
            1 + signs * 10 ** rng.uniform(-16, -1, COUNT),
        ]
    ).astype(dtype)
    return x, computed(x)


def exact(name, x):
    """The function with more digits than the dtype of `x` has."""
    wide = x.astype(np.float64 if x.dtype == np.float32 else np.longdouble)
    if name not in ("erf", "erfc"):
        with np.errstate(all="ignore"):
            return getattr(np, name)(wide)
    if x.dtype == np.float32:  # Python's own errs by a few units of float64
        return np.array([getattr(math, name)(each) for each in x.tolist()])
    size = np.minimum(np.abs(wide), FAR)
    erf, erfc = np.where(
        size < NEAR, near_zero(size), far_from_zero(np.maximum(size, NEAR))
    )
    erf = np.copysign(erf, wide)
    return erf if name == "erf" else np.where(wide < 0, 1 - erf, erfc)


PI = np.longdouble("3.14159265358979323846264338327950288")
NEAR, FAR, TERMS = 1.5, 30, 100


def bell(x):
    """exp(-x^2); the square of the upper half of a float64's digits is exact."""
    upper = x.astype(np.float32).astype(x.dtype)
    return np.exp(-upper * upper) * np.exp((upper - x) * (upper + x))


def near_zero(x):
    """The error function and its complement by a series of positive terms."""
    term = total = 2 * x * bell(x) / np.sqrt(PI)
    for n in range(1, TERMS):
        term = term * 2 * x * x / (2 * n + 1)
        total = total + term
    return total, 1 - total


def far_from_zero(x):
    """The same two by a continued fraction."""
    tail = np.zeros_like(x)
    for n in range(TERMS, 0, -1):
        tail = n / (2 * (x + tail))
    complement = bell(x) / (np.sqrt(PI) * (x + tail))
    return 1 - complement, complement


def errors(came, needed):
    """Distances in units in the last place, where numbers are finite and normal."""
    limits = np.finfo(came.dtype)
    with np.errstate(over="ignore"):
        right = needed.astype(came.dtype)
    size = np.abs(right)
    fits = np.isfinite(right) & (size >= FLUSHED * limits.smallest_normal)
    unit = np.spacing(size[fits]).astype(needed.dtype)
    return np.abs(came[fits] - needed[fits]) / unit, fits, right


each_dtype = pytest.mark.parametrize("dtype", [ri.float32, ri.float64], ids=str)
each_name = pytest.mark.parametrize("name", ELEMENTARY)


def test_bounds_are_stated_for_every_function():
    assert set(BOUNDS) == set(itertools.product(ELEMENTARY, ("float32", "float64")))


@each_dtype
@each_name
def test_errors_are_within_the_stated_bound(name, dtype):
    x, came = results(dtype)
    came = came[name]
    if name in ("erf", "erfc") and dtype == ri.float64:
        x, came = x[::SOME], came[::SOME]

    distance, fits, right = errors(came, exact(name, x))

    assert distance.max() <= BOUNDS[name, dtype.name]
    # The others are infinite, not numbers, or flushed to zero.
    others, needed = came[~fits], right[~fits]
    tiny = 2 * FLUSHED * np.finfo(dtype).smallest_normal
    np.testing.assert_allclose(others, needed, rtol=0, atol=tiny)


def test_the_complement_of_the_error_function_is_precise_where_it_is_tiny():
    # Rounded from 50 digits.
    known = {5: 1.5374597944280349e-12, 10: 2.088487583762545e-45}

    came = computed(np.array(list(known), np.float64))["erfc"]

    np.testing.assert_allclose(came, list(known.values()), rtol=1e-15)


def test_elements_below_the_normal_numbers_count_as_zero_in_logarithms():
    for dtype in (np.float32, np.float64):
        x = np.array([np.finfo(dtype).smallest_subnormal], dtype)

        assert computed(x)["log"] == -np.inf


@each_dtype
@each_name
def test_special_values_are_those_of_numpy(name, dtype):
    limits = np.finfo(dtype)
    special = [0.0, -0.0, np.inf, -np.inf, np.nan, 1.0, -1.0, limits.max, -limits.max]
    x = np.array([*special, limits.smallest_normal], dtype)

    came = computed(x)[name]

    with np.errstate(over="ignore"):
        needed = exact(name, x).astype(dtype)
    unit = 3 * np.finfo(dtype).eps
    np.testing.assert_allclose(came, needed, rtol=unit)
    is_number = ~np.isnan(needed)
    np.testing.assert_array_equal(
        np.signbit(came[is_number]), np.signbit(needed[is_number])
    )


@each_dtype
def test_the_last_finite_exponential_is_finite(dtype):
    end = np.log(np.longdouble(np.finfo(dtype).max)).astype(dtype)
    x = np.array([np.nextafter(end, dtype.type(0)), end + 1], dtype)

    for name in ("exp", "expm1"):
        assert np.isfinite(computed(x)[name]).tolist() == [True, False]


@each_dtype
def test_an_exponential_of_what_is_far_below_zero_is_zero(dtype):
    x = np.array([-110, -800, -1e30, -np.inf], dtype)[1 if dtype == ri.float64 else 0 :]

    assert not computed(x)["exp"].any()


@each_dtype
def test_elementary_functions_work_on_vectors(dtype):
    assert has_vectors(built(all_of(dtype)).assembly)


def test_the_functions_are_for_compiled_code_only():
    with pytest.raises(TypeError, match="exp is for compiled functions only"):
        elementary.exp(1.0)
