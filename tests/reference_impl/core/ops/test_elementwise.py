"""What all families of elementwise functions have in common."""

import numpy as np
import pytest

import reference_impl as ri
from reference_impl.core.errors import DtypeError

SPECIAL = np.array([-np.inf, -1.5, -1.0, -0.0, 0.0, 0.5, 1.0, 2.5, np.inf, np.nan])

ARITHMETIC = ["negative", "positive", "reciprocal", "square", "sqrt", "abs", "sign"]
EXPONENTIAL = ["exp", "exp2", "expm1", "log", "log1p", "log2", "log10"]
TRIGONOMETRIC = ["sin", "cos", "tan", "asin", "acos", "atan"]
HYPERBOLIC = ["sinh", "cosh", "tanh", "asinh", "acosh", "atanh"]
ROUNDING = ["floor", "ceil", "trunc", "round"]
QUESTIONS = ["isnan", "isinf", "isfinite", "signbit", "logical_not"]
ONE_OPERAND = [
    *ARITHMETIC,
    *EXPONENTIAL,
    *TRIGONOMETRIC,
    *HYPERBOLIC,
    *ROUNDING,
    *QUESTIONS,
]

QUOTIENTS = ["divide", "floor_divide", "remainder", "atan2"]
COMPARISONS = ["equal", "not_equal", "less", "less_equal", "greater", "greater_equal"]
LOGICAL = ["logical_and", "logical_or", "logical_xor"]
TWO_OPERANDS = [
    *["add", "subtract", "multiply", "pow", "logaddexp", "hypot"],
    *QUOTIENTS,
    *COMPARISONS,
    *LOGICAL,
    *["maximum", "minimum", "copysign", "nextafter"],
]

# Of these NumPy has no complex version, or they have no meaning.
REAL_ONLY = {"floor", "ceil", "trunc", "signbit"}

ignoring_warnings = pytest.mark.filterwarnings("ignore::RuntimeWarning")


@ignoring_warnings
@pytest.mark.parametrize("name", ONE_OPERAND)
def test_special_values_of_one_operand_follow_numpy(name):
    came = getattr(ri, name)(ri.tensor(SPECIAL)).numpy()

    needed = getattr(np, name)(SPECIAL)
    np.testing.assert_array_equal(came, needed)
    np.testing.assert_array_equal(np.signbit(came), np.signbit(needed))


@ignoring_warnings
@pytest.mark.parametrize("name", TWO_OPERANDS)
def test_special_values_of_two_operands_follow_numpy(name):
    x, y = (a.ravel() for a in np.meshgrid(SPECIAL, SPECIAL))

    came = getattr(ri, name)(ri.tensor(x), ri.tensor(y)).numpy()

    assert came.tobytes() == getattr(np, name)(x, y).tobytes()


@pytest.mark.parametrize("name", [n for n in ONE_OPERAND if n not in REAL_ONLY])
@pytest.mark.parametrize("dtype", [ri.complex64, ri.complex128], ids=str)
def test_complex_elements_follow_numpy(name, dtype):
    x = np.array([1 + 2j, -0.5 + 1j, 0.3 - 2j], dtype)

    came = getattr(ri, name)(ri.tensor(x))

    needed = getattr(np, name)(x)
    assert came.dtype == needed.dtype
    np.testing.assert_allclose(came, needed, rtol=4 * np.finfo(dtype).eps)


@ignoring_warnings
@pytest.mark.parametrize("name", ONE_OPERAND + TWO_OPERANDS)
@pytest.mark.parametrize("dtype", [ri.float16, ri.bfloat16], ids=str)
def test_a_result_of_16_bit_floats_is_one_of_them_or_boolean(name, dtype):
    x = ri.tensor([0.5, 0.25]).astype(dtype)

    came = getattr(ri, name)(*[x] * (1 if name in ONE_OPERAND else 2))

    assert came.dtype in (dtype, ri.bool)


@pytest.mark.parametrize("name", ["add", "multiply", "maximum", "pow", "square"])
def test_integers_count_in_their_own_dtype_and_wrap_around(name):
    x = np.array([0, 1, 100, 255], np.uint8)
    operands = [x] * (1 if name == "square" else 2)

    came = getattr(ri, name)(*map(ri.tensor, operands))

    assert came.dtype == ri.uint8
    np.testing.assert_array_equal(came, getattr(np, name)(*operands))


@pytest.mark.parametrize("name", ["exp", "sin", "sqrt", "divide", "reciprocal", "erf"])
def test_functions_with_fractional_results_refuse_integers(name):
    x = ri.tensor([1, 2])

    with pytest.raises(DtypeError, match=f"^{name}: floating-point .*int64 came"):
        getattr(ri, name)(*[x] * (2 if name == "divide" else 1))


@pytest.mark.parametrize("name", ["less", "maximum", "floor", "remainder", "relu"])
def test_functions_of_an_order_refuse_complex_numbers(name):
    x = ri.tensor([1j])

    with pytest.raises(DtypeError, match=f"^{name}: .*complex64 came"):
        getattr(ri, name)(*[x] * (1 if name in ("floor", "relu") else 2))
