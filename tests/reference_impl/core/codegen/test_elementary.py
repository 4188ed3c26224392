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
    if name == "erf":  # Python's own errs by less than a unit of float64
        return np.array([math.erf(each) for each in x.tolist()])
    wide = np.float64 if x.dtype == np.float32 else np.longdouble
    with np.errstate(all="ignore"):
        return getattr(np, name)(x.astype(wide))


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
    if name == "erf" and dtype == ri.float64:
        pytest.skip("compared with more digits below")
    x, came = results(dtype)

    distance, fits, right = errors(came[name], exact(name, x))

    assert distance.max() <= BOUNDS[name, dtype.name]
    # The others are infinite, not numbers, or flushed to zero.
    others, needed = came[name][~fits], right[~fits]
    tiny = 2 * FLUSHED * np.finfo(dtype).smallest_normal
    np.testing.assert_allclose(others, needed, rtol=0, atol=tiny)


def test_erf_of_float64_is_within_the_stated_bound():
    mpmath = pytest.importorskip("mpmath", reason="mpmath is not installed")
    x, came = results(ri.float64)
    chosen = slice(None, None, 211)

    needed = [mpmath.nstr(mpmath.erf(each), 25) for each in x[chosen].tolist()]
    distance, *_ = errors(came["erf"][chosen], np.array(needed, np.longdouble))

    assert distance.max() <= BOUNDS["erf", "float64"]


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
