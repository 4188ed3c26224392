"""Every kind of layer in PyTorch, and how a model is differentiated."""

import torch
import torch.nn.functional as F


def linear(x, weight, bias):
    return F.linear(x, weight.T, bias)


relu = F.relu


def leaky_relu(x, *, slope):
    return F.leaky_relu(x, slope)


prelu = F.prelu
elu = F.elu
selu = F.selu


def gelu(x):
    return F.gelu(x, approximate="tanh")


silu = F.silu
sigmoid = torch.sigmoid
tanh = torch.tanh


def softplus(x):
    # Above the threshold it is x; below 20, the default, that shows in float64.
    return F.softplus(x, threshold=40)


softsign = F.softsign
hard_tanh = F.hardtanh


def dropout(x, *, p):
    return F.dropout(x, p)


def positions(x, weight):
    return x + weight


add = torch.add
multiply = torch.mul
matmul = torch.matmul


def softmax(x, *, axis):
    return F.softmax(x, axis)


def log_softmax(x, *, axis):
    return F.log_softmax(x, axis)


def flatten(x):
    return x.flatten(1)


def reshape(x, *, shape):
    return x.reshape(-1, *shape)


def transpose(x, *, axes):
    return x.permute(axes)


def slice_axis(x, *, axis, start, stop, step):
    return x[(slice(None),) * axis + (slice(start, stop, step),)]


def concatenate(x, y, *, axis):
    return torch.cat([x, y], axis)


def pad(x, *, widths):
    # The last axis comes first.
    return F.pad(x, [width for pair in reversed(widths) for width in pair])


def upsample(x, *, scale):
    return F.interpolate(x, scale_factor=scale, mode="nearest")


def reduce_all(x):
    return x.sum()


def reduce_sum(x, *, axis, keeps_axis):
    return x.sum(axis, keepdim=keeps_axis)


def reduce_mean(x, *, axis, keeps_axis):
    return x.mean(axis, keepdim=keeps_axis)


def reduce_max(x, *, axis, keeps_axis):
    return x.amax(axis, keepdim=keeps_axis)


def global_average_pool(x):
    return F.adaptive_avg_pool1d(x.flatten(2), 1).squeeze(2)


def global_max_pool(x):
    return F.adaptive_max_pool1d(x.flatten(2), 1).squeeze(2)


def last(x):
    return x[:, -1]


def conv1d(x, weight, bias, *, stride, padding, dilation, groups):
    return F.conv1d(x, weight, bias, stride, padding, dilation, groups)


def conv2d(x, weight, bias, *, stride, padding, dilation, groups):
    return F.conv2d(x, weight, bias, stride, padding, dilation, groups)


def conv_transpose2d(x, weight, bias, *, stride, padding):
    return F.conv_transpose2d(x, weight, bias, stride, padding)


def max_pool1d(x, *, size, stride, padding):
    return F.max_pool1d(x, size, stride, padding)


def max_pool2d(x, *, size, stride, padding):
    return F.max_pool2d(x, size, stride, padding)


def average_pool1d(x, *, size, stride, padding, counts_padding):
    return F.avg_pool1d(x, size, stride, padding, count_include_pad=counts_padding)


def average_pool2d(x, *, size, stride, padding, counts_padding):
    return F.avg_pool2d(x, size, stride, padding, count_include_pad=counts_padding)


def batch_norm(x, weight, bias, *, eps):
    return F.batch_norm(x, None, None, weight, bias, training=True, eps=eps)


def layer_norm(x, weight, bias, *, eps):
    return F.layer_norm(x, x.shape[-1:], weight, bias, eps)


def rms_norm(x, weight, *, eps):
    return F.rms_norm(x, x.shape[-1:], weight, eps)


def group_norm(x, weight, bias, *, groups, eps):
    return F.group_norm(x, groups, weight, bias, eps)


def instance_norm(x, weight, bias, *, eps):
    return F.instance_norm(x, weight=weight, bias=bias, eps=eps)


embedding = F.embedding


def rnn(x, input_weight, state_weight, bias):
    first = x.new_zeros(1, len(x), len(state_weight))
    flat = [input_weight.T, state_weight.T, bias, torch.zeros_like(bias)]
    ys, _ = torch.rnn_tanh(x, first, flat, True, 1, 0.0, False, False, True)
    return ys


def lstm(x, input_weight, state_weight, bias):
    first = x.new_zeros(1, len(x), len(state_weight))
    flat = [input_weight.T, state_weight.T, bias, torch.zeros_like(bias)]
    ys, _, _ = torch.lstm(x, (first, first), flat, True, 1, 0.0, False, False, True)
    return ys


def gru(x, input_weight, state_weight, input_bias, state_bias):
    first = x.new_zeros(1, len(x), len(state_weight))
    flat = [input_weight.T, state_weight.T, input_bias, state_bias]
    ys, _ = torch.gru(x, first, flat, True, 1, 0.0, False, False, True)
    return ys


def attention(x, *, heads, is_causal):
    N, T, D = x.shape[0], x.shape[1], x.shape[2] // 3
    query, key, value = (
        part.reshape(N, T, heads, D // heads).transpose(1, 2)
        for part in x.split(D, dim=2)
    )
    read = F.scaled_dot_product_attention(query, key, value, is_causal=is_causal)
    return read.transpose(1, 2).reshape(N, T, D)


def differentiated(model, arrays):
    """The model's values and the gradients of its loss, as NumPy arrays."""
    tensors = {name: torch.tensor(array) for name, array in arrays.items()}
    floats = {
        n: x.requires_grad_() for n, x in tensors.items() if x.is_floating_point()
    }
    values = model(tensors)
    slopes = torch.autograd.grad(
        values["loss"], list(floats.values()), materialize_grads=True
    )
    gradients = dict(zip(floats, slopes, strict=True))
    return (
        {name: value.detach().numpy() for name, value in values.items()},
        {name: gradient.numpy() for name, gradient in gradients.items()},
    )
