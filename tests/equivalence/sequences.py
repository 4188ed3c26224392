"""PyTorch's recurrent, attention and transformer modules, written with our layers.

Functions of a module and of `take`, as the rows of `modules.py` are.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from equivalence.opinfo import refuse_if

import reference_impl as ri
from reference_impl import nn

torch = pytest.importorskip("torch", reason="PyTorch is not installed")


def recurrent(m: Any, take: Any) -> Any:
    """RNN, LSTM, GRU: layers on top of each other, perhaps in both directions."""
    refuse_if(m.proj_size > 0, "projects the state")
    refuse_if(m.training and m.dropout > 0, "draws random numbers")
    levels = [f"l{i}" for i in range(m.num_layers)]
    if m.bidirectional:
        layers = [
            nn.Bidirectional(_cells(m, take, i), _cells(m, take, f"{i}_reverse"))
            for i in levels
        ]
    else:
        layers = [_cells(m, take, i) for i in levels]
    stacked = nn.Stacked(layers)

    def applied(x: Any, state: Any = None) -> Any:
        is_single = x.ndim == 2
        x = x if m.batch_first or is_single else ri.permute_dims(x, (1, 0, 2))
        if is_single:
            x = x[None]
            state = ri.tree.map(lambda s: s[:, None], state)
        ys, last = stacked(x, None if state is None else _given(m, state))
        ys = ys if m.batch_first or is_single else ri.permute_dims(ys, (1, 0, 2))
        last = _stacked(m, last)
        if is_single:
            return ys[0], ri.tree.map(lambda s: s[:, 0], last)
        return ys, last

    return applied


def _cells(m: Any, take: Any, place: str) -> Any:
    """Our layer with the parameters of one of PyTorch's."""
    weight, hidden = (
        take(getattr(m, f"{name}_{place}")).T for name in ("weight_ih", "weight_hh")
    )
    bias = hidden_bias = None
    if m.bias:
        bias, hidden_bias = (
            take(getattr(m, f"{name}_{place}")) for name in ("bias_ih", "bias_hh")
        )
    if isinstance(m, torch.nn.GRU):
        return nn.GRU(weight, hidden, bias, hidden_bias)
    bias = bias + hidden_bias if m.bias else None
    if isinstance(m, torch.nn.LSTM):
        return nn.LSTM(weight, hidden, bias)
    activation = ri.relu if m.nonlinearity == "relu" else ri.tanh
    return nn.RNN(weight, hidden, bias, activation=activation)


def _given(m: Any, state: Any) -> list[Any]:
    """PyTorch's first state (layers and directions, N, H) as that of `Stacked`."""
    if isinstance(m, torch.nn.LSTM):
        each = list(zip(*map(ri.unstack, state), strict=True))
    else:
        each = list(ri.unstack(state))
    if not m.bidirectional:
        return each
    return list(zip(each[::2], each[1::2], strict=True))


def _stacked(m: Any, last: Any) -> Any:
    """The last state of `Stacked` as that of PyTorch."""
    each = [one for pair in last for one in pair] if m.bidirectional else last
    if isinstance(m, torch.nn.LSTM):
        return tuple(ri.stack(part) for part in zip(*each, strict=True))
    return ri.stack(each)


def cell(m: Any, take: Any) -> Any:
    """RNNCell, LSTMCell, GRUCell."""
    weight, hidden = take(m.weight_ih).T, take(m.weight_hh).T
    zero = ri.zeros(weight.shape[1:], dtype=weight.dtype)
    bias, other = (take(m.bias_ih), take(m.bias_hh)) if m.bias else (zero, zero)

    def applied(x: Any, state: Any = None) -> Any:
        nothing = ri.zeros((*x.shape[:-1], m.hidden_size), dtype=x.dtype)
        gates = x @ weight + bias
        if isinstance(m, torch.nn.GRUCell):
            return nn.gru_cell(
                nothing if state is None else state, gates, hidden, other
            )
        if isinstance(m, torch.nn.LSTMCell):
            state = (nothing, nothing) if state is None else state
            return nn.lstm_cell(state, gates + other, hidden)
        activation = ri.relu if m.nonlinearity == "relu" else ri.tanh
        state = nothing if state is None else state
        return nn.rnn_cell(state, gates + other, hidden, activation=activation)

    return applied


def multi_head_attention(m: Any, take: Any) -> Any:
    """MultiheadAttention, whose masks are true where nothing is read."""
    layer = _attention(m, take)

    def applied(
        query: Any,
        key: Any,
        value: Any,
        key_padding_mask: Any = None,
        need_weights: bool = True,
        attn_mask: Any = None,
    ) -> Any:
        mask = _mask(m, attn_mask, key_padding_mask)
        given = [_batch_first(m, x) for x in (query, key, value)]
        of_both, memory = _reading_both(layer, *given[1:])
        out = of_both(given[0], memory, mask=mask)
        if not need_weights:
            return _as_given(m, query, out), None
        weights = _weights(layer, *given[:2], mask)
        return _as_given(m, query, out), weights if query.ndim == 3 else weights[0]

    return applied


def _attention(m: Any, take: Any) -> nn.MultiHeadAttention:
    refuse_if(m.bias_k is not None or m.add_zero_attn, "adds keys of its own")
    refuse_if(m.training and m.dropout > 0, "draws random numbers")
    if m.in_proj_weight is None:
        packed = (m.q_proj_weight, m.k_proj_weight, m.v_proj_weight)
        weights = [take(each) for each in packed]
    else:
        weights = list(ri.split(take(m.in_proj_weight), 3))
    biases: list[Any] = [None, None, None]
    if m.in_proj_bias is not None:
        biases = list(ri.split(take(m.in_proj_bias), 3))
    projections = [
        nn.Linear(weight.T, bias) for weight, bias in zip(weights, biases, strict=True)
    ]
    return nn.MultiHeadAttention(*projections, _linear(m.out_proj, take), m.num_heads)


def _mask(m: Any, blocked: Any, padding: Any) -> Any:
    """PyTorch's masks of a layer as one of ours."""
    if blocked is not None and blocked.ndim == 3:  # (N heads, T, S)
        blocked = ri.reshape(blocked, (-1, m.num_heads, *blocked.shape[1:]))
    if padding is not None:  # (N, S), or (S,)
        padding = ri.reshape(padding, (-1, 1, 1, padding.shape[-1]))
    masks = [mask for mask in (blocked, padding) if mask is not None]
    if not masks:
        return None
    return ~(masks[0] if len(masks) == 1 else masks[0] | masks[1])


def _batch_first(m: Any, x: Any) -> Any:
    if x.ndim == 2:
        return x[None]
    return x if m.batch_first else ri.permute_dims(x, (1, 0, 2))


def _as_given(m: Any, x: Any, out: Any) -> Any:
    if x.ndim == 2:
        return out[0]
    return out if m.batch_first else ri.permute_dims(out, (1, 0, 2))


def _reading_both(layer: Any, key: Any, value: Any) -> Any:
    """A layer for keys and values of two sources, which lie side by side in one."""
    of_key, of_value = layer.key, layer.value
    weights = (
        ri.concat([of_key.weight, ri.zeros_like(of_value.weight)]),
        ri.concat([ri.zeros_like(of_key.weight), of_value.weight]),
    )
    changed = dataclasses.replace(
        layer,
        key=nn.Linear(weights[0], of_key.bias),
        value=nn.Linear(weights[1], of_value.bias),
    )
    return changed, ri.concat([key, value], axis=-1)


def _weights(layer: Any, query: Any, key: Any, mask: Any) -> Any:
    """The weights, averaged over heads: what is read of the rows of an identity."""

    def in_heads(x: Any) -> Any:
        return ri.permute_dims(
            ri.reshape(x, (*x.shape[:2], layer.heads, -1)), (0, 2, 1, 3)
        )

    N, S, _ = key.shape
    rows = ri.broadcast_to(ri.eye(S, dtype=key.dtype), (N, layer.heads, S, S))
    queries, keys = in_heads(layer.query(query)), in_heads(layer.key(key))
    read = nn.scaled_dot_product_attention(queries, keys, rows, mask=mask)
    return ri.mean(read, axis=1)


def _linear(m: Any, take: Any) -> nn.Linear:
    return nn.Linear(take(m.weight).T, None if m.bias is None else take(m.bias))


def _norm(m: Any, take: Any) -> nn.LayerNorm:
    bias = None if m.bias is None else take(m.bias)
    return nn.LayerNorm(m.normalized_shape, take(m.weight), bias, eps=m.eps)


def _mlp(m: Any, take: Any) -> nn.Sequential:
    refuse_if(m.training and m.dropout1.p > 0, "draws random numbers")
    is_relu = m.activation is torch.nn.functional.relu
    layers = {
        "hidden": _linear(m.linear1, take),
        "activation": nn.Activation(ri.relu if is_relu else nn.gelu),
        "output": _linear(m.linear2, take),
    }
    return nn.Sequential(layers)


def encoder_layer(m: Any, take: Any) -> Any:
    """TransformerEncoderLayer, whose masks are true where nothing is read."""
    block = nn.TransformerBlock(
        _norm(m.norm1, take),
        _attention(m.self_attn, take),
        _norm(m.norm2, take),
        _mlp(m, take),
        is_causal=False,
        is_pre_norm=m.norm_first,
    )

    def applied(x: Any, src_mask: Any = None, src_key_padding_mask: Any = None) -> Any:
        attention = m.self_attn
        mask = _mask(attention, src_mask, src_key_padding_mask)
        return _as_given(attention, x, block(_batch_first(attention, x), mask=mask))

    return applied


def decoder_layer(m: Any, take: Any) -> Any:
    """TransformerDecoderLayer: a block that reads a memory as well as itself."""
    own, other = _attention(m.self_attn, take), _attention(m.multihead_attn, take)
    norms, mlp = [_norm(n, take) for n in (m.norm1, m.norm2, m.norm3)], _mlp(m, take)

    def applied(
        x: Any,
        memory: Any,
        tgt_mask: Any = None,
        memory_mask: Any = None,
        tgt_key_padding_mask: Any = None,
        memory_key_padding_mask: Any = None,
    ) -> Any:
        mask = _mask(m.self_attn, tgt_mask, tgt_key_padding_mask)
        of_memory = _mask(m.self_attn, memory_mask, memory_key_padding_mask)
        out, read = (_batch_first(m.self_attn, each) for each in (x, memory))
        parts = [
            lambda h: own(h, mask=mask),
            lambda h: other(h, read, mask=of_memory),
            mlp,
        ]
        for norm, part in zip(norms, parts, strict=True):
            out = out + part(norm(out)) if m.norm_first else norm(out + part(out))
        return _as_given(m.self_attn, x, out)

    return applied


def _stack(m: Any, take: Any, layer: Any) -> Any:
    """Layers of PyTorch's one after the other, and their last norm."""
    layers = [layer(each, take) for each in m.layers]
    norm = None if m.norm is None else _norm(m.norm, take)

    def applied(x: Any, *memory: Any, **masks: Any) -> Any:
        for each in layers:
            x = each(x, *memory, **masks)
        return x if norm is None else norm(x)

    return applied


def encoder(m: Any, take: Any) -> Any:
    """TransformerEncoder."""
    stack = _stack(m, take, encoder_layer)

    def applied(x: Any, mask: Any = None, src_key_padding_mask: Any = None) -> Any:
        return stack(x, src_mask=mask, src_key_padding_mask=src_key_padding_mask)

    return applied


def transformer(m: Any, take: Any) -> Any:
    """Transformer: the decoder reads what the encoder has made."""
    encode = _stack(m.encoder, take, encoder_layer)
    decode = _stack(m.decoder, take, decoder_layer)

    def applied(x: Any, y: Any, **masks: Any) -> Any:
        of_x = {name: mask for name, mask in masks.items() if name.startswith("src")}
        of_y = {name: mask for name, mask in masks.items() if name not in of_x}
        return decode(y, encode(x, **of_x), **of_y)

    return applied


# For `modules.py`.
ROWS = {
    "nn.RNN": recurrent,
    "nn.LSTM": recurrent,
    "nn.GRU": recurrent,
    "nn.RNNCell": cell,
    "nn.LSTMCell": cell,
    "nn.GRUCell": cell,
    "nn.Transformer": transformer,
    "nn.TransformerEncoder": encoder,
    "nn.TransformerEncoderLayer": encoder_layer,
}
