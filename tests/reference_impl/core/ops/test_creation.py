import numpy as np
import pytest

import reference_impl as ri
from reference_impl.core.errors import DtypeError, RangeError


@pytest.mark.parametrize("dtype", ["bool", "int32", "int64", "float32", "float64"])
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


@pytest.mark.parametrize("name", ["zeros_like", "ones_like"])
def test_likes_keep_shape_and_dtype(name):
    x = np.ones((2, 3), np.int32)

    came = getattr(ri, name)(ri.tensor(x))

    assert came.dtype == ri.int32
    np.testing.assert_array_equal(came, getattr(np, name)(x))


def test_a_uniform_constant_occupies_the_bytes_of_one_element():
    zeros = ri.zeros_like(ri.ones((1000, 1000)))

    assert zeros.numpy().strides == (0, 0)


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
@pytest.mark.parametrize("run", [lambda f: f, ri.compile], ids=["eager", "compiled"])
def test_a_label_out_of_range_is_refused_when_it_is_read(labels, run):
    with pytest.raises(RangeError, match=r"labels must lie in \[0, 3\)"):
        run(lambda x: ri.one_hot(x, 3))(ri.tensor(labels))


def test_labels_that_are_no_integers_are_refused():
    with pytest.raises(DtypeError, match=r"^one_hot: integer elements .* float32 came"):
        ri.one_hot(ri.tensor([1.0]), 3)
