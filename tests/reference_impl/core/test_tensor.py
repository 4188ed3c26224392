import copy
import pickle

import numpy as np
import pytest

import reference_impl as ri
from reference_impl.core.device import device
from reference_impl.core.dtype import SUPPORTED
from reference_impl.core.errors import (
    DeviceError,
    DtypeError,
    NoValueError,
    ShapeError,
)
from reference_impl.core.tensor import symbol, value

NUMBERS = np.array([[1.5, -2.0, 0.5], [3.0, 0.25, 4.0]], np.float32)


@pytest.fixture
def x():
    return ri.tensor(NUMBERS)


@pytest.mark.parametrize("dtype", SUPPORTED, ids=str)
def test_a_numpy_array_keeps_its_dtype_shape_and_elements(dtype):
    array = NUMBERS.astype(dtype)

    x = ri.tensor(array)

    assert (x.dtype, x.shape, x.ndim, x.size) == (dtype, (2, 3), 2, 6)
    assert x.nbytes == array.nbytes
    np.testing.assert_array_equal(x.numpy(), array)


@pytest.mark.parametrize(
    ("data", "dtype"),
    [
        (True, "bool"),
        (3, "int64"),
        (3.0, "float32"),
        ([[1, 2]], "int64"),
        ([1, 2.5], "float32"),
        ([True, False], "bool"),
        ([], "float32"),
        (np.float64(3), "float64"),
        (np.int32(3), "int32"),
    ],
    ids=repr,
)
def test_a_python_number_takes_the_default_dtype_of_its_kind(data, dtype):
    assert ri.tensor(data).dtype == dtype


def test_a_list_of_tensors_keeps_their_dtype():
    doubles = [ri.tensor(0.1, dtype="float64"), ri.tensor(0.2, dtype="float64")]

    assert ri.tensor(doubles).dtype == ri.float64


def test_a_dtype_can_be_asked_for():
    assert ri.tensor([1, 2], dtype="float64").dtype == ri.float64
    assert ri.tensor(ri.tensor([1.7]), dtype=ri.int32).item() == 1


def test_a_tensor_is_a_copy():
    original = NUMBERS.copy()
    x = ri.tensor(original)
    original[...] = 0

    np.testing.assert_array_equal(x.numpy(), NUMBERS)


def test_many_elements_lie_in_the_pool_of_their_device():
    cpu = device("cpu")
    before = cpu.pool.statistics().requested_bytes
    x = ri.tensor(np.ones(cpu.pooled_bytes))

    assert cpu.pool.statistics().requested_bytes == before + x.nbytes


def test_numpy_gives_a_view_that_cannot_be_written_to(x):
    with pytest.raises(ValueError, match="read-only"):
        x.numpy()[0, 0] = 1
    assert np.shares_memory(x.numpy(), x.numpy())


def test_numpy_functions_read_a_tensor(x):
    np.testing.assert_array_equal(np.asarray(x), NUMBERS)
    assert np.asarray(x, np.float64).dtype == np.float64
    assert np.sqrt(ri.tensor([4.0]))[0] == 2


@pytest.mark.parametrize("data", [None, "text", [1, "text"], object(), {}])
def test_what_is_no_number_is_refused(data):
    with pytest.raises(DtypeError, match="tensor: numbers are needed"):
        ri.tensor(data)


def test_an_integer_that_no_dtype_holds_is_refused():
    with pytest.raises(DtypeError, match="does not fit into int64"):
        ri.tensor(2**63)


def test_a_foreign_dtype_is_refused_with_a_list_of_dtypes():
    with pytest.raises(DtypeError, match=r"float128 is not supported; there are bool"):
        ri.tensor(np.ones(3, np.longdouble))


@pytest.mark.parametrize("data", [2**64, [2**63, -1], [2**63, 1], [[2**64], [True]]])
def test_integers_that_int64_cannot_hold_need_a_dtype(data):
    with pytest.raises(DtypeError, match="does not fit into int64; say which dtype"):
        ri.tensor(data)

    came = ri.tensor(data, dtype="float64")
    np.testing.assert_array_equal(came, np.array(data, np.float64))


@pytest.mark.parametrize(
    ("data", "dtype"),
    [
        ([ri.tensor(1.0), 2.0], "float32"),
        ([[2.0], [ri.tensor(1.0, dtype="bfloat16")]], "bfloat16"),
        ([np.float32(1), 2], "float32"),
        ([ri.tensor(1.0), 1j], "complex64"),
        ([ri.tensor(1), 2.5], "float64"),
        ([ri.tensor(1.0), ri.tensor(1.0, dtype="float64")], "float64"),
    ],
    ids=str,
)
def test_a_number_in_a_list_takes_the_dtype_of_the_tensors_beside_it(data, dtype):
    assert ri.tensor(data).dtype == dtype


def test_ragged_lists_are_refused():
    with pytest.raises(ShapeError, match="ragged"):
        ri.tensor([[1.0, 2.0], [3.0]])


@pytest.mark.parametrize("data", [[1.0], ri.tensor([1.0])], ids=["list", "tensor"])
def test_an_unknown_device_is_refused(data):
    with pytest.raises(DeviceError, match="'abacus' is not there"):
        ri.tensor(data, device="abacus")


def test_a_symbol_has_no_value_and_says_what_to_do():
    x = symbol((2,), ri.float32)

    with pytest.raises(NoValueError, match="where"):
        value(x, "test")
    assert repr(x) == "<float32[2], no value yet>"


def test_item_is_a_python_scalar():
    assert [type(ri.tensor([v]).item()) for v in (True, 1, 1.0)] == [bool, int, float]
    assert (bool(ri.tensor(2)), int(ri.tensor(2)), float(ri.tensor(2))) == (
        True,
        2,
        2.0,
    )


@pytest.mark.parametrize("convert", [lambda x: x.item(), bool, int, float])
def test_a_scalar_of_many_elements_is_refused(x, convert):
    with pytest.raises(
        ShapeError, match=r"one element is needed, the shape is \(2, 3\)"
    ):
        convert(x)


def test_length_is_the_size_of_the_first_axis(x):
    assert len(x) == 2
    with pytest.raises(TypeError, match="without axes"):
        len(ri.tensor(1.0))


def test_a_tensor_prints_like_the_expression_that_makes_it():
    assert repr(ri.tensor([1.0, 2.0])) == "tensor([1., 2.], dtype=float32)"


@pytest.mark.parametrize(
    ("data", "spec", "needed"),
    [(0.123456, ".4f", "0.1235"), (7, "", "7"), (7, "3d", "  7")],
)
def test_a_scalar_is_formatted_as_a_number(data, spec, needed):
    assert format(ri.tensor(data), spec) == needed


def test_what_is_no_number_is_formatted_as_it_prints(x):
    assert f"{x}" == str(x)
    assert f"{symbol((), np.dtype(np.float32))}" == "<float32[], no value yet>"


def test_many_elements_have_no_format(x):
    with pytest.raises(ShapeError, match=r"format: a single number is needed"):
        f"{x:.3f}"


def test_a_tensor_is_hashed_by_identity(x):
    assert len({x, ri.tensor(NUMBERS), x}) == 2


def test_a_tensor_that_was_pickled_is_a_new_tensor_of_equal_value():
    x = ri.tensor([1.0, 2.0])

    loaded = pickle.loads(pickle.dumps(x))

    np.testing.assert_array_equal(loaded, x)
    assert loaded.serial > x.serial


def test_a_copy_of_what_cannot_change_is_the_same():
    x = ri.tensor([1.0, 2.0])

    assert copy.copy(x) is x
    assert copy.deepcopy([x])[0] is x


def test_reshape_takes_sizes_or_a_tuple_of_them():
    x = ri.tensor([1.0, 2.0])

    assert x.reshape(2, 1).shape == x.reshape((2, 1)).shape == (2, 1)


@pytest.mark.parametrize("fill", [3.7, [1.0, 2.0]])
def test_full_refuses_what_it_could_not_hold(fill):
    with pytest.raises(DtypeError, match="full: one number that int32 can hold"):
        ri.full((2,), fill, dtype="int32")
