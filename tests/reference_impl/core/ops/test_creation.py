import numpy as np
import pytest

import reference_impl as ri
from reference_impl.core.device import device
from reference_impl.core.dtype import SUPPORTED
from reference_impl.core.errors import DtypeError, RangeError, ShapeError

NUMBERS = np.array([[1.5, -2.0], [3.0, 0.25]])


@pytest.fixture
def annex(make_device):
    """A second device in main memory."""
    return make_device("annex", capacity_bytes=1 << 24)


@pytest.mark.parametrize("dtype", SUPPORTED, ids=str)
@pytest.mark.parametrize("name", ["zeros", "ones"])
@pytest.mark.parametrize("shape", [(), 3, (2, 0), (2, 3)], ids=str)
def test_zeros_and_ones_are_those_of_numpy(name, shape, dtype):
    came = getattr(ri, name)(shape, dtype=dtype)

    assert came.dtype == dtype
    np.testing.assert_array_equal(came, getattr(np, name)(shape, dtype))


@pytest.mark.parametrize(
    ("fill_value", "dtype"),
    [(True, "bool"), (7, "int64"), (7.5, "float32"), (np.float64(7.5), "float64")],
    ids=repr,
)
def test_full_takes_the_dtype_of_what_it_is_filled_with(fill_value, dtype):
    came = ri.full((2, 3), fill_value)

    assert (came.shape, came.dtype) == ((2, 3), dtype)
    assert (came.numpy() == fill_value).all()


def test_full_keeps_the_digits_of_a_double():
    assert ri.full((), 0.1, dtype="float64").item() == 0.1


def test_full_keeps_the_digits_of_a_large_integer():
    assert ri.full((), 2**64 - 1, dtype="uint64").item() == 2**64 - 1


@pytest.mark.parametrize("dtype", SUPPORTED, ids=str)
def test_every_dtype_holds_true(dtype):
    assert ri.full((), True, dtype=dtype).item() == 1


@pytest.mark.parametrize(
    ("fill_value", "dtype"),
    [
        (3.7, "int32"),
        ([1.0, 2.0], "int32"),
        (1j, "float32"),
        (300, "int8"),
        (-1, "uint8"),
        (2**70, "int64"),
    ],
    ids=str,
)
@pytest.mark.parametrize("name", ["full", "full_like"])
def test_what_a_dtype_cannot_hold_is_refused(name, fill_value, dtype):
    like = {"full": (2,), "full_like": ri.tensor([1.0, 2.0])}[name]

    with pytest.raises(DtypeError, match=f"^{name}: one number that {dtype} can hold"):
        getattr(ri, name)(like, fill_value, dtype=dtype)


@pytest.mark.parametrize("name", ["zeros", "ones", "empty"])
def test_negative_sizes_are_refused(name):
    with pytest.raises(ShapeError, match=r"sizes must not be negative, \(2, -1\) came"):
        getattr(ri, name)((2, -1))


@pytest.mark.parametrize("dtype", SUPPORTED, ids=str)
@pytest.mark.parametrize("shape", [(), 3, (2, 0), (2, 3)], ids=str)
def test_what_is_not_set_has_shape_and_dtype(shape, dtype):
    came = ri.empty(shape, dtype=dtype)

    assert (came.dtype, came.shape) == (dtype, np.empty(shape).shape)
    assert ri.empty_like(came).shape == came.shape
    assert ri.empty_like(came).dtype == dtype


@pytest.mark.parametrize("name", ["zeros_like", "ones_like"])
@pytest.mark.parametrize("dtype", [None, *SUPPORTED], ids=str)
def test_likes_keep_the_shape_and_by_default_the_dtype(name, dtype):
    x = np.ones((2, 3), np.int32)

    came = getattr(ri, name)(ri.tensor(x), dtype=dtype)

    assert came.dtype == (ri.int32 if dtype is None else dtype)
    np.testing.assert_array_equal(came, getattr(np, name)(x))


def test_full_like_has_the_dtype_of_what_it_is_like():
    came = ri.full_like(ri.tensor([1.0, 2.0], dtype="float16"), 7)

    assert came.dtype == ri.float16
    assert came.tolist() == [7, 7]


@pytest.mark.parametrize("like", [ri.zeros_like, lambda x: ri.full_like(x, 3)])
def test_equal_elements_like_others_occupy_the_bytes_of_one(like):
    assert like(ri.ones((1000, 1000))).numpy().strides == (0, 0)


@pytest.mark.parametrize(
    "make",
    [
        lambda **where: ri.zeros(2, **where),
        lambda **where: ri.empty(2, **where),
        lambda **where: ri.full(2, 7, **where),
        lambda **where: ri.arange(2, **where),
        lambda **where: ri.linspace(0, 1, 2, **where),
        lambda **where: ri.eye(2, **where),
        lambda **where: ri.asarray([1, 2], **where),
        lambda **where: ri.tensor(ri.tensor([1, 2]), **where),
        lambda **where: ri.from_dlpack(NUMBERS, **where),
        lambda **where: ri.ones_like(ri.tensor([1, 2]), **where),
        lambda **where: ri.empty_like(ri.tensor([1, 2]), **where),
    ],
)
def test_a_device_is_chosen_by_name_or_by_itself(make, annex):
    assert make().device is device("cpu")
    assert make(device="annex").device is annex
    assert make(device=annex).device is annex


@pytest.mark.parametrize(
    "like", [ri.zeros_like, ri.ones_like, ri.empty_like, lambda x: ri.full_like(x, 3)]
)
def test_likes_stay_on_the_device(like, annex):
    assert like(ri.zeros(2, device=annex)).device is annex


@pytest.mark.parametrize("data", [3, 2.5, [1, 2], [[1.0], [2.0]], NUMBERS, 1j], ids=str)
def test_asarray_of_data_is_a_tensor_of_it(data):
    came, expected = ri.asarray(data), ri.tensor(data)

    assert came.dtype == expected.dtype
    np.testing.assert_array_equal(came, expected)


def test_asarray_of_a_tensor_is_the_tensor_unless_something_shall_change(annex):
    x = ri.tensor(NUMBERS)

    assert ri.asarray(x) is ri.asarray(x, dtype=x.dtype, device=x.device) is x
    assert ri.asarray(x, dtype="float32").dtype == ri.float32
    assert ri.asarray(x, device=annex).device is annex
    assert ri.asarray(ri.asarray(x, device=annex)).device is annex


@pytest.mark.parametrize("x", [NUMBERS, ri.tensor(NUMBERS)], ids=["array", "tensor"])
def test_asarray_copies_or_shares_memory_as_it_is_told(x):
    def shares(copy):
        return np.shares_memory(ri.asarray(x, copy=copy).numpy(), np.asarray(x))

    assert (shares(False), shares(True)) == (True, False)
    assert shares(None) == (x is not NUMBERS)


def test_asarray_shares_the_memory_of_a_buffer():
    memory = bytearray(b"abc")
    x = ri.asarray(memory, copy=False)
    memory[0] = 100

    assert x.tolist() == [100, 98, 99]


@pytest.mark.parametrize(
    ("obj", "options"),
    [
        ([1.0], {}),
        (1.0, {}),
        (NUMBERS, {"dtype": "float32"}),
        (ri.tensor(NUMBERS), {"dtype": "float32"}),
        (NUMBERS, {"device": "annex"}),
    ],
    ids=str,
)
def test_asarray_refuses_to_copy_when_it_must_not(obj, options, annex):
    with pytest.raises(RangeError, match=r"^asarray: copy=False, and the elements"):
        ri.asarray(obj, copy=False, **options)


def test_asarray_keeps_large_integers_exact():
    assert ri.asarray([0, 2**64 - 1], dtype="uint64").tolist() == [0, 2**64 - 1]


@pytest.mark.parametrize(
    ("data", "dtype"),
    [([300], "int8"), ([-1], "uint64"), ([1j], "float32"), (float("nan"), "int32")],
    ids=str,
)
def test_asarray_refuses_what_a_dtype_cannot_hold(data, dtype):
    with pytest.raises(DtypeError, match=f"^tensor: {dtype} cannot hold"):
        ri.asarray(data, dtype=dtype)


def test_a_dtype_that_is_not_there_is_refused():
    with pytest.raises(DtypeError, match="nonsense"):
        ri.zeros(3, dtype="nonsense")


@pytest.mark.parametrize("dtype", ["bool", "int64", "float32", "float64"])
def test_one_hot_rows_are_those_of_the_unit_matrix(dtype):
    labels = np.array([[2, 0], [1, 2]])

    came = ri.one_hot(ri.tensor(labels), 4, dtype=dtype)

    assert came.dtype == dtype
    np.testing.assert_array_equal(came, np.eye(4)[labels])


@pytest.mark.parametrize("labels", [0, np.zeros((0,), int), np.zeros((3, 0), int)])
def test_one_hot_of_one_label_or_of_none_has_an_axis_of_classes(labels):
    assert ri.one_hot(labels, 3).shape == (*np.shape(labels), 3)


@pytest.mark.parametrize("labels", [[0, 3], [-1, 2]])
def test_a_label_out_of_range_is_refused_when_it_is_read(labels, run):
    with pytest.raises(RangeError, match=r"labels must lie in \[0, 3\)"):
        run(lambda x: ri.one_hot(x, 3))(ri.tensor(labels))


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int64"])
def test_the_first_label_out_of_range_is_named_with_its_position(dtype, run):
    labels = ri.tensor([[0, 2, 1], [1, 7, 5]], dtype=dtype)

    with pytest.raises(RangeError, match=r"^one_hot: .* \[0, 3\), 7 came at \(1, 1\)"):
        run(lambda x: ri.one_hot(x, 3))(labels)


def test_labels_that_are_no_integers_are_refused():
    with pytest.raises(DtypeError, match=r"^one_hot: integer elements .* float32 came"):
        ri.one_hot(ri.tensor([1.0]), 3)


@pytest.mark.parametrize("junk", [[[1], [1, 2]], (1, "a"), [1.0], None], ids=str)
@pytest.mark.parametrize(
    "fill", [lambda junk: ri.full(2, junk), lambda junk: ri.full_like(ri.ones(2), junk)]
)
def test_what_fills_must_be_one_number(fill, junk):
    with pytest.raises(DtypeError, match=r"one number|not supported"):
        fill(junk)


def test_a_negative_number_of_classes_is_refused():
    with pytest.raises(
        RangeError, match=r"^one_hot: classes must not be negative, -1 "
    ):
        ri.one_hot(ri.zeros(0, dtype="int64"), -1)
