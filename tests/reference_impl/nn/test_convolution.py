import numpy as np
import pytest

import reference_impl as ri
from reference_impl import nn

KEY = 7


def image(*shape):
    return ri.random.normal(ri.random.key(0), shape, dtype=ri.float64)


def test_a_filter_of_one_pixel_is_a_linear_map_of_channels():
    layer = nn.Conv2d.init(ri.random.key(KEY), 3, 5, 1, dtype=ri.float64)
    linear = nn.Linear(ri.reshape(layer.weight, (5, 3)).T, layer.bias)
    x = image(2, 3, 4, 6)

    expected = ri.moveaxis(linear(ri.moveaxis(x, 1, -1)), -1, 1)
    np.testing.assert_allclose(layer(x).numpy(), expected.numpy(), rtol=1e-12)


def test_a_bias_belongs_to_a_channel():
    layer = nn.Conv1d(ri.zeros((2, 1, 3)), ri.tensor([1.0, -2.0]))

    out = layer(ri.ones((1, 1, 5)))

    assert out.tolist() == [[[1.0, 1.0, 1.0], [-2.0, -2.0, -2.0]]]


def test_the_transpose_is_the_adjoint_of_the_convolution():
    settings = {"stride": 2, "padding": 1, "dilation": 2, "groups": 2}
    weight = image(4, 3, 3, 2)
    conv = nn.Conv2d(weight, **settings)
    transpose = nn.ConvTranspose2d(weight, output_padding=(0, 1), **settings)
    x = image(2, 6, 9, 10)
    y = image(*conv(x).shape)

    forth, back = ri.sum(conv(x) * y).item(), ri.sum(x * transpose(y)).item()
    assert forth == pytest.approx(back, rel=1e-12)


@pytest.mark.parametrize("kind", [nn.Conv1d, nn.Conv2d])
def test_same_padding_keeps_the_size(kind):
    layer = kind.init(ri.random.key(KEY), 2, 4, 3, padding="same")
    x = ri.ones((1, 2, *(8,) * kind.axes))

    assert layer(x).shape == (1, 4, *(8,) * kind.axes)


def test_parameters_begin_within_the_bound_of_their_fans():
    layer = nn.Conv2d.init(ri.random.key(KEY), 4, 8, (3, 5), groups=2)

    assert layer.weight.shape == (8, 2, 3, 5)
    assert layer.bias.shape == (8,)
    bound = 1 / np.sqrt(2 * 3 * 5)
    assert 0.9 * bound < ri.max(abs(layer.weight)).item() <= bound


def test_an_initialiser_is_told_how_many_results_an_input_moves():
    seen = []

    def spy(key, shape, fans, dtype):
        seen.append((shape, fans))
        return ri.zeros(shape, dtype=dtype)

    nn.Conv2d.init(ri.random.key(0), 4, 8, 3, groups=2, weight=spy, bias=None)
    nn.ConvTranspose2d.init(ri.random.key(0), 8, 4, 3, groups=2, weight=spy, bias=None)

    assert seen == 2 * [((8, 2, 3, 3), nn.Fans(2 * 9, 4 * 9))]


def test_parameters_are_trained_and_settings_are_structure():
    layer = nn.Conv2d.init(ri.random.key(KEY), 1, 1, 3, stride=(2, 1), bias=None)

    assert ri.tree.names(layer) == ["weight"]
    assert layer.bias is None
    other = nn.Conv2d(layer.weight, stride=1)
    assert ri.tree.flatten(layer)[1] != ri.tree.flatten(other)[1]


@pytest.mark.parametrize("dtype", [ri.float16, ri.bfloat16, ri.float32, ri.float64])
@pytest.mark.parametrize("kind", [nn.Conv2d, nn.ConvTranspose2d])
def test_the_dtype_is_kept(kind, dtype):
    layer = kind.init(ri.random.key(KEY), 2, 3, 2, dtype=dtype)

    assert layer(ri.ones((1, 2, 4, 4), dtype=dtype)).dtype == dtype


def test_an_empty_batch_has_an_empty_result():
    layer = nn.Conv2d.init(ri.random.key(KEY), 2, 3, 2)

    assert layer(ri.ones((0, 2, 4, 4))).shape == (0, 3, 3, 3)


@pytest.mark.parametrize("kind", [nn.Conv2d, nn.ConvTranspose2d])
def test_compiled_as_eager(kind):
    layer = kind.init(ri.random.key(KEY), 2, 3, 2, stride=2, dtype=ri.float64)
    x = image(2, 2, 4, 4)

    def loss(layer, x):
        return ri.sum(layer(x) ** 2)

    eager, compiled = (
        function(layer, x) for function in (ri.grad(loss), ri.compile(ri.grad(loss)))
    )
    assert ri.tree.names(eager) == ri.tree.names(compiled) == ["weight", "bias"]
    np.testing.assert_allclose(
        compiled.weight.numpy(), eager.weight.numpy(), rtol=1e-12
    )
    np.testing.assert_allclose(compiled.bias.numpy(), eager.bias.numpy(), rtol=1e-12)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((4, 6, (3, 3)), "Conv1d: size: one integer, or 1, of at least 1 are needed"),
        ((4, 6, 0), "Conv1d: size: one integer"),
        ((4, 5, 3), "Conv1d: groups must divide the channels, 4 and 5; 2 came"),
        ((3, 4, 3), "Conv1d: groups must divide the channels, 3 and 4; 2 came"),
    ],
)
def test_sizes_that_make_no_filters_are_refused(arguments, message):
    with pytest.raises(ri.ShapeError, match=message):
        nn.Conv1d.init(ri.random.key(0), *arguments, groups=2)


@pytest.mark.parametrize("kind", [nn.Conv, nn.ConvTranspose])
def test_a_convolution_of_any_rank_has_as_many_axes_as_sizes(kind):
    layer = kind.init(ri.random.key(0), 2, 2, (1, 2, 3))

    assert layer.weight.shape == (2, 2, 1, 2, 3)
    assert layer(ri.ones((1, 2, 4, 4, 4))).ndim == 5
    message = f"{kind.__name__}: size: one integer for each axis .* {kind.__name__}1d"
    with pytest.raises(ri.ShapeError, match=message):
        kind.init(ri.random.key(0), 1, 2, 3)


def test_an_input_of_another_rank_is_refused():
    layer = nn.Conv2d.init(ri.random.key(0), 3, 4, 3)

    with pytest.raises(ri.ShapeError, match=r"conv: x .* with equally many"):
        layer(ri.ones((3, 8, 8)))
    with pytest.raises(ri.ShapeError, match="need 3 channels"):
        layer(ri.ones((1, 4, 8, 8)))
