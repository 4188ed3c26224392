"""Every kind of layer in the reference framework, and how a model is differentiated."""

import numpy as np

import reference_impl as ri
from reference_impl import nn


def linear(x, weight, bias):
    return nn.Linear(weight, bias)(x)


relu = ri.relu


def leaky_relu(x, *, slope):
    return nn.leaky_relu(x, slope)


prelu = nn.prelu
elu = nn.elu
selu = nn.selu


def gelu(x):
    return nn.gelu(x, approximate="tanh")


silu = nn.silu
sigmoid = ri.sigmoid
tanh = ri.tanh
softplus = nn.softplus
softsign = nn.softsign
hard_tanh = nn.hard_tanh


def dropout(x, *, p):
    y, _ = nn.Dropout(p).training(x, key=ri.random.key(0))
    return y


def positions(x, weight):
    return x + weight


add = ri.add
multiply = ri.multiply
matmul = ri.matmul


def softmax(x, *, axis):
    return ri.softmax(x, axis=axis)


def log_softmax(x, *, axis):
    return ri.log_softmax(x, axis=axis)


def flatten(x):
    return nn.Flatten()(x)


def reshape(x, *, shape):
    return nn.Reshape(shape)(x)


def transpose(x, *, axes):
    return ri.permute_dims(x, axes)


def slice_axis(x, *, axis, start, stop, step):
    return x[(slice(None),) * axis + (slice(start, stop, step),)]


def concatenate(x, y, *, axis):
    return ri.concat([x, y], axis=axis)


def pad(x, *, widths):
    return ri.pad(x, ((0, 0), (0, 0), *widths))


def upsample(x, *, scale):
    return ri.repeat(ri.repeat(x, scale, axis=2), scale, axis=3)


def reduce_all(x):
    return ri.sum(x)


def reduce_sum(x, *, axis, keeps_axis):
    return ri.sum(x, axis=axis, keepdims=keeps_axis)


def reduce_mean(x, *, axis, keeps_axis):
    return ri.mean(x, axis=axis, keepdims=keeps_axis)


def reduce_max(x, *, axis, keeps_axis):
    return ri.max(x, axis=axis, keepdims=keeps_axis)


def global_average_pool(x):
    return nn.GlobalAvgPool()(x)


def global_max_pool(x):
    return nn.GlobalMaxPool()(x)


def last(x):
    return x[:, -1]


def conv1d(x, weight, bias, *, stride, padding, dilation, groups):
    return nn.Conv1d(weight, bias, stride, padding, dilation, groups)(x)


def conv2d(x, weight, bias, *, stride, padding, dilation, groups):
    return nn.Conv2d(weight, bias, stride, padding, dilation, groups)(x)


def conv_transpose2d(x, weight, bias, *, stride, padding):
    return nn.ConvTranspose2d(weight, bias, stride, padding)(x)


def max_pool1d(x, *, size, stride, padding):
    return nn.MaxPool(size, stride, padding)(x)


def max_pool2d(x, *, size, stride, padding):
    return nn.MaxPool(size, stride, padding)(x)


def average_pool1d(x, *, size, stride, padding, counts_padding):
    return nn.AvgPool(size, stride, padding, count_include_pad=counts_padding)(x)


def average_pool2d(x, *, size, stride, padding, counts_padding):
    return nn.AvgPool(size, stride, padding, count_include_pad=counts_padding)(x)


def batch_norm(x, weight, bias, *, eps):
    C = x.shape[1]
    statistics = ri.zeros(C, dtype=x.dtype), ri.ones(C, dtype=x.dtype)
    y, _ = nn.BatchNorm(C, weight, bias, *statistics, eps=eps).training(x)
    return y


def layer_norm(x, weight, bias, *, eps):
    return nn.LayerNorm(x.shape[-1:], weight, bias, eps=eps)(x)


def rms_norm(x, weight, *, eps):
    return nn.RMSNorm(x.shape[-1:], weight, eps=eps)(x)


def group_norm(x, weight, bias, *, groups, eps):
    return nn.GroupNorm(groups, x.shape[1], weight, bias, eps=eps)(x)


def instance_norm(x, weight, bias, *, eps):
    return nn.GroupNorm(x.shape[1], x.shape[1], weight, bias, eps=eps)(x)


def embedding(tokens, weight):
    return nn.Embedding(weight)(tokens)


def rnn(x, input_weight, state_weight, bias):
    ys, _ = nn.RNN(input_weight, state_weight, bias)(x)
    return ys


def lstm(x, input_weight, state_weight, bias):
    ys, _ = nn.LSTM(input_weight, state_weight, bias)(x)
    return ys


def gru(x, input_weight, state_weight, input_bias, state_bias):
    ys, _ = nn.GRU(input_weight, state_weight, input_bias, state_bias)(x)
    return ys


def attention(x, *, heads, is_causal):
    N, T, D = x.shape[0], x.shape[1], x.shape[2] // 3
    parts = ri.reshape(x, (N, T, 3, heads, D // heads))
    query, key, value = ri.permute_dims(parts, (2, 0, 3, 1, 4))
    read = nn.scaled_dot_product_attention(query, key, value, is_causal=is_causal)
    return ri.reshape(ri.permute_dims(read, (0, 2, 1, 3)), (N, T, D))


def differentiated(model, arrays, *, is_compiled=False):
    """The model's values and the gradients of its loss, as NumPy arrays."""
    tensors = {name: ri.tensor(array) for name, array in arrays.items()}
    floats = {n: tensors[n] for n, array in arrays.items() if array.dtype.kind == "f"}

    def loss(floats):
        values = model(tensors | floats)
        return values["loss"], values

    both = ri.value_and_grad(loss, has_aux=True)
    (_, values), gradients = (ri.compile(both) if is_compiled else both)(floats)
    return (
        {name: value.numpy() for name, value in values.items()},
        {name: np.asarray(gradient.numpy()) for name, gradient in gradients.items()},
    )
