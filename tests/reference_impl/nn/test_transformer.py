from dataclasses import dataclass, replace

import numpy as np
import pytest

import reference_impl as ri
from reference_impl import nn

N, T, D, HEADS = 2, 4, 6, 2

# Of results of size 1 in float64, where sums have another order.
TOLERANCE = 1e-14


def block(dtype=ri.float64, **options):
    key = ri.random.key(0)
    return nn.TransformerBlock.init(key, D, HEADS, dtype=dtype, **options)


def inputs(dtype=ri.float64):
    return ri.random.normal(ri.random.key(1), (N, T, D), dtype=dtype)


def assert_close(came, needed, tolerance=TOLERANCE):
    np.testing.assert_allclose(came.numpy(), needed.numpy(), rtol=0, atol=tolerance)


def test_a_block_is_two_residuals():
    model, x = block(), inputs()

    y = x + model.attention(model.attention_norm(x), is_causal=True)

    assert_close(model(x), y + model.mlp(model.mlp_norm(y)))


def test_norms_may_stand_after_the_sums():
    model, x = block(is_pre_norm=False), inputs()

    y = model.attention_norm(x + model.attention(x, is_causal=True))

    assert_close(model(x), model.mlp_norm(y + model.mlp(y)))


def test_a_causal_block_depends_on_earlier_positions_only():
    x = inputs()
    moved = x.at[:, 2].add(1.0)

    for is_causal in (True, False):
        model = block(is_causal=is_causal)
        difference = (model(moved) - model(x)).numpy()
        assert difference[:, :2].any() != is_causal
        assert difference[:, 2:].any()


def test_a_mask_reaches_the_attention():
    model, x = block(is_causal=False), inputs()

    mask = nn.padding_mask(ri.tensor([T, 2]), T)

    assert_close(model(x, mask=mask)[1:, :2], model(x[1:, :2]))
    assert_close(model.training(x, mask=mask)[0], model(x, mask=mask))


@pytest.mark.parametrize("is_pre_norm", [False, True])
def test_steps_with_a_cache_are_the_block(is_pre_norm):
    model, x = block(is_pre_norm=is_pre_norm), inputs()
    step = ri.compile(lambda model, x, cache: model.step(x, cache))
    cache, read = model.attention.empty_cache(N, capacity=T), []
    for t in range(T):
        out, cache = step(model, x[:, t : t + 1], cache)
        read.append(out)

    assert_close(ri.concat(read, axis=1), model(x))


def test_a_block_that_is_not_causal_has_no_steps():
    model, x = block(is_causal=False), inputs()

    with pytest.raises(ri.RangeError, match="step needs a causal block, is_causal is"):
        model.step(x, model.attention.empty_cache(N, capacity=T))


def test_a_block_begins_as_that_of_gpt_2():
    first, second = block(), block()

    assert (first.is_causal, first.is_pre_norm) == (True, True)
    assert first.mlp.layers["hidden"].weight.shape == (D, 4 * D)
    x = inputs()
    assert_close(first.mlp.layers["activation"](x), nn.gelu(x, approximate="tanh"))
    assert ri.tree.flatten(first)[1] == ri.tree.flatten(second)[1]


@dataclass(frozen=True)
class Doubled(nn.Layer):
    """Stands for dropout."""

    def __call__(self, x):
        return x

    def training(self, x, key=None):
        assert key is not None
        return 2 * x, self


def test_dropout_is_of_weights_and_of_what_is_added():
    model, x = block(dropout=Doubled()), inputs()
    attention = replace(model.attention, dropout=None)
    assert model.attention.dropout == Doubled()

    # A bias of zero: doubled weights are a doubled result.
    y = x + 4 * attention(model.attention_norm(x), is_causal=True)
    out, after = model.training(x, ri.random.key(0))

    assert_close(out, y + 2 * model.mlp(model.mlp_norm(y)), tolerance=1e-13)
    assert ri.tree.flatten(after)[1] == ri.tree.flatten(model)[1]
    assert_close(model(x), replace(model, dropout=None)(x))


def test_random_zeros_differ_from_key_to_key():
    model = block(dropout=nn.Dropout(0.5))
    first, again, other = (
        model.training(inputs(), ri.random.key(seed))[0].numpy() for seed in (0, 0, 1)
    )

    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


def test_compiled_training_is_the_eager_one():
    model, x = block(dropout=nn.Dropout(0.1)), inputs()

    def loss(model, x, key):
        out, _ = model.training(x, key)
        return ri.sum(out * out)

    step = ri.value_and_grad(loss)
    eager, compiled = (f(model, x, ri.random.key(0)) for f in (step, ri.compile(step)))

    leaves = (ri.tree.flatten(each)[0] for each in (eager, compiled))
    for one, other in zip(*leaves, strict=True):
        # Gradients of a sum of squares of size 100.
        assert_close(one, other, tolerance=1e-11)


def test_sizes_of_a_block():
    assert block().mlp.layers["hidden"].weight.shape == (D, 4 * D)
    assert block(hidden=5).mlp.layers["output"].weight.shape == (5, D)


@pytest.mark.parametrize("dtype", [ri.float16, ri.bfloat16], ids=str)
def test_16_bits_stay_16_bits(dtype):
    assert block(dtype)(inputs(dtype)).dtype == dtype


def test_positions_are_sines_and_cosines_of_falling_frequency():
    came = nn.sinusoidal_positions(50, D, dtype=ri.float64).numpy()

    t, i = np.arange(50)[:, None], np.arange(D // 2)
    angles = t / 10000 ** (2 * i / D)
    np.testing.assert_allclose(came[:, 0::2], np.sin(angles), atol=1e-13)
    np.testing.assert_allclose(came[:, 1::2], np.cos(angles), atol=1e-13)


def test_a_shift_of_positions_turns_each_pair_by_one_angle():
    positions = nn.sinusoidal_positions(9, D, dtype=ri.float64).numpy()
    waves = positions[:, 1::2] + 1j * positions[:, 0::2]

    turned = waves[3:] / waves[:-3]

    np.testing.assert_allclose(turned, np.tile(turned[:1], (6, 1)), atol=1e-13)


def test_positions_are_rounded_once():
    wide = nn.sinusoidal_positions(20, D, dtype=ri.float64)

    for dtype in (ri.float16, ri.bfloat16, ri.float32):
        came = nn.sinusoidal_positions(20, D, dtype=dtype)
        np.testing.assert_array_equal(came.numpy(), wide.numpy().astype(dtype))
    assert nn.sinusoidal_positions(0, D).shape == (0, D)


def test_positions_of_an_odd_size_are_refused():
    with pytest.raises(ri.RangeError, match="an even size is needed, 3 came"):
        nn.sinusoidal_positions(2, 3)
