"""Every kind of layer in JAX, and how a model is differentiated."""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

jax.config.update("jax_enable_x64", True)


def linear(x, weight, bias):
    return x @ weight + bias


relu = jax.nn.relu


def leaky_relu(x, *, slope):
    return jax.nn.leaky_relu(x, slope)


def prelu(x, weight):
    return jnp.where(x > 0, x, _channels(weight, x) * x)


elu = jax.nn.elu
selu = jax.nn.selu


def gelu(x):
    return jax.nn.gelu(x, approximate=True)


silu = jax.nn.silu
sigmoid = jax.nn.sigmoid
tanh = jnp.tanh
softplus = jax.nn.softplus
softsign = jax.nn.soft_sign
hard_tanh = jax.nn.hard_tanh


def dropout(x, *, p):
    kept = jax.random.bernoulli(jax.random.key(0), 1 - p, x.shape)
    return jnp.where(kept, x / (1 - p), 0)


def positions(x, weight):
    return x + weight


add = jnp.add
multiply = jnp.multiply
matmul = jnp.matmul


def softmax(x, *, axis):
    return jax.nn.softmax(x, axis)


def log_softmax(x, *, axis):
    return jax.nn.log_softmax(x, axis)


def flatten(x):
    return x.reshape(len(x), -1)


def reshape(x, *, shape):
    return x.reshape(len(x), *shape)


def transpose(x, *, axes):
    return x.transpose(axes)


def slice_axis(x, *, axis, start, stop, step):
    return lax.slice_in_dim(x, start, stop, step, axis)


def concatenate(x, y, *, axis):
    return jnp.concatenate([x, y], axis)


def pad(x, *, widths):
    return jnp.pad(x, ((0, 0), (0, 0), *widths))


def upsample(x, *, scale):
    N, C, H, W = x.shape
    return jax.image.resize(x, (N, C, H * scale, W * scale), "nearest")


def reduce_all(x):
    return x.sum()


def reduce_sum(x, *, axis, keeps_axis):
    return x.sum(axis, keepdims=keeps_axis)


def reduce_mean(x, *, axis, keeps_axis):
    return x.mean(axis, keepdims=keeps_axis)


def reduce_max(x, *, axis, keeps_axis):
    return x.max(axis, keepdims=keeps_axis)


def global_average_pool(x):
    return x.mean(range(2, x.ndim))


def global_max_pool(x):
    return x.max(range(2, x.ndim))


def last(x):
    return x[:, -1]


def conv1d(x, weight, bias, *, stride, padding, dilation, groups):
    return _convolution(x, weight, bias, stride, padding, dilation, groups)


def conv2d(x, weight, bias, *, stride, padding, dilation, groups):
    return _convolution(x, weight, bias, stride, padding, dilation, groups)


def _convolution(x, weight, bias, stride, padding, dilation, groups):
    y = lax.conv_general_dilated(
        x,
        weight,
        stride,
        [(p, p) for p in padding],
        rhs_dilation=dilation,
        feature_group_count=groups,
    )
    return y + _channels(bias, x)


def conv_transpose2d(x, weight, bias, *, stride, padding):
    y = lax.conv_transpose(
        x,
        weight,
        stride,
        [
            (k - 1 - p, k - 1 - p)
            for k, p in zip(weight.shape[2:], padding, strict=True)
        ],
        dimension_numbers=("NCHW", "OIHW", "NCHW"),
        transpose_kernel=True,
    )
    return y + _channels(bias, x)


def max_pool1d(x, *, size, stride, padding):
    return _pool(x, -jnp.inf, lax.max, size, stride, padding)


def max_pool2d(x, *, size, stride, padding):
    return _pool(x, -jnp.inf, lax.max, size, stride, padding)


def average_pool1d(x, *, size, stride, padding, counts_padding):
    return _means(x, size, stride, padding, counts_padding)


def average_pool2d(x, *, size, stride, padding, counts_padding):
    return _means(x, size, stride, padding, counts_padding)


def _pool(x, first, function, size, stride, padding):
    pads = [(0, 0), (0, 0), *((p, p) for p in padding)]
    return lax.reduce_window(x, first, function, (1, 1, *size), (1, 1, *stride), pads)


def _means(x, size, stride, padding, counts_padding):
    total = _pool(x, 0.0, lax.add, size, stride, padding)
    if counts_padding:
        return total / np.prod(size)
    return total / _pool(jnp.ones_like(x), 0.0, lax.add, size, stride, padding)


def batch_norm(x, weight, bias, *, eps):
    y = jax.nn.standardize(x, axis=(0, *range(2, x.ndim)), epsilon=eps)
    return y * _channels(weight, x) + _channels(bias, x)


def layer_norm(x, weight, bias, *, eps):
    return jax.nn.standardize(x, axis=-1, epsilon=eps) * weight + bias


def rms_norm(x, weight, *, eps):
    return x * lax.rsqrt(jnp.square(x).mean(-1, keepdims=True) + eps) * weight


def group_norm(x, weight, bias, *, groups, eps):
    apart = x.reshape(len(x), groups, -1)
    y = jax.nn.standardize(apart, axis=-1, epsilon=eps).reshape(x.shape)
    return y * _channels(weight, x) + _channels(bias, x)


def instance_norm(x, weight, bias, *, eps):
    return group_norm(x, weight, bias, groups=x.shape[1], eps=eps)


def _channels(array, x):
    """One number for each channel, to be combined with x."""
    return array.reshape(-1, *(1 for _ in x.shape[2:]))


def embedding(tokens, weight):
    return weight[tokens]


def rnn(x, input_weight, state_weight, bias):
    def step(h, x):
        h = jnp.tanh(x @ input_weight + h @ state_weight + bias)
        return h, h

    first = jnp.zeros((len(x), len(state_weight)), x.dtype)
    return lax.scan(step, first, x.swapaxes(0, 1))[1].swapaxes(0, 1)


def lstm(x, input_weight, state_weight, bias):
    def step(state, x):
        h, c = state
        gates = x @ input_weight + h @ state_weight + bias
        i, f, g, o = jnp.split(gates, 4, axis=-1)
        c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
        h = jax.nn.sigmoid(o) * jnp.tanh(c)
        return (h, c), h

    first = jnp.zeros((len(x), len(state_weight)), x.dtype)
    return lax.scan(step, (first, first), x.swapaxes(0, 1))[1].swapaxes(0, 1)


def gru(x, input_weight, state_weight, input_bias, state_bias):
    def step(h, x):
        seen, kept = x @ input_weight + input_bias, h @ state_weight + state_bias
        (xr, xz, xn), (hr, hz, hn) = (jnp.split(a, 3, axis=-1) for a in (seen, kept))
        z = jax.nn.sigmoid(xz + hz)
        n = jnp.tanh(xn + jax.nn.sigmoid(xr + hr) * hn)
        h = (1 - z) * n + z * h
        return h, h

    first = jnp.zeros((len(x), len(state_weight)), x.dtype)
    return lax.scan(step, first, x.swapaxes(0, 1))[1].swapaxes(0, 1)


def attention(x, *, heads, is_causal):
    N, T, D = x.shape[0], x.shape[1], x.shape[2] // 3
    query, key, value = (
        a.reshape(N, T, heads, D // heads) for a in jnp.split(x, 3, axis=-1)
    )
    # `jax.nn.dot_product_attention` takes these products in float32.
    scores = jnp.einsum("nqhd,nkhd->nhqk", query, key) / (D // heads) ** 0.5
    if is_causal:
        scores = jnp.where(jnp.tril(jnp.ones((T, T), bool)), scores, -jnp.inf)
    weights = jax.nn.softmax(scores)
    return jnp.einsum("nhqk,nkhd->nqhd", weights, value).reshape(N, T, D)


def differentiated(model, arrays):
    """The model's values and the gradients of its loss, as NumPy arrays."""
    tensors = {name: jnp.asarray(array) for name, array in arrays.items()}
    floats = {n: x for n, x in tensors.items() if x.dtype.kind == "f"}

    def loss(floats):
        values = model(tensors | floats)
        return values["loss"], values

    (_, values), gradients = jax.jit(jax.value_and_grad(loss, has_aux=True))(floats)
    return (
        {name: np.array(value) for name, value in values.items()},
        {name: np.array(gradient) for name, gradient in gradients.items()},
    )
