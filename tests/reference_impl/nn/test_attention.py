import numpy as np
import pytest

import reference_impl as ri
from reference_impl import nn

N, T, S, D, E = 2, 3, 4, 5, 6

# Of averages of numbers of size 1, in float64.
TOLERANCE = 1e-14

# Of averages of numbers of size 1: products, weights and averages are rounded.
COARSE = {ri.float16: 1e-2, ri.bfloat16: 8e-2}


def sources(dtype=ri.float64):
    shapes = (N, T, D), (N, S, D), (N, S, E)
    keys = ri.random.split(ri.random.key(0), 3)
    return [
        ri.random.normal(key, shape, dtype=dtype)
        for key, shape in zip(keys, shapes, strict=True)
    ]


def attention(*args, **options):
    return nn.scaled_dot_product_attention(*args, **options)


def formula(query, key, value, mask=None):
    scores = query @ key.swapaxes(-1, -2) / np.sqrt(query.shape[-1])
    weights = np.exp(scores) if mask is None else np.exp(scores) * mask
    return weights / weights.sum(-1, keepdims=True) @ value


def test_attention_is_its_formula():
    came = attention(*sources())

    needed = formula(*[x.numpy() for x in sources()])
    np.testing.assert_allclose(came.numpy(), needed, atol=TOLERANCE)


@pytest.mark.parametrize("shape", [(T, S), (N, T, S), (1, 1, S), (S,)])
def test_a_mask_is_true_where_a_key_is_read(shape):
    mask = np.random.default_rng(0).random(shape) < 0.5
    mask[..., 1] = True

    came = attention(*sources(), mask=ri.tensor(mask))

    needed = formula(*[x.numpy() for x in sources()], mask)
    np.testing.assert_allclose(came.numpy(), needed, atol=TOLERANCE)


def test_a_query_that_may_read_nothing_gets_zeros_and_so_does_its_gradient():
    mask = ri.tensor(np.arange(T)[:, None] > np.zeros(S))
    out, pull = ri.vjp(lambda *given: attention(*given, mask=mask), *sources())

    gradients = [g.numpy() for g in pull(ri.ones_like(out))]

    assert not out.numpy()[:, 0].any()
    assert out.numpy()[:, 1:].all()
    assert all(np.isfinite(g).all() for g in gradients)
    assert not gradients[0][:, 0].any()
    # What nobody reads does not matter, either.
    rest = attention(sources()[0][:, 1:], *sources()[1:])
    np.testing.assert_allclose(out.numpy()[:, 1:], rest.numpy(), atol=TOLERANCE)


def test_what_may_not_be_read_does_not_matter():
    query, key, value = sources()
    mask = ri.tensor([True, True, False, False])

    came = attention(query, key, value, mask=mask)

    needed = attention(query, key[:, :2], value[:, :2])
    np.testing.assert_allclose(came.numpy(), needed.numpy(), atol=TOLERANCE)


def test_the_causal_mask_lets_a_query_read_what_is_not_later():
    came = attention(*sources(), is_causal=True)

    for t in range(T):
        query, key, value = sources()
        needed = attention(query[:, t : t + 1], key[:, : t + 1], value[:, : t + 1])
        np.testing.assert_allclose(
            came[:, t : t + 1].numpy(), needed.numpy(), atol=TOLERANCE
        )


def test_both_masks_must_allow_a_key():
    mask = ri.tensor(np.random.default_rng(1).random((T, S)) < 0.6)

    came = attention(*sources(), mask=mask, is_causal=True)

    needed = attention(*sources(), mask=mask & nn.causal_mask(T, S))
    np.testing.assert_array_equal(came.numpy(), needed.numpy())


def test_a_causal_mask_may_begin_later():
    assert nn.causal_mask(2, 4).tolist() == [
        [True, False, False, False],
        [True, True, False, False],
    ]
    assert nn.causal_mask(1, 4, first=ri.tensor(2)).tolist() == [
        [True, True, True, False]
    ]


def test_masks_are_made_where_they_are_needed(other_device):
    lengths = ri.tensor([1, 2], device=other_device)

    assert nn.causal_mask(2, 3, device=other_device).device is other_device
    assert nn.causal_mask(2, 3, first=lengths[0]).device is other_device
    assert nn.padding_mask(lengths, 3).device is other_device


def test_a_padding_mask_is_true_for_the_elements_of_each_sequence():
    mask = nn.padding_mask(ri.tensor([0, 2]), 3)

    assert mask.shape == (2, 1, 1, 3)
    assert mask[:, 0, 0].tolist() == [[False, False, False], [True, True, False]]


def test_the_scale_may_be_another():
    query, key, value = sources()

    came = attention(query, key, value, scale=1.0)

    needed = attention(query * D**0.5, key, value)
    np.testing.assert_allclose(came.numpy(), needed.numpy(), atol=TOLERANCE)


def test_dropout_is_of_the_weights():
    query, key, _ = sources()
    identity = ri.broadcast_to(ri.eye(S, dtype=ri.float64), (N, S, S))

    weights = attention(query, key, identity, dropout=lambda w: 2 * w)

    np.testing.assert_allclose(weights.numpy().sum(-1), 2.0, atol=TOLERANCE)


def test_large_products_do_not_overflow():
    query, key, value = sources()

    out = attention(1e6 * query, key, value)

    best = np.argmax((query @ key.mT).numpy(), -1)
    np.testing.assert_array_equal(
        out.numpy(), np.take_along_axis(value.numpy(), best[..., None], 1)
    )


@pytest.mark.parametrize("dtype", COARSE, ids=str)
def test_16_bits_stay_16_bits(dtype):
    narrow = sources(dtype)
    wide = [ri.astype(x, ri.float64) for x in narrow]
    mask = nn.causal_mask(T, S)

    out = attention(*narrow, mask=mask)

    assert out.dtype == dtype
    error = ri.astype(out, ri.float64) - attention(*wide, mask=mask)
    assert np.abs(error.numpy()).max() < COARSE[dtype]


def test_there_may_be_no_keys_and_no_queries():
    query, key, value = sources()

    assert attention(query[:, :0], key, value).shape == (N, 0, E)
    assert not attention(query, key[:, :0], value[:, :0]).numpy().any()


def test_compiled_attention_and_its_gradients_are_the_eager_ones():
    mask = ri.tensor(np.random.default_rng(0).random((T, S)) < 0.5)

    def loss(query, key, value, mask):
        out = attention(query, key, value, mask=mask, is_causal=True)
        return ri.sum(out * out)

    step = ri.value_and_grad(loss, (0, 1, 2))
    eager, compiled = (f(*sources(), mask) for f in (step, ri.compile(step)))

    for one, other in zip(
        ri.tree.flatten(eager)[0], ri.tree.flatten(compiled)[0], strict=True
    ):
        np.testing.assert_allclose(one.numpy(), other.numpy(), atol=1e-12)


def test_a_mask_that_is_not_boolean_is_refused():
    with pytest.raises(ri.DtypeError, match=r"be boolean, true .* float32 came"):
        attention(*sources(), mask=ri.zeros((T, S)))


def test_a_mask_that_does_not_fit_is_refused():
    message = r"must broadcast to \(2, 3, 4\), queries and keys; \(2, 2, 3, 4\) came"
    with pytest.raises(ri.ShapeError, match=message):
        attention(*sources(), mask=ri.ones((2, N, T, S), dtype=ri.bool))
    with pytest.raises(ri.ShapeError, match=r"and keys; \(4, 3\) came"):
        attention(*sources(), mask=ri.ones((S, T), dtype=ri.bool))


@pytest.mark.parametrize("dtype", COARSE, ids=str)
def test_products_may_exceed_16_bits(dtype):
    # The largest is 16 * 200 * 200 / 4, and 16 bits of half precision hold 65,504.
    query = ri.full((1, 2, 16), 200.0, dtype=dtype)
    key = query * ri.tensor([[1.0], [0.5]], dtype=dtype)

    out, pull = ri.vjp(attention, query, key, key)

    assert out.tolist() == [[[200.0] * 16] * 2]
    assert all(np.isfinite(g.numpy().astype("f4")).all() for g in pull(out))


def test_queries_may_have_no_features():
    nothing, (_, _, value) = ri.zeros((N, T, 0), dtype=ri.float64), sources()

    out = attention(nothing, ri.zeros((N, S, 0), dtype=ri.float64), value)

    mean = np.broadcast_to(value.numpy().mean(1, keepdims=True), (N, T, E))
    np.testing.assert_allclose(out.numpy(), mean, atol=TOLERANCE)
