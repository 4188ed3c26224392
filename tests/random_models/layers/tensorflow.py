"""Every kind of layer in TensorFlow and Keras, and how a model is differentiated.

Keras keeps channels last: images and sequences are turned on the way in and out. Its
layers own their weights; `stateless_call` computes with others.
"""

import math

import tensorflow as tf
from keras import layers


def linear(x, weight, bias):
    return _with(layers.Dense(len(bias), dtype=x.dtype), x, weight, bias)


relu = tf.nn.relu


def leaky_relu(x, *, slope):
    return tf.nn.leaky_relu(x, slope)


def prelu(x, weight):
    layer = layers.PReLU(shared_axes=list(range(1, x.ndim - 1)) or None, dtype=x.dtype)
    alpha = tf.reshape(weight, (1,) * (x.ndim - 2) + (-1,))
    return _channels_first(_with(layer, _channels_last(x), alpha))


elu = tf.nn.elu
selu = tf.nn.selu


def gelu(x):
    # The constants of `tf.nn.gelu` are float32, whatever x is: see findings.py.
    return 0.5 * x * (1 + tf.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))


silu = tf.nn.silu
sigmoid = tf.sigmoid
tanh = tf.tanh
softplus = tf.nn.softplus
softsign = tf.nn.softsign


def hard_tanh(x):
    return tf.clip_by_value(x, -1, 1)


def dropout(x, *, p):
    return layers.Dropout(p, dtype=x.dtype)(x, training=True)


def positions(x, weight):
    return x + weight


add = tf.add
multiply = tf.multiply
matmul = tf.matmul


def softmax(x, *, axis):
    return tf.nn.softmax(x, axis)


def log_softmax(x, *, axis):
    return tf.nn.log_softmax(x, axis)


def flatten(x):
    return layers.Flatten(dtype=x.dtype)(x)


def reshape(x, *, shape):
    return layers.Reshape(shape, dtype=x.dtype)(x)


def transpose(x, *, axes):
    return tf.transpose(x, axes)


def slice_axis(x, *, axis, start, stop, step):
    return x[(slice(None),) * axis + (slice(start, stop, step),)]


def concatenate(x, y, *, axis):
    return tf.concat([x, y], axis)


def pad(x, *, widths):
    return tf.pad(x, ((0, 0), (0, 0), *widths))


def upsample(x, *, scale):
    return _channels_first(layers.UpSampling2D(scale, dtype=x.dtype)(_channels_last(x)))


def reduce_all(x):
    return tf.reduce_sum(x)


def reduce_sum(x, *, axis, keeps_axis):
    return tf.reduce_sum(x, axis, keepdims=keeps_axis)


def reduce_mean(x, *, axis, keeps_axis):
    return tf.reduce_mean(x, axis, keepdims=keeps_axis)


def reduce_max(x, *, axis, keeps_axis):
    return tf.reduce_max(x, axis, keepdims=keeps_axis)


def global_average_pool(x):
    kind = {3: layers.GlobalAveragePooling1D, 4: layers.GlobalAveragePooling2D}[x.ndim]
    return kind(dtype=x.dtype)(_channels_last(x))


def global_max_pool(x):
    kind = {3: layers.GlobalMaxPooling1D, 4: layers.GlobalMaxPooling2D}[x.ndim]
    return kind(dtype=x.dtype)(_channels_last(x))


def last(x):
    return x[:, -1]


def conv1d(x, weight, bias, *, stride, padding, dilation, groups):
    return _convolution(
        layers.Conv1D, x, weight, bias, stride, padding, dilation, groups
    )


def conv2d(x, weight, bias, *, stride, padding, dilation, groups):
    return _convolution(
        layers.Conv2D, x, weight, bias, stride, padding, dilation, groups
    )


def _convolution(kind, x, weight, bias, stride, padding, dilation, groups):
    layer = kind(
        len(weight),
        weight.shape[2:],
        stride,
        dilation_rate=dilation,
        groups=groups,
        dtype=x.dtype,
    )
    kernel = tf.transpose(weight, (*range(2, x.ndim), 1, 0))
    image = tf.pad(_channels_last(x), ((0, 0), *((p, p) for p in padding), (0, 0)))
    return _channels_first(_with(layer, image, kernel, bias))


def conv_transpose2d(x, weight, bias, *, stride, padding):
    # The result of `Conv2DTranspose` is longer if strides exceed filters: findings.py.
    (N, _, *image), (_, F, *size) = x.shape, weight.shape
    lengths = [(n - 1) * s + k for n, s, k in zip(image, stride, size, strict=True)]
    kernel = tf.transpose(weight, (2, 3, 1, 0))
    y = tf.nn.conv2d_transpose(
        _channels_last(x), kernel, (N, *lengths, F), stride, "VALID"
    )
    y = layers.Cropping2D(padding, dtype=x.dtype)(y)
    return _channels_first(tf.nn.bias_add(y, bias))


def max_pool1d(x, *, size, stride, padding):
    y = max_pool2d(
        x[:, :, None], size=(1, *size), stride=(1, *stride), padding=(0, *padding)
    )
    return y[:, :, 0]


def max_pool2d(x, *, size, stride, padding):
    edges = ((0, 0), *((p, p) for p in padding), (0, 0))
    return _channels_first(tf.nn.max_pool2d(_channels_last(x), size, stride, edges))


def average_pool1d(x, *, size, stride, padding, counts_padding):
    layer = layers.AveragePooling1D(size, stride, dtype=x.dtype)
    return _channels_first(
        layer(tf.pad(_channels_last(x), ((0, 0), padding * 2, (0, 0))))
    )


def average_pool2d(x, *, size, stride, padding, counts_padding):
    layer = layers.AveragePooling2D(size, stride, dtype=x.dtype)
    edges = ((0, 0), *((p, p) for p in padding), (0, 0))
    return _channels_first(layer(tf.pad(_channels_last(x), edges)))


def batch_norm(x, weight, bias, *, eps):
    layer = layers.BatchNormalization(epsilon=eps, dtype=x.dtype)
    return _channels_first(_with(layer, _channels_last(x), weight, bias, training=True))


def layer_norm(x, weight, bias, *, eps):
    layer = layers.LayerNormalization(epsilon=eps, dtype=x.dtype)
    return _with(layer, x, weight, bias)


def rms_norm(x, weight, *, eps):
    return _with(layers.RMSNormalization(epsilon=eps, dtype=x.dtype), x, weight)


def group_norm(x, weight, bias, *, groups, eps):
    layer = layers.GroupNormalization(groups, epsilon=eps, dtype=x.dtype)
    return _channels_first(_with(layer, _channels_last(x), weight, bias))


def instance_norm(x, weight, bias, *, eps):
    return group_norm(x, weight, bias, groups=x.shape[1], eps=eps)


def embedding(tokens, weight):
    layer = layers.Embedding(*weight.shape, dtype=weight.dtype)
    return _with(layer, tokens, weight)


def rnn(x, input_weight, state_weight, bias):
    layer = layers.SimpleRNN(len(state_weight), return_sequences=True, dtype=x.dtype)
    return _with(layer, x, input_weight, state_weight, bias)


def lstm(x, input_weight, state_weight, bias):
    layer = layers.LSTM(len(state_weight), return_sequences=True, dtype=x.dtype)
    return _with(layer, x, input_weight, state_weight, bias)


def gru(x, input_weight, state_weight, input_bias, state_bias):
    layer = layers.GRU(len(state_weight), return_sequences=True, dtype=x.dtype)
    arrays = input_weight, state_weight, tf.stack([input_bias, state_bias])
    return _with(layer, x, *map(_update_first, arrays))


def _update_first(array):
    """The gates r z n in the order z r n."""
    r, z, n = tf.split(array, 3, axis=-1)
    return tf.concat([z, r, n], axis=-1)


def attention(x, *, heads, is_causal):
    N, T, D = x.shape[0], x.shape[1], x.shape[2] // 3
    apart = tf.reshape(x, (N, T, 3, heads, D // heads))
    query, key, value = tf.unstack(tf.transpose(apart, (2, 0, 3, 1, 4)))
    scores = tf.matmul(query, key, transpose_b=True) / math.sqrt(D // heads)
    if is_causal:
        is_past = tf.linalg.band_part(tf.ones((T, T), tf.bool), -1, 0)
        scores = tf.where(is_past, scores, -math.inf)
    read = tf.transpose(tf.matmul(tf.nn.softmax(scores), value), (0, 2, 1, 3))
    return tf.reshape(read, (N, T, D))


def _with(layer, x, *weights, **options):
    """What a layer computes with these weights in place of its own."""
    layer.build(x.shape)
    y, _ = layer.stateless_call(weights, layer.non_trainable_variables, x, **options)
    return y


def _channels_last(x):
    """The channels of axis 1 as the last axis."""
    return tf.transpose(x, (0, *range(2, x.ndim), 1))


def _channels_first(x):
    """The channels of the last axis as axis 1."""
    return tf.transpose(x, (0, x.ndim - 1, *range(1, x.ndim - 1)))


def differentiated(model, arrays):
    """The model's values and the gradients of its loss, as NumPy arrays."""
    tensors = {name: tf.constant(array) for name, array in arrays.items()}
    floats = {n: x for n, x in tensors.items() if x.dtype.is_floating}
    with tf.GradientTape() as tape:
        tape.watch(floats)
        values = model(tensors)
    gradients = tape.gradient(
        values["loss"], floats, unconnected_gradients=tf.UnconnectedGradients.ZERO
    )
    return (
        {name: value.numpy() for name, value in values.items()},
        {name: tf.convert_to_tensor(g).numpy() for name, g in gradients.items()},
    )
