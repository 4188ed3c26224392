import numpy as np
import pytest

import reference_impl as ri
import reference_impl.array_api as xp
from reference_impl.core.errors import DtypeError, RangeError


def test_a_conversion_copies_unless_it_must_not():
    x = xp.asarray([1.0, 2.0])

    assert xp.astype(x, xp.float32, copy=False) is x
    assert not np.shares_memory(xp.astype(x, xp.float32).numpy(), x.numpy())
    assert xp.astype(x, xp.float64, copy=False).dtype == xp.float64


def test_the_derivative_goes_through_a_conversion():
    def f(x):
        return xp.sum(xp.astype(x, xp.float64) ** 2)

    assert ri.grad(f)(ri.tensor([1.0, 2.0])).tolist() == [2, 4]


def test_a_conversion_does_not_drop_imaginary_parts():
    with pytest.raises(DtypeError):
        xp.astype(xp.asarray([1j]), xp.float32)


def test_the_dtype_of_a_result_takes_scalars_last():
    x = xp.ones(1, dtype=xp.float32)

    assert xp.result_type(1j, x, 1) == xp.complex64
    assert xp.result_type(x, xp.float64) == xp.float64


def test_the_dtype_of_scalars_alone_is_refused():
    with pytest.raises(DtypeError, match="result_type: an array or a dtype is needed"):
        xp.result_type(1, 2.0)


@pytest.mark.parametrize("dtypes", [(xp.int32, xp.float32), (xp.int64, xp.uint64)])
def test_dtypes_that_do_not_combine_cannot_be_cast(dtypes):
    assert not xp.can_cast(*dtypes)
    with pytest.raises(DtypeError, match="do not combine by themselves"):
        xp.result_type(*dtypes)


@pytest.mark.parametrize("given", [ri.bfloat16, ri.ones(2, dtype="bfloat16")])
def test_limits_are_known_of_dtypes_outside_of_the_standard(given):
    limits = xp.finfo(given)

    assert (limits.bits, limits.eps, limits.dtype) == (16, 2.0**-7, ri.bfloat16)


def test_the_limits_of_a_complex_dtype_are_those_of_its_parts():
    assert xp.finfo(xp.complex128) == xp.finfo(xp.float64)


@pytest.mark.parametrize(("name", "dtype"), [("finfo", xp.int8), ("iinfo", xp.float32)])
def test_limits_of_another_kind_are_refused(name, dtype):
    with pytest.raises(DtypeError, match=f"^{name}: "):
        getattr(xp, name)(dtype)


def test_halves_are_real_floating():
    assert xp.isdtype(ri.float16, "real floating")
    assert xp.isdtype(ri.bfloat16, ("bool", "numeric"))


def test_an_unknown_kind_is_refused_with_a_list_of_kinds():
    with pytest.raises(
        RangeError, match=r"isdtype: kinds are .*'numeric'.*'float' came"
    ):
        xp.isdtype(xp.float32, "float")
