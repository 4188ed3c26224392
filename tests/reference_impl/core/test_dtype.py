"""Promotion against the tables of the Array API standard 2024.12."""

import itertools

import numpy as np
import pytest

import reference_impl as ri
from reference_impl.core.dtype import SUPPORTED, as_dtype, result_type
from reference_impl.core.errors import DtypeError

# Section "Type promotion rules": every pair that has a common dtype, the narrower one
# first. What is not listed is left undefined by the standard and refused here.
LADDERS = [
    ["int8", "int16", "int32", "int64"],
    ["uint8", "uint16", "uint32", "uint64"],
    ["float16", "float32", "float64"],
    ["bfloat16", "float32", "float64"],
    ["complex64", "complex128"],
]
PROMOTION = (
    {frozenset({dtype.name}): dtype.name for dtype in SUPPORTED}
    | {
        frozenset(pair): pair[1]
        for ladder in LADDERS
        for pair in itertools.combinations(ladder, 2)
    }
    | {
        frozenset({f"uint{of_unsigned}", f"int{of_signed}"}): (
            f"int{max(of_signed, 2 * of_unsigned)}"
        )
        for of_unsigned in (8, 16, 32)
        for of_signed in (8, 16, 32, 64)
    }
    | {
        frozenset({real, complex_}): "complex128" if real == "float64" else complex_
        for real in ("float16", "bfloat16", "float32", "float64")
        for complex_ in ("complex64", "complex128")
    }
    | {frozenset({"float16", "bfloat16"}): "float32"}
)

# Section "Mixing arrays with Python scalars".
REAL = {"float16", "bfloat16", "float32", "float64"}
COMPLEX = {"complex64", "complex128"}
INTEGER = {f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)}
SCALARS = {
    True: {"bool"},
    2: INTEGER | REAL | COMPLEX,
    2.5: REAL | COMPLEX,
    2.5j: COMPLEX,
}

PAIRS = list(itertools.product(SUPPORTED, repeat=2))

TAKE_FIRST = ri.tensor([True])


def one_of(dtype):
    return ri.ones(1, dtype=dtype)


@pytest.mark.parametrize(("first", "second"), PAIRS, ids=str)
def test_a_pair_of_dtypes_promotes_as_the_standard_says(first, second):
    promoted = PROMOTION.get(frozenset({first.name, second.name}))

    if promoted is None:
        with pytest.raises(DtypeError):
            ri.where(TAKE_FIRST, one_of(first), one_of(second))
    else:
        assert ri.where(TAKE_FIRST, one_of(first), one_of(second)).dtype == promoted


@pytest.mark.parametrize("scalar", SCALARS, ids=repr)
@pytest.mark.parametrize("dtype", SUPPORTED, ids=str)
def test_a_python_scalar_takes_the_dtype_of_its_tensor_or_is_refused(scalar, dtype):
    if dtype.name in SCALARS[scalar]:
        assert ri.where(TAKE_FIRST, one_of(dtype), scalar).dtype == dtype
        assert ri.where(TAKE_FIRST, scalar, one_of(dtype)).dtype == dtype
    elif scalar == 2.5j and dtype.name in REAL:
        complex_ = "complex128" if dtype.name == "float64" else "complex64"
        assert ri.where(TAKE_FIRST, one_of(dtype), scalar).dtype == complex_
        assert ri.where(TAKE_FIRST, scalar, one_of(dtype)).dtype == complex_
    else:
        with pytest.raises(DtypeError):
            ri.where(TAKE_FIRST, one_of(dtype), scalar)


@pytest.mark.parametrize("dtype", SUPPORTED, ids=str)
def test_promotion_of_several_equals_promotion_in_pairs(dtype):
    same_kind = [
        other
        for other in SUPPORTED
        if frozenset({other.name, dtype.name}) in PROMOTION and other.kind == dtype.kind
    ]

    for x, y, z in itertools.product(same_kind, repeat=3):
        in_pairs = result_type(result_type(x, y, who="test"), z, who="test")
        assert result_type(x, y, z, who="test") == in_pairs


def test_a_numpy_scalar_is_no_python_scalar_and_keeps_its_dtype():
    assert (one_of(ri.float32) + np.float64(1)).dtype == ri.float64


def test_a_refusal_names_the_function_and_both_dtypes():
    with pytest.raises(DtypeError, match=r"add: float32 and int64 do not combine"):
        ri.add(one_of(ri.int64), one_of(ri.float32))


@pytest.mark.parametrize("dtype", SUPPORTED, ids=str)
def test_a_dtype_is_found_by_name_by_numpy_type_and_by_itself(dtype):
    assert as_dtype(dtype.name) == as_dtype(dtype.type) == as_dtype(dtype) == dtype


@pytest.mark.parametrize("name", ["float128", "nonsense", None, ">f4", "U3"])
def test_an_unknown_dtype_is_refused_with_a_list_of_those_there_are(name):
    with pytest.raises(DtypeError, match="bool, int8, int16, int32, int64, uint8"):
        as_dtype(name)
