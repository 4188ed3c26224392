"""The Array API standard as two namespaces: ours, and one that is held to be exact.

array-api-strict is an executable reading of the standard. It wraps NumPy's arrays, as
our tensors do, so a disagreement is a disagreement about the standard, not about
arithmetic.
"""

from __future__ import annotations

from typing import Any

import array_api_strict as oracle
import numpy as np
from hypothesis import strategies as st
from hypothesis.extra.array_api import make_strategies_namespace

import reference_impl.array_api as xp
from reference_impl.core.tensor import Tensor

xps = make_strategies_namespace(xp)

# The standard asks for correct rounding of arithmetic, square roots and what is exact.
# For the others it says nothing; both take them from NumPy, so an ulp or two remain.
ROUNDING_ULPS = 4

REAL = {name: getattr(xp, name) for name in ("float32", "float64")}
COMPLEX = {name: getattr(xp, name) for name in ("complex64", "complex128")}
INTEGER = {
    f"{sign}int{bits}": getattr(xp, f"{sign}int{bits}")
    for sign in ("", "u")
    for bits in (8, 16, 32, 64)
}
DTYPES = {"bool": xp.bool, **INTEGER, **REAL, **COMPLEX}

SPECIAL = [
    *(0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 1e-30, 1e30, np.pi / 4, np.inf),
    *(-0.0, -0.5, -1.0, -1.5, -2.0, -2.5, -3.0, -1e-30, -1e30, -np.pi / 4, -np.inf),
    np.nan,
]


def theirs(x: Any) -> Any:
    """The oracle's array, dtype or tree of these for ours."""
    if isinstance(x, Tensor):
        return oracle.asarray(np.array(x.numpy()))
    if isinstance(x, np.dtype):
        return getattr(oracle, x.name)
    if isinstance(x, (list, tuple)):
        return type(x)(map(theirs, x))
    return x


def outcome(function: Any, args: tuple[Any, ...], options: dict[str, Any]) -> Any:
    """What a call returns, or the error that it raises."""
    with np.errstate(all="ignore"):
        try:
            return function(*args, **options)
        except (TypeError, ValueError, IndexError) as error:
            return error


def assert_same(
    name: str,
    *args: Any,
    ulps: float = ROUNDING_ULPS,
    signed_zeros: bool = True,
    **options: Any,
) -> None:
    """Call both namespaces; results are equal, or both refuse."""
    expected = outcome(
        _find(oracle, name), theirs(args), {k: theirs(v) for k, v in options.items()}
    )
    came = outcome(_find(xp, name), args, options)
    if isinstance(expected, Exception):
        assert isinstance(came, Exception), f"{expected!r}, and we return {came!r}"
        return
    assert not isinstance(came, Exception), repr(came)
    assert_equal(came, expected, ulps=ulps, signed_zeros=signed_zeros)


def _find(namespace: Any, name: str) -> Any:
    for part in name.split("."):
        namespace = getattr(namespace, part)
    return namespace


def assert_equal(
    came: Any,
    expected: Any,
    *,
    ulps: float = ROUNDING_ULPS,
    signed_zeros: bool = True,
) -> None:
    """Structures, dtypes, shapes and values agree."""
    if isinstance(expected, (tuple, list)):
        assert isinstance(came, (tuple, list))
        assert len(came) == len(expected)
        assert getattr(came, "_fields", None) == getattr(expected, "_fields", None)
        for mine, other in zip(came, expected, strict=True):
            assert_equal(mine, other, ulps=ulps, signed_zeros=signed_zeros)
        return
    assert isinstance(came, Tensor), type(came)
    other = np.asarray(expected)
    assert came.shape == other.shape
    assert came.dtype == other.dtype
    for part in (np.real, np.imag) if other.dtype.kind == "c" else (np.asarray,):
        _assert_close(part(came.numpy()), part(other), ulps, signed_zeros)


def _assert_close(
    came: np.ndarray, expected: np.ndarray, ulps: float, signed_zeros: bool
) -> None:
    if expected.dtype.kind != "f":
        np.testing.assert_array_equal(came, expected)
        return
    tolerance = ulps * np.finfo(expected.dtype).eps
    np.testing.assert_allclose(came, expected, rtol=tolerance, atol=0)
    is_zero = (expected == 0) & signed_zeros
    np.testing.assert_array_equal(
        np.signbit(came[is_zero]), np.signbit(expected[is_zero])
    )


def elements(dtype: np.dtype) -> st.SearchStrategy[Any]:
    """Numbers of a dtype, special ones often."""
    if dtype.kind == "f":
        return xps.from_dtype(dtype) | st.sampled_from(SPECIAL).map(
            lambda x: float(dtype.type(x))
        )
    return xps.from_dtype(dtype)


def arrays(dtype: Any, shape: Any = None, **options: Any) -> Any:
    """Our tensors of a dtype, in small shapes that may be empty."""
    if shape is None:
        shape = xps.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4)
    if isinstance(dtype, np.dtype) and not options:
        return xps.arrays(dtype, shape, elements=elements(dtype))
    return xps.arrays(dtype, shape, **options)
