import numpy as np
import pytest

import reference_impl as ri
from reference_impl.core.errors import DtypeError, IndexRangeError, ShapeError

X = np.arange(24.0).reshape(2, 3, 4)


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.mark.parametrize("axis", [0, 1, -1, None])
@pytest.mark.parametrize(
    "indices",
    [1, [0, -1, 0], [[1], [0]], np.array([1], np.uint8), np.zeros((0, 2), int), []],
    ids=str,
)
def test_rows_are_taken_as_in_numpy(run, indices, axis):
    indices = np.asarray(indices, int if np.size(indices) == 0 else None)

    came = run(lambda x, i: ri.take(x, i, axis=axis))(ri.tensor(X), indices)

    np.testing.assert_array_equal(came, np.take(X, indices, axis))


def test_a_tensor_takes_by_a_list():
    np.testing.assert_array_equal(ri.tensor(X).take([1, 0], axis=1), X[:, [1, 0]])
    assert ri.tensor(X).take([], axis=1).shape == (2, 0, 4)


@pytest.mark.parametrize("dtype", ["bool", "bfloat16", "complex64"])
def test_one_element_may_have_any_dtype(run, dtype):
    x = ri.tensor([0, 1, 0]).astype(dtype)

    came = run(lambda x, i: ri.take(x, i, axis=0).astype("bool"))(x, np.array(1))

    assert (came.shape, came.item()) == ((), True)


@pytest.mark.parametrize("index", [4, -5])
def test_a_position_out_of_range_is_named(run, index):
    message = rf"^gather: index {index} is out of range for axis 2 of .* size is 4"
    with pytest.raises(IndexRangeError, match=message):
        run(lambda x, i: ri.take(x, i, axis=2))(ri.tensor(X), np.array([0, index]))


@pytest.mark.parametrize(
    "read",
    [
        lambda x, i: x[i],
        lambda x, i: x.at[i].get(),
        lambda x, i: ri.searchsorted(x, x, sorter=i),
        ri.take_along_axis,
    ],
)
def test_the_op_that_reads_complains_whoever_called_it(run, read):
    with pytest.raises(IndexRangeError, match=r"^gather: index 7 is out of range"):
        run(read)(ri.ones(4), ri.tensor([0, 7]))


def test_nothing_can_be_taken_from_nothing():
    assert ri.take(ri.ones((2, 0)), [], axis=1).shape == (2, 0)
    with pytest.raises(IndexError, match="whose size is 0"):
        ri.take(ri.ones((2, 0)), [0], axis=1)


def test_positions_that_are_no_integers_are_refused():
    for function in (ri.take, ri.take_along_axis):
        with pytest.raises(DtypeError, match=rf"^{function.__name__}: .* float64 came"):
            function(ri.tensor(X), np.zeros((2, 3, 4)), axis=0)


@pytest.mark.parametrize("axis", [0, 1, -1])
@pytest.mark.parametrize("count", [0, 1, 5])
def test_every_line_has_positions_for_itself(run, count, axis, rng):
    shape = [*X.shape]
    shape[axis] = count
    indices = rng.integers(-2, 2, shape)

    came = run(lambda x, i: ri.take_along_axis(x, i, axis=axis))(ri.tensor(X), indices)

    np.testing.assert_array_equal(came, np.take_along_axis(X, indices, axis))


@pytest.mark.parametrize(
    ("x", "indices"), [((2, 3), (2, 1)), ((2, 3), (1, 2)), ((1, 3), (4, 2))]
)
def test_lines_broadcast(x, indices):
    x, indices = np.arange(np.prod(x)).reshape(x), np.ones(indices, int)

    came = ri.take_along_axis(x, indices, axis=1)

    np.testing.assert_array_equal(came, np.take_along_axis(x, indices, 1))


@pytest.mark.parametrize("shape", [(2, 3), (2, 2, 1), (4,)])
def test_lines_that_do_not_fit_are_refused(shape):
    with pytest.raises(ShapeError, match=r"^take_along_axis: shapes must fit but for"):
        ri.take_along_axis(ri.tensor(X), np.zeros(shape, int), axis=2)


@pytest.mark.parametrize("axis", [0, 1, -1])
@pytest.mark.parametrize("dtype", ["int32", "float32", "float64", "complex128"])
def test_rows_at_one_position_are_all_added(run, dtype, axis, rng):
    x = rng.integers(-9, 9, (3, 4, 5)).astype(dtype)
    indices = rng.integers(-3, 3, (2, 6))
    shape = np.take(x, indices, axis).shape
    updates = rng.integers(-9, 9, shape).astype(dtype)

    came = run(lambda *xs: ri.scatter_add(*xs, axis=axis))(
        ri.tensor(x), indices, updates
    )

    needed = x.copy()
    key = (slice(None),) * (axis % 3)
    np.add.at(needed, (*key, indices), updates)
    assert came.dtype == dtype
    np.testing.assert_array_equal(came, needed)


def test_many_rows_are_added_piece_by_piece(rng):
    rows = rng.integers(-9, 9, (3000, 40)).astype("float32")
    indices = rng.integers(0, 7, 3000)

    came = ri.scatter_add(ri.zeros((7, 40)), indices, rows)

    needed = [rows[indices == i].sum(0) for i in range(7)]
    np.testing.assert_array_equal(came, needed)


def test_16_bit_numbers_are_rounded_once():
    ones = ri.ones(5000, dtype="float16")

    came = ri.scatter_add(ri.zeros(1, dtype="float16"), np.zeros(5000, int), ones)

    assert came.item() == 5000  # one by one, the sum would stop at 2048


def test_updates_broadcast_or_are_refused():
    x = ri.zeros((3, 2))

    np.testing.assert_array_equal(
        ri.scatter_add(x, [0, 0, 2], 1.5), [[3, 3], [0, 0], [1.5, 1.5]]
    )
    with pytest.raises(ShapeError, match=r"^scatter_add: .* \(3, 2\) .* \(2, 2\) came"):
        ri.scatter_add(x, [0, 0, 2], ri.ones((2, 2)))


def test_booleans_cannot_be_added():
    with pytest.raises(DtypeError, match=r"^scatter_add: .* bool came"):
        ri.scatter_add(ri.tensor([True]), [0], ri.tensor([True]))


def test_the_gradient_of_an_embedding_adds_up_its_readers(run, rng):
    table, tokens = rng.normal(size=(5, 3)), rng.integers(0, 5, (2, 4))
    weights = rng.normal(size=(2, 4, 3))

    def loss(table):
        return ri.sum(ri.take(table, tokens, axis=0) * weights)

    needed = np.zeros_like(table)
    np.add.at(needed, tokens, weights)
    came = run(ri.grad(loss))(ri.tensor(table))
    np.testing.assert_allclose(came, needed, rtol=1e-14)


def test_the_gradient_of_chosen_logits_is_one_where_they_are():
    labels = np.array([[1], [0], [1]])

    gradient = ri.grad(lambda x: ri.sum(ri.take_along_axis(x, labels, axis=1)))

    np.testing.assert_array_equal(gradient(ri.ones((3, 2))), np.eye(2)[labels[:, 0]])
