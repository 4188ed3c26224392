import dataclasses

import numpy as np
import pytest

import reference_impl as ri
from reference_impl import nn

RNG = np.random.default_rng(0)


def elements(*shape):
    return ri.tensor(RNG.normal(3, 2, shape))


@pytest.mark.parametrize("shape", [(8, 4), (8, 4, 3), (2, 4, 3, 3), (2, 4, 2, 2, 2)])
def test_a_batch_has_mean_zero_and_variance_one_in_every_channel(shape):
    layer = nn.BatchNorm.init(4, eps=0.0, dtype=ri.float64)

    out, _ = layer.training(elements(*shape))

    rest = (0, *range(2, len(shape)))
    np.testing.assert_allclose(out.numpy().mean(rest), np.zeros(4), atol=1e-12)
    np.testing.assert_allclose(out.numpy().var(rest), np.ones(4), rtol=1e-12)


def test_running_statistics_move_towards_those_of_the_batch():
    x = ri.tensor([[0.0], [2.0], [4.0], [6.0]])  # mean 3, variance 5, unbiased 20 / 3
    layer = nn.BatchNorm.init(1)

    _, after = layer.training(x)

    assert after.mean.item() == pytest.approx(0.3)
    assert after.variance.item() == pytest.approx(0.9 + 0.1 * 20 / 3)
    assert (layer.mean.item(), layer.variance.item()) == (0.0, 1.0)


def test_keras_has_other_settings():
    x = ri.tensor([[0.0], [2.0], [4.0], [6.0]])
    layer = nn.BatchNorm.init(1, eps=1e-3, momentum=0.01, is_unbiased=False)

    out, after = layer.training(x)

    assert after.mean.item() == pytest.approx(0.03)
    assert after.variance.item() == pytest.approx(0.99 + 0.01 * 5)
    assert out[0].item() == pytest.approx(-3 / np.sqrt(5 + 1e-3))


def test_after_training_the_running_statistics_are_taken():
    layer = nn.BatchNorm.init(1, eps=0.0)
    layer = dataclasses.replace(layer, mean=ri.tensor([2.0]), variance=ri.tensor([4.0]))

    assert layer(ri.tensor([[2.0], [6.0]])).tolist() == [[0.0], [2.0]]
    assert layer(ri.ones((0, 1))).shape == (0, 1)


def test_without_running_statistics_those_of_the_batch_are_taken():
    layer, x = nn.BatchNorm.init(4, has_statistics=False), elements(5, 4)

    out, after = layer.training(x)

    assert after is layer
    assert layer(x).tolist() == out.tolist()


def test_statistics_are_not_trained_and_have_no_derivative():
    layer = nn.BatchNorm.init(4, dtype=ri.float64)
    params, statistics = nn.partition(layer)
    assert ri.tree.names(params) == ["weight", "bias"]
    assert ri.tree.names(statistics) == ["mean", "variance"]

    grad = ri.grad(lambda x: ri.sum(layer.training(x)[1].variance))(elements(5, 4))
    assert not grad.numpy().any()


def test_elements_are_widened_once():
    layer, x = nn.BatchNorm.init(4), ri.ones((5, 4), dtype=ri.float16)

    graph = ri.capture(lambda layer, x: layer.training(x), layer, x)

    wide = [n for n in graph.nodes() if (n.dtype, n.shape) == (ri.float32, x.shape)]
    assert sum("astype" in n.op.name for n in wide) == 1


def test_an_empty_batch_leaves_the_statistics():
    layer = nn.BatchNorm.init(4)

    out, after = layer.training(ri.ones((0, 4, 3)))

    assert out.shape == (0, 4, 3)
    assert after is layer


def test_a_single_element_has_no_spread():
    layer = nn.BatchNorm.init(3)

    with pytest.raises(ri.ShapeError, match=r"more than one element .* \(1, 3\)"):
        layer.training(ri.ones((1, 3)))
    assert layer(ri.ones((1, 3))).shape == (1, 3)


@pytest.mark.parametrize("momentum", [-0.1, 5, float("nan")])
def test_a_momentum_outside_of_the_interval_is_refused(momentum):
    with pytest.raises(ri.RangeError, match=r"momentum, .* must lie in \[0, 1\]; "):
        nn.BatchNorm.init(3, momentum=momentum)


def test_both_ends_of_the_momentum_are_allowed():
    assert [nn.BatchNorm(3, momentum=m).momentum for m in (0, 1)] == [0, 1]


def test_settings_that_are_no_numbers_or_negative_are_refused():
    with pytest.raises(ri.DtypeError, match="BatchNorm: momentum must be a real num"):
        nn.BatchNorm.init(3, momentum=None)
    with pytest.raises(ri.RangeError, match="BatchNorm: eps must be finite and at le"):
        nn.BatchNorm.init(3, eps=-1e-5)
