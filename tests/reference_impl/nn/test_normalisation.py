import dataclasses

import numpy as np
import pytest

import reference_impl as ri
from reference_impl import nn

RNG = np.random.default_rng(0)

# How far one rounding to a dtype moves a number, as a part of it.
ROUNDING = {
    ri.float16: 2**-11,
    ri.bfloat16: 2**-8,
    ri.float32: 2**-24,
    ri.float64: 2**-53,
}

# Of numbers around 3, a few of float32's roundings of 2e-7, until their sizes are 1.
SUMS = 2e-6

LAYERS = [
    nn.BatchNorm.init(4, dtype=ri.float64),
    nn.LayerNorm.init((4, 3), dtype=ri.float64),
    nn.RMSNorm.init((4, 3), dtype=ri.float64),
    nn.GroupNorm.init(2, 4, dtype=ri.float64),
]
each_layer = pytest.mark.parametrize("layer", LAYERS, ids=lambda x: type(x).__name__)


def elements(*shape):
    return ri.tensor(RNG.normal(3, 2, shape))


def moments(x, axes):
    x = x.numpy()
    return x.mean(axes), x.var(axes)


def test_a_sample_has_mean_zero_and_variance_one():
    x = elements(5, 4, 3)

    for layer, axes in (
        (nn.LayerNorm.init((4, 3), eps=0.0, dtype=ri.float64), (1, 2)),
        (nn.LayerNorm.init(3, eps=0.0, dtype=ri.float64), (2,)),
        (nn.GroupNorm.init(1, 4, eps=0.0, dtype=ri.float64), (1, 2)),
        (nn.GroupNorm.init(4, 4, eps=0.0, dtype=ri.float64), (2,)),
    ):
        mean, variance = moments(layer(x), axes)
        np.testing.assert_allclose(mean, 0, atol=1e-12)
        np.testing.assert_allclose(variance, 1, rtol=1e-12)


def test_a_sample_has_mean_square_one():
    layer = nn.RMSNorm.init(3, eps=0.0, dtype=ri.float64)

    squares = layer(elements(5, 4, 3)).numpy() ** 2
    np.testing.assert_allclose(squares.mean(-1), 1, rtol=1e-12)


@each_layer
def test_weights_scale_and_biases_shift(layer):
    x = elements(5, 4, 3)
    scaled = dataclasses.replace(layer, weight=3 * layer.weight)
    np.testing.assert_allclose(scaled(x).numpy(), 3 * layer(x).numpy(), rtol=1e-12)

    if hasattr(layer, "bias"):
        shifted = dataclasses.replace(layer, bias=layer.bias + 2)
        np.testing.assert_allclose(shifted(x).numpy(), layer(x).numpy() + 2, rtol=1e-12)


@pytest.mark.parametrize("layer", LAYERS[1:], ids=lambda x: type(x).__name__)
def test_an_empty_batch_has_an_empty_result(layer):
    assert layer(ri.ones((0, 4, 3))).shape == (0, 4, 3)


@pytest.mark.parametrize("layer", LAYERS[1:], ids=lambda x: type(x).__name__)
def test_samples_do_not_see_each_other(layer):
    x = elements(5, 4, 3)

    np.testing.assert_allclose(layer(x)[2:3].numpy(), layer(x[2:3]).numpy(), rtol=1e-12)


def test_a_small_spread_around_a_large_mean_keeps_its_digits():
    x = ri.tensor(np.float32([[4096, 4096.5, 4097, 4097.5]]))
    expected = np.array([[-3, -1, 1, 3]]) / np.sqrt(5)

    # E[x²] and E[x]² are equal in float32 up to 2.0 here, and the variance is 0.3.
    out = nn.LayerNorm.init(4, eps=0.0)(x)
    np.testing.assert_allclose(out.numpy(), expected, rtol=1e-6)
    out, _ = nn.BatchNorm.init(1, eps=0.0).training(x.reshape(4, 1))
    np.testing.assert_allclose(out.numpy().T, expected, rtol=1e-6)


@each_layer
@pytest.mark.parametrize("dtype", ROUNDING)
@pytest.mark.parametrize("own", [True, False])
def test_the_dtype_of_the_input_is_kept(layer, dtype, own):
    x = elements(64, 4, 3).astype(dtype)
    given = ri.tree.map(lambda p: p.astype(dtype if own else ri.float32), layer)

    out, after = given.training(x)

    assert out.dtype == dtype
    expected = layer.training(x.astype(ri.float64))[0].numpy()
    came = out.astype(ri.float64).numpy()
    np.testing.assert_allclose(came, expected, rtol=ROUNDING[dtype], atol=SUMS)
    assert ri.tree.map(lambda p: p.dtype, after) == ri.tree.map(
        lambda p: p.dtype, given
    )


def test_squares_beyond_the_range_of_float16_are_averaged():
    x = ri.tensor(np.float16([[3e4, -3e4, 1e4, -1e4]]))

    assert np.isfinite(nn.LayerNorm.init(4, dtype=ri.float16)(x).numpy()).all()
    assert np.isfinite(nn.RMSNorm.init(4, dtype=ri.float16)(x).numpy()).all()


@pytest.mark.parametrize(
    ("dtype", "eps"),
    [(ri.float16, 2**-23), (ri.float32, 2**-23), (ri.float64, 2**-52)],
)
def test_the_eps_of_rms_norm_is_that_of_the_dtype_that_is_computed_with(dtype, eps):
    size = 2.0**-12
    x = ri.full((1, 2), size, dtype=dtype)

    out = nn.RMSNorm.init(2, dtype=dtype)(x)[0, 0].item()
    assert out == pytest.approx(size / np.sqrt(size**2 + eps), rel=1e-3)


@each_layer
def test_compiled_as_eager(layer):
    def step(layer, x):
        out, after = layer.training(x)
        return ri.sum(out**3), after

    x = elements(5, 4, 3)
    run = ri.value_and_grad(step, has_aux=True)
    eager, compiled = (ri.tree.flatten(f(layer, x))[0] for f in (run, ri.compile(run)))
    for needed, came in zip(eager, compiled, strict=True):
        np.testing.assert_allclose(came.numpy(), needed.numpy(), atol=1e-11)


@pytest.mark.parametrize(
    ("layer", "message"),
    [
        (nn.BatchNorm.init(3), r"BatchNorm: \(N, 3, ...\) is needed, x is \(2, 4\)"),
        (nn.GroupNorm.init(1, 3), r"GroupNorm: \(N, 3, ...\) is needed"),
        (nn.LayerNorm.init(3), r"LayerNorm: last axes \(3,\) are needed"),
        (nn.LayerNorm.init((5, 2, 4)), r"LayerNorm: last axes \(5, 2, 4\) are"),
        (nn.RMSNorm.init((3, 4)), r"RMSNorm: last axes \(3, 4\) are needed"),
    ],
)
def test_an_input_of_another_shape_is_refused(layer, message):
    with pytest.raises(ri.ShapeError, match=message):
        layer(ri.ones((2, 4)))
    if isinstance(layer, nn.BatchNorm):
        with pytest.raises(ri.ShapeError, match=message):
            layer.training(ri.ones((2, 4)))


@each_layer
def test_integers_are_refused(layer):
    with pytest.raises(ri.DtypeError, match=f"{type(layer).__name__}: floating-point"):
        layer(ri.ones((5, 4, 3), dtype=ri.int32))


def test_groups_must_divide_the_channels():
    for groups in (0, 3):
        with pytest.raises(ri.ShapeError, match=f"channels, 4; {groups} came"):
            nn.GroupNorm.init(groups, 4)


@pytest.mark.parametrize("kind", [nn.LayerNorm, nn.RMSNorm, nn.GroupNorm])
def test_a_negative_eps_is_refused(kind):
    sizes = (1, 3) if kind is nn.GroupNorm else (3,)

    assert kind.init(*sizes, eps=0).eps == 0
    message = f"{kind.__name__}: eps must be finite and at least 0, -1 came"
    with pytest.raises(ri.RangeError, match=message):
        kind.init(*sizes, eps=-1)
