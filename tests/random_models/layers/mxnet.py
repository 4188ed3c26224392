"""Every kind of layer in MXNet, and how a model is differentiated."""

import numpy as np
from mxnet import autograd, nd


def linear(x, weight, bias):
    return nd.FullyConnected(x, weight.T, bias, num_hidden=len(bias), flatten=False)


relu = nd.relu


def leaky_relu(x, *, slope):
    # `nd.LeakyReLU` computes this one, selu and gelu in float32: see findings.py.
    return nd.maximum(x, slope * x)


def prelu(x, weight):
    slopes = nd.reshape(weight, (1, -1) + (1,) * (x.ndim - 2))
    return nd.maximum(x, 0) + nd.broadcast_mul(nd.minimum(x, 0), slopes)


def elu(x):
    return nd.LeakyReLU(x, act_type="elu", slope=1.0)


def selu(x):
    return 1.0507009873554805 * nd.where(x > 0, x, 1.6732632423543772 * nd.expm1(x))


def gelu(x):
    return x * (1 + nd.tanh((2 / np.pi) ** 0.5 * (x + 0.044715 * x * x * x))) / 2


def silu(x):
    return x * nd.sigmoid(x)


sigmoid = nd.sigmoid
tanh = nd.tanh


def softplus(x):
    return nd.Activation(x, act_type="softrelu")


softsign = nd.softsign


def hard_tanh(x):
    return nd.clip(x, -1, 1)


def dropout(x, *, p):
    return nd.Dropout(x, p=p)


def positions(x, weight):
    return nd.broadcast_add(x, nd.expand_dims(weight, 0))


add = nd.elemwise_add
multiply = nd.elemwise_mul
matmul = nd.batch_dot


def softmax(x, *, axis):
    return nd.softmax(x, axis=axis)


def log_softmax(x, *, axis):
    return nd.log_softmax(x, axis=axis)


def flatten(x):
    return nd.Flatten(x)


def reshape(x, *, shape):
    return nd.reshape(x, (0, *shape))


def transpose(x, *, axes):
    return nd.transpose(x, axes)


def slice_axis(x, *, axis, start, stop, step):
    before = (None,) * axis
    return nd.slice(x, (*before, start), (*before, stop), (*before, step))


def concatenate(x, y, *, axis):
    return nd.concat(x, y, dim=axis)


def pad(x, *, widths):
    # It pads images only, and only the last two of their axes.
    image = x if x.ndim == 4 else nd.expand_dims(x, 2)
    missing = ((0, 0),) * (4 - len(widths))
    edges = [width for pair in (*missing, *widths) for width in pair]
    y = nd.pad(image, mode="constant", pad_width=edges)
    return y if x.ndim == 4 else nd.squeeze(y, axis=2)


def upsample(x, *, scale):
    return nd.UpSampling(x, scale=scale, sample_type="nearest")


def reduce_all(x):
    return nd.sum(x)


def reduce_sum(x, *, axis, keeps_axis):
    return nd.sum(x, axis=axis, keepdims=keeps_axis)


def reduce_mean(x, *, axis, keeps_axis):
    return nd.mean(x, axis=axis, keepdims=keeps_axis)


def reduce_max(x, *, axis, keeps_axis):
    return nd.max(x, axis=axis, keepdims=keeps_axis)


def global_average_pool(x):
    size = (1,) * (x.ndim - 2)
    return nd.Flatten(nd.Pooling(x, size, "avg", global_pool=True))


def global_max_pool(x):
    size = (1,) * (x.ndim - 2)
    return nd.Flatten(nd.Pooling(x, size, "max", global_pool=True))


def last(x):
    return nd.squeeze(nd.slice_axis(x, axis=1, begin=-1, end=None), axis=1)


def conv1d(x, weight, bias, *, stride, padding, dilation, groups):
    return _convolution(x, weight, bias, stride, padding, dilation, groups)


def conv2d(x, weight, bias, *, stride, padding, dilation, groups):
    return _convolution(x, weight, bias, stride, padding, dilation, groups)


def _convolution(x, weight, bias, stride, padding, dilation, groups):
    return nd.Convolution(
        x,
        weight,
        bias,
        kernel=weight.shape[2:],
        stride=stride,
        dilate=dilation,
        pad=padding,
        num_filter=len(weight),
        num_group=groups,
    )


def conv_transpose2d(x, weight, bias, *, stride, padding):
    return nd.Deconvolution(
        x,
        weight,
        bias,
        kernel=weight.shape[2:],
        stride=stride,
        pad=padding,
        num_filter=weight.shape[1],
        no_bias=False,
    )


def max_pool1d(x, *, size, stride, padding):
    return nd.Pooling(x, size, "max", stride=stride, pad=padding)


def max_pool2d(x, *, size, stride, padding):
    return nd.Pooling(x, size, "max", stride=stride, pad=padding)


def average_pool1d(x, *, size, stride, padding, counts_padding):
    return _means(x, size, stride, padding, counts_padding)


def average_pool2d(x, *, size, stride, padding, counts_padding):
    return _means(x, size, stride, padding, counts_padding)


def _means(x, size, stride, padding, counts_padding):
    return nd.Pooling(
        x, size, "avg", stride=stride, pad=padding, count_include_pad=counts_padding
    )


def batch_norm(x, weight, bias, *, eps):
    mean, variance = nd.zeros_like(bias), nd.ones_like(bias)
    return nd.BatchNorm(x, weight, bias, mean, variance, eps=eps, fix_gamma=False)


def layer_norm(x, weight, bias, *, eps):
    return nd.LayerNorm(x, weight, bias, eps=eps)


def group_norm(x, weight, bias, *, groups, eps):
    # Its own weight and bias have a number for each group: see findings.py.
    ones, zeros = (f(groups, dtype=x.dtype) for f in (nd.ones, nd.zeros))
    y = nd.GroupNorm(x, ones, zeros, num_groups=groups, eps=eps)
    by_channel = (1, -1) + (1,) * (x.ndim - 2)
    scaled = nd.broadcast_mul(y, nd.reshape(weight, by_channel))
    return nd.broadcast_add(scaled, nd.reshape(bias, by_channel))


def instance_norm(x, weight, bias, *, eps):
    # `nd.InstanceNorm` refuses float64: see findings.py.
    return group_norm(x, weight, bias, groups=x.shape[1], eps=eps)


def embedding(tokens, weight):
    V, D = weight.shape
    return nd.Embedding(tokens, weight, V, D, dtype=weight.dtype)


def rnn(x, input_weight, state_weight, bias):
    return _recurrent("rnn_tanh", x, input_weight, state_weight, bias)


def lstm(x, input_weight, state_weight, bias):
    return _recurrent("lstm", x, input_weight, state_weight, bias)


def gru(x, input_weight, state_weight, input_bias, state_bias):
    return _recurrent("gru", x, input_weight, state_weight, input_bias, state_bias)


def _recurrent(mode, x, input_weight, state_weight, *biases):
    H = len(state_weight)
    parts = [input_weight.T, state_weight.T, *biases]
    if len(biases) == 1:
        parts.append(nd.zeros_like(biases[0]))
    flat = nd.concat(*(nd.reshape(part, (-1,)) for part in parts), dim=0)
    first = nd.zeros((1, len(x), H), dtype=x.dtype)
    states = {"state": first} | ({"state_cell": first} if mode == "lstm" else {})
    steps = nd.swapaxes(x, 0, 1)
    ys = nd.RNN(steps, flat, **states, state_size=H, num_layers=1, mode=mode)
    return nd.swapaxes(ys, 0, 1)


def attention(x, *, heads, is_causal):
    N, T, D = x.shape[0], x.shape[1], x.shape[2] // 3
    query, key, value = (_by_head(a, heads) for a in nd.split(x, 3, axis=2))
    scores = nd.batch_dot(query, key, transpose_b=True) / (D // heads) ** 0.5
    if is_causal:
        mask = np.triu(np.full((1, T, T), -np.inf), 1)
        scores = nd.broadcast_add(scores, nd.array(mask, dtype=x.dtype))
    read = nd.batch_dot(nd.softmax(scores, axis=-1), value)
    apart = nd.reshape(read, (N, heads, T, D // heads))
    return nd.reshape(nd.transpose(apart, (0, 2, 1, 3)), (N, T, D))


def _by_head(x, heads):
    """(N, T, D) to (N heads, T, D / heads)."""
    x = nd.reshape(x, (0, 0, heads, -1))
    return nd.reshape(nd.transpose(x, (0, 2, 1, 3)), (-3, 0, 0))


def differentiated(model, arrays):
    """The model's values and the gradients of its loss, as NumPy arrays."""
    tensors = {name: nd.array(a, dtype=a.dtype) for name, a in arrays.items()}
    floats = {n: x for n, x in tensors.items() if np.dtype(x.dtype).kind == "f"}
    for x in floats.values():
        x.attach_grad()
    with autograd.record():
        values = model(tensors)
    values["loss"].backward()
    return (
        {name: value.asnumpy() for name, value in values.items()},
        {name: x.grad.asnumpy() for name, x in floats.items()},
    )
