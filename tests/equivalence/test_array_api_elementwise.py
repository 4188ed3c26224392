"""Functions of single elements against the oracle: special values, dtypes, scalars."""

import itertools

import numpy as np
import pytest
from equivalence.standard import (
    COMPLEX,
    DTYPES,
    INTEGER,
    REAL,
    SPECIAL,
    arrays,
    assert_same,
    elements,
    outcome,
    theirs,
    xps,
)
from hypothesis import given, settings
from hypothesis import strategies as st

import reference_impl.array_api as xp

ANY_DTYPE = ["bool", "integer", "real", "complex"]
NUMERIC = ["integer", "real", "complex"]
INEXACT = ["real", "complex"]
KINDS = {
    "bool": {"bool": xp.bool},
    "integer": INTEGER,
    "real": REAL,
    "complex": COMPLEX,
}

# For which kinds of dtypes the standard defines a function.
UNARY = {
    name: kinds
    for names, kinds in [
        ("acos acosh asin asinh atan atanh cos cosh exp expm1 log", INEXACT),
        ("log10 log1p log2 reciprocal sin sinh sqrt tan tanh", INEXACT),
        ("abs isfinite isinf isnan negative positive sign square", NUMERIC),
        ("round conj real", NUMERIC),
        ("ceil floor trunc", ["integer", "real"]),
        ("signbit", ["real"]),
        ("imag", ["complex"]),
        ("logical_not", ["bool"]),
        ("bitwise_invert", ["bool", "integer"]),
    ]
    for name in names.split()
}
BINARY = {
    name: kinds
    for names, kinds in [
        ("add subtract multiply pow", NUMERIC),
        ("divide", INEXACT),
        ("equal not_equal", ANY_DTYPE),
        ("greater greater_equal less less_equal", ["integer", "real"]),
        ("maximum minimum floor_divide remainder", ["integer", "real"]),
        ("atan2 copysign hypot logaddexp nextafter", ["real"]),
        ("logical_and logical_or logical_xor", ["bool"]),
        ("bitwise_and bitwise_or bitwise_xor", ["bool", "integer"]),
        ("bitwise_left_shift bitwise_right_shift", ["integer"]),
    ]
    for name in names.split()
}


# The standard gives the sign of zero as zero, of no sign in particular.
UNSIGNED = {"sign"}


def is_defined(name, *dtypes):
    kinds = [KINDS[kind].values() for kind in BINARY[name]]
    return all(any(dtype in kind for kind in kinds) for dtype in dtypes)


def cases(table):
    return [
        pytest.param(name, dtype, id=f"{name}-{dtype}")
        for name, kinds in table.items()
        for kind in kinds
        for dtype in KINDS[kind].values()
    ]


def special(dtype):
    """Every special value of a dtype; of complex numbers, every pair of them."""
    if dtype.kind == "c":
        pairs = np.array(list(itertools.product(SPECIAL, SPECIAL)))
        return pairs.view(np.complex128).astype(dtype)[:, 0]
    return np.array(SPECIAL, dtype)


# Of zero and a negative power, and of division by zero, integers have no answer.
def has_answer(name, x2):
    if name == "pow":
        return x2 >= 0
    return name not in ("floor_divide", "remainder") or x2 != 0


@pytest.mark.parametrize(
    ("name", "dtype"), [c for c in cases(UNARY) if c.values[1].kind in "fc"]
)
def test_special_values_of_one_argument(name, dtype):
    assert_same(name, xp.asarray(special(dtype)), signed_zeros=name not in UNSIGNED)


@pytest.mark.parametrize(
    ("name", "dtype"), [c for c in cases(BINARY) if c.values[1].kind == "f"]
)
def test_special_values_of_two_arguments(name, dtype):
    values = special(dtype)
    if name == "floor_divide":
        values = values[np.isfinite(values)]  # below

    assert_same(name, xp.asarray(values[:, None]), xp.asarray(values[None, :]))


@pytest.mark.parametrize("dtype", REAL.values(), ids=str)
@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("number", [0.5, 1.0, 3.0, -0.5, -1.0, -3.0])
@pytest.mark.filterwarnings("error")
def test_infinity_divided_by_a_number_is_infinite(dtype, sign, number):
    # The standard's words; NumPy, and with it the oracle, has NaN.
    infinity = xp.asarray([sign * np.inf], dtype=dtype)

    assert xp.floor_divide(infinity, number)[0].item() == sign * number * np.inf


@pytest.mark.parametrize("dtype", REAL.values(), ids=str)
@pytest.mark.parametrize(
    ("x1", "x2", "expected"),
    [
        (np.inf, np.inf, np.nan),
        (0.0, 0.0, np.nan),
        (1.0, np.inf, 0.0),
        (-1.0, np.inf, -1.0),
        (1.0, -np.inf, -1.0),
        (-1.0, -np.inf, 0.0),
        (1.0, 0.0, np.inf),
        (1.0, -0.0, -np.inf),
        (np.nan, 1.0, np.nan),
        (1.0, np.nan, np.nan),
    ],
)
def test_floor_division_with_special_values(dtype, x1, x2, expected):
    with np.errstate(all="ignore"):
        came = xp.floor_divide(
            xp.asarray([x1], dtype=dtype), xp.asarray(x2, dtype=dtype)
        )

    np.testing.assert_array_equal(came, [expected])


@pytest.mark.parametrize(("name", "dtype"), cases(UNARY))
@given(data=st.data())
@settings(max_examples=15, deadline=None)
def test_functions_of_one_argument(name, dtype, data):
    x = data.draw(arrays(dtype), label="x")

    assert_same(name, x, signed_zeros=name not in UNSIGNED)


@pytest.mark.parametrize(("name", "dtype"), cases(BINARY))
@given(data=st.data())
@settings(max_examples=15, deadline=None)
def test_functions_of_two_arguments(name, dtype, data):
    shapes = data.draw(
        xps.mutually_broadcastable_shapes(2, max_dims=3, max_side=3, min_side=0)
    ).input_shapes
    of_second = elements(dtype)
    if dtype.kind in "iu":
        of_second = of_second.filter(lambda x: has_answer(name, x))
    if "shift" in name:
        of_second = st.integers(0, 8 * dtype.itemsize - 1)
    if name == "floor_divide" and dtype.kind == "f":
        of_second = of_second.filter(np.isfinite)
    x1 = data.draw(arrays(dtype, shapes[0]), label="x1")
    x2 = data.draw(xps.arrays(dtype, shapes[1], elements=of_second), label="x2")
    if name == "floor_divide" and dtype.kind == "f":
        x1 = xp.where(xp.isinf(x1), xp.ones_like(x1), x1)
    if name == "multiply" and dtype.kind == "c":
        x1, x2 = with_exact_products(x1), with_exact_products(x2)

    assert_same(name, x1, x2)


def with_exact_products(x):
    """Complex numbers with small whole parts where they are finite.

    Of other products NumPy rounds the parts once or twice, by how the operands lie in
    memory: little is left of a part that cancels, and infinity or NaN at overflow.
    """
    is_finite = xp.isfinite(x)
    finite = xp.where(is_finite, x, xp.zeros_like(x))
    parts = xp.real(finite), xp.imag(finite)
    re, im = (xp.clip(xp.round(part), -99, 99) for part in parts)
    return xp.where(is_finite, re + im * 1j, x)


PAIRS = [
    pytest.param(name, first, second, id=f"{name}-{first}-{second}")
    for name in BINARY
    for first, second in itertools.product(DTYPES.values(), repeat=2)
    if is_defined(name, first, second)
]


@pytest.mark.parametrize(("name", "first", "second"), PAIRS)
def test_dtypes_combine_as_the_standard_says(name, first, second):
    assert_same(name, xp.ones(2, dtype=first), xp.ones(2, dtype=second))


@pytest.mark.parametrize("scalar", [True, 1, 2.5, 1 + 2j], ids=str)
@pytest.mark.parametrize(("name", "dtype"), cases(BINARY))
def test_a_python_scalar_takes_the_dtype_of_the_tensor(name, dtype, scalar):
    if isinstance(scalar, complex) and "complex" not in BINARY[name]:
        pytest.skip("the function has no meaning for complex numbers")
    x = xp.ones(2, dtype=dtype)

    assert_same(name, x, scalar)
    assert_same(name, scalar, x)


OPERATORS = {
    "__add__": "add",
    "__sub__": "subtract",
    "__mul__": "multiply",
    "__truediv__": "divide",
    "__floordiv__": "floor_divide",
    "__mod__": "remainder",
    "__pow__": "pow",
    "__and__": "bitwise_and",
    "__or__": "bitwise_or",
    "__xor__": "bitwise_xor",
    "__lshift__": "bitwise_left_shift",
    "__rshift__": "bitwise_right_shift",
    "__eq__": "equal",
    "__ne__": "not_equal",
    "__lt__": "less",
    "__le__": "less_equal",
    "__gt__": "greater",
    "__ge__": "greater_equal",
}


@pytest.mark.parametrize(("operator", "name"), OPERATORS.items())
@pytest.mark.parametrize("dtype", DTYPES.values(), ids=str)
def test_an_operator_is_the_function_of_its_name(operator, name, dtype):
    x, y = xp.asarray([1, 0, 1], dtype=dtype), xp.asarray([1, 1, 1], dtype=dtype)

    came = outcome(getattr(x, operator), (y,), {})

    expected = outcome(getattr(xp, name), (x, y), {})
    assert type(came) is type(expected)
    if not isinstance(expected, Exception):
        assert came.dtype == expected.dtype
        np.testing.assert_array_equal(came, expected)


@pytest.mark.parametrize("dtype", [*INTEGER.values(), *REAL.values()], ids=str)
@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_clip(dtype, data):
    x = data.draw(arrays(dtype))
    low, high = sorted(
        data.draw(st.tuples(*[elements(dtype).filter(lambda v: v == v)] * 2))
    )
    bounds = data.draw(
        st.sampled_from([(low, high), (None, high), (low, None), (None, None)])
    )
    as_arrays = data.draw(st.booleans())
    if as_arrays:
        bounds = tuple(b if b is None else xp.asarray(b, dtype=dtype) for b in bounds)

    # Between bounds of 0 and -0, either sign is right.
    assert_same("clip", x, *bounds, signed_zeros=False)


@given(data=st.data())
@settings(max_examples=100, deadline=None)
def test_where(data):
    dtype = data.draw(st.sampled_from(list(DTYPES.values())))
    shapes = data.draw(
        xps.mutually_broadcastable_shapes(3, max_dims=3, max_side=3)
    ).input_shapes
    condition = data.draw(arrays(xp.bool, shapes[0]))
    x1, x2 = (data.draw(arrays(dtype, shape)) for shape in shapes[1:])

    assert_same("where", condition, x1, x2)


def test_what_the_oracle_gets_is_what_we_have():
    x = xp.asarray([1.0, np.nan, -0.0])

    np.testing.assert_array_equal(np.asarray(theirs(x)), x)
