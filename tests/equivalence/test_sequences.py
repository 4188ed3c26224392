"""Recurrent layers, attention and the transformer's block beside PyTorch's.

In batches and with masks that PyTorch's own samples (`test_modules.py`) do not have:
values, and gradients by every parameter and input with a random cotangent.
"""

from itertools import product

import numpy as np
import pytest

import reference_impl as ri
from reference_impl import nn

torch = pytest.importorskip("torch", reason="PyTorch is not installed")
sequences = pytest.importorskip("equivalence.sequences")
agreement = pytest.importorskip("equivalence.agreement")

pytestmark = [pytest.mark.frameworks]

N, T, S, D, H, HEADS = 3, 5, 4, 6, 2, 2

RECURRENT = {
    "RNN": (torch.nn.RNN, {}),
    "RNN of rectifiers": (torch.nn.RNN, {"nonlinearity": "relu"}),
    "LSTM": (torch.nn.LSTM, {}),
    "GRU": (torch.nn.GRU, {}),
}


def normal(*shape):
    """Inputs that do not saturate a softmax: its gradient would be left of rounding."""
    torch.manual_seed(0)
    return (torch.randn(shape, dtype=torch.float64) / 2).requires_grad_()


def masks():
    """For (N, HEADS, T, S), by name; the random ones leave some query no key."""
    random = np.random.default_rng(0).random
    return {
        "no mask": None,
        "for all": random((T, S)) < 0.5,
        "one for each head": random((N, HEADS, T, S)) < 0.5,
        "padding": np.arange(S) < np.array([4, 1, 0])[:, None, None, None],
    }


each_mask = pytest.mark.parametrize("name", masks())


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("name", RECURRENT)
def test_a_recurrent_layer_is_that_of_pytorch(name, bidirectional, layers):
    kind, settings = RECURRENT[name]
    module = kind(
        D, H, layers, batch_first=True, bidirectional=bidirectional, **settings
    ).to(torch.float64)
    state = normal(layers * (1 + bidirectional), N, H)
    state = (state, normal(*state.shape)) if kind is torch.nn.LSTM else state

    agreement.assert_agreement(module, sequences.recurrent, normal(N, T, D), state)
    agreement.assert_agreement(module, sequences.recurrent, normal(N, T, D))


class Attention(torch.nn.Module):
    """PyTorch's function as a module without parameters."""

    def forward(self, query, key, value, mask=None, is_causal=False):
        return torch.nn.functional.scaled_dot_product_attention(
            query, key, value, attn_mask=mask, is_causal=is_causal
        )


def _our_attention(module, take):
    def applied(query, key, value, mask=None, is_causal=False):
        return nn.scaled_dot_product_attention(
            query, key, value, mask=mask, is_causal=is_causal
        )

    return applied


def sources():
    return normal(N, HEADS, T, D), normal(N, HEADS, S, D), normal(N, HEADS, S, H)


@each_mask
def test_attention_is_that_of_pytorch_and_zero_where_nothing_may_be_read(name):
    mask = masks()[name]
    mask = None if mask is None else torch.tensor(mask)

    agreement.assert_agreement(Attention(), _our_attention, *sources(), mask=mask)


def test_causal_attention_is_that_of_pytorch_for_more_queries_than_keys_too():
    query, key, value = sources()

    agreement.assert_agreement(
        Attention(), _our_attention, query, key, value, is_causal=True
    )
    agreement.assert_agreement(
        Attention(), _our_attention, key, query, normal(N, HEADS, T, H), is_causal=True
    )


def readable(name):
    """A mask as PyTorch's layer has it: true is blocked. Every query has a key."""
    mask = masks()[name]
    if mask is None:
        return {}
    mask[..., 0] = True
    if name == "padding":
        return {"key_padding_mask": torch.tensor(~mask[:, 0, 0])}
    return {"attn_mask": torch.tensor(~mask.reshape(-1, *mask.shape[-2:])).squeeze()}


@each_mask
@pytest.mark.parametrize("need_weights", [False, True])
@pytest.mark.parametrize("bias", [False, True])
def test_multi_head_attention_is_that_of_pytorch(name, need_weights, bias):
    module = torch.nn.MultiheadAttention(
        D, HEADS, bias=bias, batch_first=True, dtype=torch.float64
    )

    agreement.assert_agreement(
        module,
        sequences.multi_head_attention,
        normal(N, T, D),
        normal(N, S, D),
        normal(N, S, D),
        need_weights=need_weights,
        **readable(name),
    )


def test_keys_and_values_may_be_of_another_size_than_queries():
    module = torch.nn.MultiheadAttention(
        D, HEADS, kdim=H, vdim=H, batch_first=True, dtype=torch.float64
    )
    memory = normal(N, S, H)

    agreement.assert_agreement(
        module, sequences.multi_head_attention, normal(N, T, D), memory, memory
    )


@pytest.mark.parametrize(
    ("norm_first", "is_masked", "activation"),
    list(product([True, False], [True, False], ["relu", "gelu"])),
)
def test_a_block_is_the_encoder_layer_of_pytorch(norm_first, is_masked, activation):
    module = torch.nn.TransformerEncoderLayer(
        D,
        HEADS,
        7,
        dropout=0.0,
        activation=activation,
        batch_first=True,
        norm_first=norm_first,
        dtype=torch.float64,
    )
    blocked = ~torch.tril(torch.ones(T, T, dtype=torch.bool))
    options = {"src_mask": blocked} if is_masked else {}

    agreement.assert_agreement(
        module, sequences.encoder_layer, normal(N, T, D), **options
    )


@pytest.mark.parametrize("norm_first", [True, False])
@pytest.mark.parametrize("is_masked", [True, False])
def test_a_decoder_layer_of_pytorch_is_three_residuals(norm_first, is_masked):
    module = torch.nn.TransformerDecoderLayer(
        D, HEADS, 7, 0.0, batch_first=True, norm_first=norm_first, dtype=torch.float64
    )
    masks = {
        "tgt_mask": ~torch.tril(torch.ones(T, T, dtype=torch.bool)),
        "memory_mask": ~torch.tril(torch.ones(T, S, dtype=torch.bool)),
        "memory_key_padding_mask": torch.arange(S) >= torch.tensor([[4], [1], [2]]),
    }

    agreement.assert_agreement(
        module,
        sequences.decoder_layer,
        normal(N, T, D),
        normal(N, S, D),
        **(masks if is_masked else {}),
    )


def test_parameters_begin_in_the_intervals_of_pytorch():
    lstm = nn.LSTM.init(ri.random.key(0), 100, 64)
    attention = nn.MultiHeadAttention.init(ri.random.key(0), 64, 4)
    reading = nn.MultiHeadAttention.init(ri.random.key(0), 64, 4, memory=48)
    torch.manual_seed(0)
    theirs = torch.nn.LSTM(100, 64), torch.nn.MultiheadAttention(64, 4)
    memory = torch.nn.MultiheadAttention(64, 4, kdim=48, vdim=48)

    pairs = [
        (lstm.weight, theirs[0].weight_ih_l0),
        (lstm.hidden_weight, theirs[0].weight_hh_l0),
        (lstm.bias, theirs[0].bias_ih_l0),
        (attention.query.weight, theirs[1].in_proj_weight),
        (attention.output.weight, theirs[1].out_proj.weight),
        (reading.query.weight, memory.q_proj_weight),
        (reading.key.weight, memory.k_proj_weight),
        (reading.value.weight, memory.v_proj_weight),
        (reading.output.weight, memory.out_proj.weight),
    ]
    for ours, needed in pairs:
        # Of hundreds of numbers the largest is within 3 % of the bound.
        assert ours.numpy().max() == pytest.approx(needed.max().item(), rel=0.03)
        assert ours.numpy().min() == pytest.approx(needed.min().item(), rel=0.03)
    assert attention.key.bias.numpy().any() == theirs[1].in_proj_bias.any().item()
    assert attention.output.bias.numpy().any() == theirs[1].out_proj.bias.any().item()
