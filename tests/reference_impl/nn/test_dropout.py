import numpy as np
import pytest

import reference_impl as ri
from reference_impl import nn


def test_after_training_nothing_is_dropped():
    x = ri.ones((3, 4))

    assert nn.Dropout(0.9)(x) is x


def test_elements_are_zero_or_scaled():
    out, _ = nn.Dropout(0.2).training(ri.ones((100, 100)), ri.random.key(0))

    kept = out.numpy() != 0
    assert set(np.unique(out.numpy())) == {np.float32(0), np.float32(1.25)}
    # Of 10,000 elements, the part is off by more than 0.02 once in 10**6 times.
    assert kept.mean() == pytest.approx(0.8, abs=0.02)


def test_a_key_says_which_elements_are_dropped():
    x, dropout = ri.ones((50,)), nn.Dropout()
    first, again, other = (
        dropout.training(x, ri.random.key(seed))[0].tolist() for seed in (0, 0, 1)
    )

    assert first == again != other


def test_a_mask_takes_the_place_of_a_key():
    dropout = nn.Dropout(0.75, kept=ri.tensor([True, False, True]))

    out, after = dropout.training(ri.tensor([1.0, 2.0, 3.0]))

    assert out.tolist() == [4.0, 0.0, 12.0]
    assert after is dropout
    assert ri.tree.names(nn.partition(dropout)[0]) == []


def test_a_dropped_element_is_zero_whatever_it_was():
    dropout = nn.Dropout(0.5, kept=ri.tensor([False, False]))

    out, _ = dropout.training(ri.tensor([np.inf, np.nan]))
    assert out.tolist() == [0.0, 0.0]


def test_gradients_flow_where_elements_are_kept():
    dropout = nn.Dropout(0.75, kept=ri.tensor([True, False]))

    grad = ri.grad(lambda x: ri.sum(dropout.training(x)[0]))(ri.ones(2))
    assert grad.tolist() == [4.0, 0.0]


def test_without_dropping_no_key_is_needed():
    x = ri.ones((3,))

    assert nn.Dropout(0.0).training(x)[0] is x


@pytest.mark.parametrize("dtype", [ri.float16, ri.bfloat16, ri.float32, ri.float64])
def test_the_dtype_is_kept(dtype):
    x = ri.ones((3,), dtype=dtype)

    assert nn.Dropout().training(x, ri.random.key(0))[0].dtype == dtype


def test_compiled_as_eager():
    def drop(x, key):
        return nn.Dropout(0.3).training(x, key)[0]

    x = ri.ones((20,))
    eager, compiled = drop(x, ri.random.key(3)), ri.compile(drop)(x, ri.random.key(3))
    assert eager.tolist() == compiled.tolist()


def test_with_certainty_all_is_dropped():
    out, pull = ri.vjp(
        lambda x: nn.Dropout(1.0).training(x, ri.random.key(0))[0], ri.ones(3)
    )

    assert out.tolist() == pull(ri.ones(3))[0].tolist() == [0.0, 0.0, 0.0]
    kept = nn.Dropout(1, kept=ri.tensor([True, False]))
    assert kept.training(ri.ones(2))[0].tolist() == [0.0, 0.0]


def test_a_mask_holds_for_a_probability_of_zero_too():
    dropout = nn.Dropout(0.0, kept=ri.tensor([True, False]))

    assert dropout.training(ri.ones(2))[0].tolist() == [1.0, 0.0]


@pytest.mark.parametrize("p", [-0.1, 1.1, float("nan")])
def test_a_probability_outside_of_the_interval_is_refused(p):
    with pytest.raises(ri.RangeError, match=r"must lie in \[0, 1\]"):
        nn.Dropout(p)


def test_a_probability_that_is_no_number_is_refused():
    with pytest.raises(ri.DtypeError, match="Dropout: p must be a real number"):
        nn.Dropout("half")


def test_training_without_a_key_is_refused():
    with pytest.raises(TypeError, match="Dropout: training needs a key"):
        nn.Dropout().training(ri.ones((3,)))


def test_integers_are_refused():
    with pytest.raises(ri.DtypeError, match="Dropout: floating-point elements"):
        nn.Dropout().training(ri.tensor([1]), ri.random.key(0))


@pytest.mark.parametrize("shape", [(5, 2, 3), (3, 3), (2, 1, 3), (2,)])
def test_a_mask_that_would_stretch_the_elements_is_refused(shape):
    dropout = nn.Dropout(0.5, kept=ri.ones(shape, dtype=ri.bool))

    with pytest.raises(ri.ShapeError, match=r"kept must stretch to x, \(2, 3\); \("):
        dropout.training(ri.ones((2, 3)))


@pytest.mark.parametrize("shape", [(2, 3), (2, 1), (3,), ()])
def test_a_mask_may_be_stretched(shape):
    dropout = nn.Dropout(0.5, kept=ri.ones(shape, dtype=ri.bool))

    assert dropout.training(ri.ones((2, 3)))[0].tolist() == [[2.0] * 3] * 2
