import numpy as np
import pytest

import reference_impl as ri
from reference_impl import nn


def test_the_rows_of_integers_are_taken():
    layer = nn.Embedding(ri.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]))

    assert layer(ri.tensor([[2, 0]])).tolist() == [[[5.0, 6.0], [1.0, 2.0]]]
    assert layer(ri.zeros((0, 4), dtype=ri.int64)).shape == (0, 4, 2)


def test_a_row_is_moved_by_each_of_its_copies():
    layer = nn.Embedding(ri.ones((3, 2)))

    grads = ri.grad(lambda layer: ri.sum(layer(ri.tensor([1, 1, 2]))))(layer)

    assert grads.weight.tolist() == [[0.0, 0.0], [2.0, 2.0], [1.0, 1.0]]


def test_the_padding_begins_as_zeros_and_stays():
    layer = nn.Embedding.init(ri.random.key(0), 4, 3, padding_index=2)

    grads = ri.grad(lambda layer: ri.sum(layer(ri.tensor([2, 3]))))(layer)

    assert layer.weight[2].tolist() == [0.0, 0.0, 0.0]
    assert grads.weight[2].tolist() == [0.0, 0.0, 0.0]
    assert grads.weight[3].tolist() == [1.0, 1.0, 1.0]


def test_rows_begin_with_deviation_one():
    layer = nn.Embedding.init(ri.random.key(0), 100, 50, dtype=ri.float64)

    # Of 5,000 numbers, the deviation is off by more than 0.05 once in 10**6 times.
    assert ri.std(layer.weight).item() == pytest.approx(1, abs=0.05)


@pytest.mark.parametrize("dtype", [ri.float16, ri.bfloat16, ri.float32, ri.float64])
def test_the_dtype_is_kept(dtype):
    layer = nn.Embedding.init(ri.random.key(0), 4, 3, padding_index=0, dtype=dtype)

    assert layer(ri.tensor([0, 1])).dtype == dtype


def test_compiled_as_eager():
    layer = nn.Embedding.init(ri.random.key(0), 4, 3, padding_index=1)
    x = ri.tensor([0, 1, 1, 3])

    compiled = ri.compile(lambda layer, x: layer(x))(layer, x)
    np.testing.assert_array_equal(compiled.numpy(), layer(x).numpy())


def test_positions_that_are_none_are_refused():
    layer = nn.Embedding(ri.ones((3, 2)))

    with pytest.raises(ri.IndexRangeError, match="index 3 is out of range"):
        layer(ri.tensor([0, 3]))
    with pytest.raises(ri.DtypeError, match="integer elements are needed"):
        layer(ri.tensor([0.0]))


def test_the_padding_stays_if_it_is_counted_from_the_end():
    layer = nn.Embedding(ri.ones((4, 2)), padding_index=3)

    grads = ri.grad(lambda layer: ri.sum(layer(ri.tensor([-1, 3, -4]))))(layer)

    assert grads.weight.tolist() == [[1.0, 1.0], [0.0, 0.0], [0.0, 0.0], [0.0, 0.0]]


def test_small_integers_may_name_rows_of_a_long_table():
    layer = nn.Embedding(ri.ones((300, 1)), padding_index=299)

    assert layer(ri.tensor([255], dtype=ri.uint8)).tolist() == [[1.0]]


@pytest.mark.parametrize("index", [-1, 4])
def test_a_padding_that_is_no_row_is_refused(index):
    message = r"Embedding: padding_index must (lie in \[0, 4\)|be at least 0), "
    with pytest.raises(ri.RangeError, match=message + f"{index} came"):
        nn.Embedding.init(ri.random.key(0), 4, 3, padding_index=index)
    with pytest.raises(ri.RangeError, match=message + f"{index} came"):
        nn.Embedding(ri.ones((4, 3)), padding_index=index)(ri.tensor([0]))
    with pytest.raises(ri.DtypeError, match="padding_index must be an integer"):
        nn.Embedding(ri.ones((4, 3)), padding_index=1.5)


def test_a_tree_like_an_embedding_may_hold_anything():
    layer = nn.Embedding.init(ri.random.key(0), 4, 3, padding_index=3)

    assert nn.partition(layer)[1].weight is None
    assert ri.tree.map(lambda x: x[:1], layer).weight.shape == (1, 3)
