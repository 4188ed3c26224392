from dataclasses import dataclass, replace

import numpy as np
import pytest

import reference_impl as ri
from reference_impl import nn

N, T, S, D, HEADS = 2, 5, 4, 6, 3

# Of results of size 1 in float64, where sums have another order.
TOLERANCE = 1e-14


def layer(dtype=ri.float64, **options):
    key = ri.random.key(0)
    return nn.MultiHeadAttention.init(key, D, HEADS, dtype=dtype, **options)


def normal(*shape, seed=1, dtype=ri.float64):
    return ri.random.normal(ri.random.key(seed), shape, dtype=dtype)


def assert_close(came, needed, tolerance=TOLERANCE):
    np.testing.assert_allclose(came.numpy(), needed.numpy(), rtol=0, atol=tolerance)


def test_every_head_attends_in_a_subspace_of_its_own():
    model, x = layer(), normal(N, T, D)
    size = D // HEADS
    read = []
    for head in range(HEADS):
        part = slice(head * size, (head + 1) * size)
        query, key, value = (
            projection(x)[..., part]
            for projection in (model.query, model.key, model.value)
        )
        read.append(nn.scaled_dot_product_attention(query, key, value))

    assert_close(model(x), model.output(ri.concat(read, axis=-1)))


def test_queries_may_read_a_memory_of_another_size():
    model, x, memory = layer(memory=2), normal(N, T, D), normal(N, S, 2)

    assert model.key.weight.shape == model.value.weight.shape == (2, D)
    assert model(x, memory).shape == (N, T, D)
    # Which value is first does not matter.
    assert_close(model(x, ri.flip(memory, 1)), model(x, memory))


def test_padding_is_not_read():
    model, x, memory = layer(), normal(N, T, D), normal(N, S, D)
    mask = nn.padding_mask(ri.tensor([S, 2]), S)

    came = model(x, memory, mask=mask)

    assert_close(came[1:], model(x[1:], memory[1:, :2]))
    assert_close(came[:1], model(x[:1], memory[:1]))


def test_a_causal_layer_reads_no_later_position():
    model, x = layer(), normal(N, T, D)

    came = model(x, is_causal=True)

    for t in range(1, T + 1):
        assert_close(came[:, t - 1], model(x[:, :t])[:, -1])


@dataclass(frozen=True)
class Doubled(nn.Layer):
    """Stands for dropout."""

    def __call__(self, x):
        return x

    def training(self, x, key=None):
        assert key is not None
        return 2 * x, self


def test_dropout_is_of_the_weights_in_training_only():
    plain, x = layer(bias=None), normal(N, T, D)
    model = replace(plain, dropout=Doubled())

    out, after = model.training(x, ri.random.key(0), is_causal=True)

    assert after is model
    assert_close(out, 2 * plain(x, is_causal=True))
    assert_close(model(x), plain(x))
    assert_close(plain.training(x)[0], plain(x))


@pytest.mark.parametrize("sizes", [(1,) * T, (T,), (2, 1, 2)])
def test_steps_with_a_cache_are_the_causal_layer(sizes):
    model, x = layer(), normal(N, T, D)
    cache, read, t = model.empty_cache(N, capacity=T + 2), [], 0
    for size in sizes:
        out, cache = model.step(x[:, t : t + size], cache)
        read.append(out)
        t += size

    assert cache.length.item() == T
    assert_close(ri.concat(read, axis=1), model(x, is_causal=True))


def test_one_program_serves_every_position():
    model, x = layer(), normal(N, T, D)
    captured = []

    def step(model, x, cache):
        captured.append(x.data)
        return model.step(x, cache)

    compiled, cache = ri.compile(step), model.empty_cache(N, capacity=T)
    for t in range(T):
        out, cache = compiled(model, x[:, t : t + 1], cache)

    assert captured == [None]
    assert_close(out[:, 0], model(x, is_causal=True)[:, -1])


def test_a_full_cache_takes_no_more():
    model, x = layer(), normal(N, T, D)
    _, cache = model.step(x, model.empty_cache(N, capacity=T))

    with pytest.raises(ri.IndexRangeError, match=f"index {T} is out of range"):
        model.step(x[:, :1], cache)


def test_gradients_flow_through_steps():
    model, x = layer(), normal(N, T, D)

    def by_steps(x):
        cache, total = model.empty_cache(N, capacity=T), 0.0
        for t in range(T):
            out, cache = model.step(x[:, t : t + 1], cache)
            total = total + ri.sum(out * out)
        return total

    def at_once(x):
        out = model(x, is_causal=True)
        return ri.sum(out * out)

    assert_close(ri.grad(by_steps)(x), ri.grad(at_once)(x), tolerance=1e-13)


@pytest.mark.parametrize("dtype", [ri.float16, ri.bfloat16], ids=str)
def test_16_bits_stay_16_bits(dtype):
    model, x = layer(dtype), normal(N, T, D, dtype=dtype)
    out, cache = model.step(x, model.empty_cache(N, T))

    assert {out.dtype, cache.keys.dtype, model(x, is_causal=True).dtype} == {dtype}


def test_compiled_training_is_the_eager_one():
    model, x = layer(), normal(N, T, D)
    mask = nn.padding_mask(ri.tensor([T, 2]), T)

    def loss(model, x, mask):
        out, _ = model.training(x, mask=mask, is_causal=True)
        return ri.sum(out * out)

    step = ri.value_and_grad(loss)
    eager, compiled = (f(model, x, mask) for f in (step, ri.compile(step)))

    leaves = (ri.tree.flatten(each)[0] for each in (eager, compiled))
    for one, other in zip(*leaves, strict=True):
        assert_close(one, other, tolerance=1e-12)


def test_weights_for_a_memory_of_another_size_begin_each_by_itself():
    def largest(memory):
        attention = nn.MultiHeadAttention.init(ri.random.key(0), 40, 2, memory=memory)
        parts = (attention.query, attention.key, attention.value)
        return [ri.max(abs(part.weight)).item() for part in parts]

    # Of 1,600 numbers at least, the largest is within 2 % of the bound.
    assert largest(None) == pytest.approx([(6 / 160) ** 0.5] * 3, rel=0.02)
    assert largest(40) == largest(None)
    bounds = [(6 / 80) ** 0.5, (6 / 100) ** 0.5, (6 / 100) ** 0.5]
    assert largest(60) == pytest.approx(bounds, rel=0.02)


def test_biases_begin_at_zero_or_are_left_out():
    assert not layer().query.bias.numpy().any()
    assert layer(bias=None).output.bias is None


def test_heads_must_share_the_size():
    message = "must be a multiple of the number of heads, 6 and 4 came"
    with pytest.raises(ri.RangeError, match=message):
        nn.MultiHeadAttention.init(ri.random.key(0), 6, 4)
    with pytest.raises(ri.RangeError, match="heads must be at least 1, 0 came"):
        nn.MultiHeadAttention.init(ri.random.key(0), 6, 0)


def test_sources_of_another_size_are_refused():
    message = r"x \(N, T, 6\) and memory \(N, S, 6\) are needed, \(2, 5, 6\) and \(2,"
    with pytest.raises(ri.ShapeError, match=message):
        layer()(normal(N, T, D), normal(N, S, D - 1))
    with pytest.raises(ri.ShapeError, match=r"are needed, \(5, 6\) and \(5, 6\) came"):
        layer()(normal(T, D))
    with pytest.raises(ri.ShapeError, match=r"are needed, \(5, 6\) and \(5, 6\) came"):
        layer().step(normal(T, D), layer().empty_cache(N, T))


def test_a_mask_without_an_axis_for_heads_is_refused():
    mask = ri.ones((N, T, T), dtype=ri.bool)

    with pytest.raises(ri.ShapeError, match=r"\(N, heads, T, S\) is needed"):
        layer()(normal(N, T, D), mask=mask)


def test_a_cache_takes_the_sequences_that_it_has_only():
    model = layer()
    message = r"keys and values \(3, 3, 1, 2\) are needed, \(1, 3, 1, 2\) and \(1, 3,"
    with pytest.raises(ri.ShapeError, match=f"KeyValueCache: {message}"):
        model.step(normal(1, 1, D), model.empty_cache(3, 4))
