"""Products of views, whatever their strides and sizes: no operand is misread."""

import numpy as np
import pytest

import reference_impl as ri
from reference_impl.core.lowering.lowered import lowered
from reference_impl.core.lowering.step import Library

RNG = np.random.default_rng(0)
TOLERANCE = {ri.float32: 1e-5, ri.float64: 1e-13}  # sums of up to 40 products


def check(function, *arrays, dtype=ri.float64):
    arrays = [x.astype(dtype) for x in arrays]
    tensors = [ri.tensor(x) for x in arrays]
    graph = ri.capture(function, *tensors)
    assert not any(isinstance(step, Library) for step in lowered(graph).steps)
    needed = function(*arrays)
    came = ri.compile(function)(*tensors).numpy()
    assert (came.shape, came.dtype) == (needed.shape, needed.dtype)
    scale = np.abs(needed).max(initial=1.0)
    np.testing.assert_allclose(came, needed, rtol=0, atol=TOLERANCE[dtype] * scale)


VIEWS = {
    "rows": lambda x: x,
    "columns": lambda x: x.T,
    "backwards": lambda x: x[::-1],
    "columns backwards": lambda x: x[:, ::-1],
    "every second row": lambda x: x[::2],
    "every second column": lambda x: x[:, ::2],
    "a row": lambda x: x[3:4],
    "a column": lambda x: x[:, 3:4],
}


@pytest.mark.parametrize("second", VIEWS)
@pytest.mark.parametrize("first", VIEWS)
def test_operands_may_be_views(first, second):
    x, y = RNG.normal(size=(2, 40, 40))
    rows, columns = VIEWS[first](x).shape[1], VIEWS[second](y).shape[0]
    K = min(rows, columns)

    check(lambda x, y: VIEWS[first](x)[:, :K] @ VIEWS[second](y)[:K], x, y)


@pytest.mark.parametrize("dtype", [ri.float32, ri.float64], ids=str)
@pytest.mark.parametrize("shapes", [
    ((3, 0), (0, 4)), ((0, 3), (3, 4)), ((3, 4), (4, 0)), ((1, 1), (1, 1)),
    ((1, 9), (9, 1)), ((9, 1), (1, 9)), ((2, 3, 4), (2, 4, 5)), ((0, 3, 4), (0, 4, 5)),
    ((2, 3, 0), (2, 0, 5)), ((2, 2, 3, 4), (2, 2, 4, 5)),
])  # fmt: skip
def test_products_of_any_size_are_those_of_numpy(shapes, dtype):
    check(lambda x, y: x @ y, *(RNG.normal(size=s) for s in shapes), dtype=dtype)


@pytest.mark.parametrize(
    "function",
    [
        lambda x, y: x[:1] @ y,
        lambda x, y: x @ y[:, :1],
        lambda x, y: x[::-1] @ y,
        lambda x, y: x @ y[:, ::-1],
        lambda x, y: x @ y[:1, :1],
    ],
)
def test_batches_may_be_broadcast_and_reversed(function):
    check(function, RNG.normal(size=(3, 2, 4, 5)), RNG.normal(size=(3, 2, 5, 6)))


@pytest.fixture
def two_threads():
    before = ri.threads()
    ri.set_threads(2)
    yield
    ri.set_threads(before)


@pytest.mark.usefixtures("two_threads")
def test_a_product_of_flipped_rows_waits_for_all_that_is_written_to_them():
    def function(x, v, y):
        written = ri.exp(x).at[0, : K - 1].set(ri.exp(v))
        return ri.flip(written, axis=1) @ y

    K = 20_000  # the second thread writes for longer than the first reads
    shapes = (2, K), (K - 1,), (K, 4)
    tensors = [ri.tensor(RNG.normal(size=shape)) for shape in shapes]
    compiled, needed = ri.compile(function), function(*tensors).numpy()
    rounding = 1e-12 * np.abs(needed).max()

    for _ in range(10):
        np.testing.assert_allclose(compiled(*tensors), needed, rtol=0, atol=rounding)


def test_a_vector_that_is_repeated_is_an_operand_too():
    def function(x, b):
        see = np if isinstance(x, np.ndarray) else ri
        return x @ see.broadcast_to(b, (5, 4))

    check(function, RNG.normal(size=(3, 5)), RNG.normal(size=4))


@pytest.mark.parametrize("dtype", [ri.int32, ri.float16, ri.bfloat16], ids=str)
def test_other_dtypes_go_through_a_library_which_writes_where_it_belongs(dtype):
    x = ri.tensor(np.arange(6).reshape(2, 3).astype(dtype))

    steps = lowered(ri.capture(lambda x: x @ x.T, x)).steps
    came = ri.compile(lambda x: (x + x) @ x.T)(x)

    assert [step.why for step in steps] == [f"products of {x.dtype} have no kernel"]

    np.testing.assert_array_equal(came.numpy(), ((x + x) @ x.T).numpy())
