import numpy as np
import pytest

import reference_impl as ri
from reference_impl.core.errors import (
    DtypeError,
    IndexRangeError,
    NoValueError,
    RangeError,
    ShapeError,
)

X = np.random.default_rng(0).normal(size=(2, 3, 4))

BASIC = [
    0,
    -1,
    np.int64(1),
    (),
    ...,
    None,
    (1, -2, 3),
    (slice(None), 1),
    slice(1, None),
    (slice(None, None, -1), slice(2, 0, -1), slice(3, None, -2)),
    (slice(-9, 9), slice(5, 1), slice(None, -1, 2)),
    (..., -1),
    (0, ..., None),
    (None, slice(1), None, ..., 0, None),
    (1, 1, 1, ...),
    slice(-9, None, -1),  # ends before it begins
]

# Arrays, alone, together, and mixed with everything else.
ARRAYS = [
    [1, 0, 1],
    [],
    ((1, 0), range(2)),
    np.array(1),
    np.array([[0, -1], [1, 1]], np.int8),
    (slice(None), [2, 0]),
    (..., [3, 3, 0]),
    ([1, 0], [2, 2], [-1, 0]),
    ([[0], [1]], [2, 0, 0]),
    ([0, 1], slice(None), [3, 2]),
    (0, slice(None), [3, 2]),
    ([1, 1], 2),
    (0, [1, 1], slice(None, None, -2)),
    ([0], None, [1]),
    (slice(None), [0], ..., [1]),
    (None, [1, 0], None, slice(1, 3)),
    (slice(None), np.array(1), slice(2)),
    (slice(None), np.zeros((0, 2), int)),
    (slice(1, 1), [0, 2]),
]

MASKS = [
    X > 0,
    X > 9,
    [True, False],
    (slice(None), X[0] > 0),
    (X[:, :, 0] > 0, slice(1, 3)),
    (X[:, :, 0] > 0, [2]),
    (..., X[0, 0] > 0),
    (0, None, X[0, :, 0] > 0),
    np.zeros((2, 0), bool),
    (slice(None), np.zeros((0, 4), bool)),
    True,
    np.array(False),
    (True, 0),
    (slice(None), False, [1]),
    ([1, 0], slice(None), True),
]

INDICES = [*BASIC, *ARRAYS, *MASKS]


def names(index):
    return str(index).replace("\n", "")


@pytest.mark.parametrize("index", INDICES, ids=names)
def test_an_index_selects_what_it_selects_in_numpy(index):
    came = ri.tensor(X)[index]

    assert came.shape == X[index].shape
    np.testing.assert_array_equal(came, X[index])


@pytest.mark.parametrize("index", INDICES, ids=names)
def test_a_captured_index_selects_the_same(index):
    came = ri.compile(lambda x: x[index])(ri.tensor(X))

    np.testing.assert_array_equal(came, X[index])


@pytest.mark.parametrize("index", INDICES, ids=names)
def test_a_gradient_adds_up_where_elements_came_from(index):
    weights = np.arange(1.0, X[index].size + 1).reshape(X[index].shape)

    gradient = ri.grad(lambda x: ri.sum(x[index] * weights))

    needed = np.zeros_like(X)
    np.add.at(needed, index, weights)
    np.testing.assert_array_equal(gradient(ri.tensor(X)), needed)
    np.testing.assert_array_equal(ri.compile(gradient)(ri.tensor(X)), needed)


@pytest.mark.parametrize("index", INDICES, ids=names)
def test_a_second_derivative_counts_the_readers(index):
    x, t = ri.tensor(X), ri.tensor(X[::-1].copy())

    def gradient(x):
        return ri.grad(lambda x: ri.sum(x[index] * x[index] * x[index]))(x)

    _, came = ri.jvp(gradient, (x,), (t,))

    readers = np.zeros_like(X)
    np.add.at(readers, index, 1)
    np.testing.assert_allclose(came, readers * 6 * X * X[::-1], rtol=1e-12)


@pytest.mark.parametrize("index", INDICES, ids=names)
def test_a_tangent_is_read_like_its_primal(index):
    t = X[::-1].copy()

    _, came = ri.jvp(lambda x: x[index], (ri.tensor(X),), (ri.tensor(t),))

    np.testing.assert_array_equal(came, t[index])


@pytest.mark.parametrize("index", BASIC, ids=names)
def test_slices_and_integers_give_views(index):
    x = ri.tensor(X)

    came = x[index].numpy()

    assert came.size == 0 or np.shares_memory(came, x.numpy())


def test_positions_may_be_symbols():
    def diagonal_and_row(x, i):
        return x[i, i], x[:, i[0]]

    came = ri.compile(diagonal_and_row)(ri.tensor(X[0]), np.array([2, 0]))

    np.testing.assert_array_equal(came[0], X[0][[2, 0], [2, 0]])
    np.testing.assert_array_equal(came[1], X[0][:, 2])


def test_a_tensor_of_one_element_bounds_a_slice():
    x, n = ri.tensor(X), ri.tensor(2)

    np.testing.assert_array_equal(x[:, :n], X[:, :2])
    with pytest.raises(NoValueError):
        ri.capture(lambda x, n: x[:, :n], x, n)


def test_rows_are_iterated_over():
    for row, needed in zip(ri.tensor(X), X, strict=True):
        np.testing.assert_array_equal(row, needed)


@pytest.mark.parametrize("dtype", ["bool", "uint8", "bfloat16", "complex64"])
def test_every_dtype_can_be_indexed(dtype):
    x = ri.tensor([[0, 1], [1, 0]]).astype(dtype)

    for came in (x[0, 1], x[[0], [1]][0], x[:, [1]][0, 0]):
        assert (came.dtype, came.shape, came.item()) == (dtype, (), 1)


@pytest.mark.parametrize("shape", [(), (0,), (2, 0, 3)])
def test_a_tensor_without_axes_or_elements_can_be_indexed(shape):
    array = np.ones(shape)
    x = ri.tensor(array)

    for index in [..., None, True, False, array > 0]:
        np.testing.assert_array_equal(x[index], array[index])


def test_a_mask_that_is_not_known_is_refused_with_advice():
    with pytest.raises(NoValueError, match=r"^getitem: .*where\(condition, a, b\)"):
        ri.capture(lambda x: x[x > 0], ri.tensor(X))


@pytest.mark.parametrize(
    ("index", "message"),
    [
        (
            2,
            r"index 2 is out of range for axis 0 of shape \(2, 3, 4\), whose size is 2",
        ),
        ((..., -5), r"index -5 is out of range for axis 2"),
        ([0, 2], r"index 2 is out of range for axis 0"),
        ((slice(None), [0, -4]), r"index -4 is out of range for axis 1"),
        (([0], [1], [4]), r"index 4 is out of range for axis 2"),
        ((0, 0, 0, 0), r"too many indices, for 4 axes; the shape is \(2, 3, 4\)"),
        ((..., 0, ...), r"more than one `...`"),
        ((X > 0, 0), r"too many indices, for 4 axes"),
        (X[0] > 0, r"^getitem: a mask .* is \(3, 4\), they are \(2, 3\)"),
        ((0, [True]), r"^getitem: a mask .* is \(1,\), they are \(3,\)"),
        (np.zeros((0, 4), bool), r"^getitem: a mask .* is \(0, 4\), they are \(2, 3\)"),
        ((False, [5]), r"index 5 is out of range"),
    ],
    ids=str,
)
def test_what_lies_outside_is_refused(index, message):
    with pytest.raises(IndexRangeError, match=message):
        ri.tensor(X)[index]
    with pytest.raises(IndexError, match=message):
        ri.compile(lambda x: x[index])(ri.tensor(X))


def test_a_number_has_no_elements_to_index():
    with pytest.raises(IndexError, match=r"^getitem: too many indices"):
        ri.tensor(1.0)[0]


@pytest.mark.parametrize(
    ("index", "message"),
    [
        (1.0, r"^getitem: an index is .*the float 1.0 came"),
        ("a", r"^getitem: an index is .*the str 'a' came"),
        ([0.5], r"^getitem: boolean or integer elements .* float32 came"),
        (np.zeros(0), r"^getitem: boolean or integer elements .* float64 came"),
        ((0, slice(0, 1.5)), r"^getitem: the bounds of slice\(0, 1.5, None\)"),
    ],
    ids=str,
)
def test_what_is_no_integer_is_no_index(index, message):
    with pytest.raises(DtypeError, match=message):
        ri.tensor(X)[index]


def test_a_slice_cannot_stand_still():
    with pytest.raises(RangeError, match=r"^getitem: the step of .* must not be zero"):
        ri.tensor(X)[::0]


@pytest.mark.parametrize(
    ("index", "message"),
    [
        (([0, 1], [0, 1, 2]), r"^getitem: positions .* \(2,\) and \(3,\) came"),
        (([0, 1], False), r"^getitem: positions .* \(2,\) and \(0,\) came"),
        ([0, [1]], r"the nested lists are ragged"),
    ],
    ids=str,
)
def test_shapes_that_do_not_fit_are_refused(index, message):
    with pytest.raises(ShapeError, match=message):
        ri.tensor(X)[index]
