"""The models in TensorFlow: Keras layers, channels last, steps that become graphs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from .parameters import (
    ADAM_LR,
    BETAS,
    EPS,
    GPT_BLOCKS,
    GPT_CONTEXT,
    GPT_HEADS,
    GPT_SIZE,
    MOMENTUM,
    RESNET_CHANNELS,
    SGD_LR,
    Arrays,
)


def versions() -> dict[str, str]:
    """The versions that the results depend on."""
    return {
        "tensorflow": tf.__version__,
        "keras": keras.__version__,
        "numpy": np.__version__,
    }


def configure(threads: int) -> None:
    """How many threads it may use."""
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(threads)


def mlp() -> keras.Model:
    """784 -> 256 -> 128 -> 10."""
    return keras.Sequential(
        [
            keras.Input((784,)),
            layers.Dense(256, activation="relu", name="first"),
            layers.Dense(128, activation="relu", name="second"),
            layers.Dense(10, name="output"),
        ]
    )


def lenet() -> keras.Model:
    """Y. LeCun et al. 1998, with rectifiers and largest elements."""
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(6, 5, padding="same", activation="relu", name="conv1"),
            layers.MaxPooling2D(2),
            layers.Conv2D(16, 5, activation="relu", name="conv2"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dense(120, activation="relu", name="first"),
            layers.Dense(84, activation="relu", name="second"),
            layers.Dense(10, name="output"),
        ]
    )


def resnet() -> keras.Model:
    """Three residual blocks, of 16, 32 and 64 channels."""
    C = RESNET_CHANNELS[0]
    first = x = keras.Input((32, 32, 3))
    x = keras.activations.relu(_norm("stem_norm", _conv("stem", C, 3, 1)(x)))
    for i, F in enumerate(RESNET_CHANNELS):
        name, straight, stride = f"block{i}", x, 1 if F == C else 2
        if F != C:
            straight = _conv(f"{name}.shortcut", F, 1, stride)(x)
            straight = _norm(f"{name}.shortcut_norm", straight)
        x = _norm(f"{name}.norm1", _conv(f"{name}.conv1", F, 3, stride)(x))
        x = _conv(f"{name}.conv2", F, 3, 1)(keras.activations.relu(x))
        x = keras.activations.relu(straight + _norm(f"{name}.norm2", x))
        C = F
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(first, layers.Dense(10, name="output")(x))


def lstm() -> keras.Model:
    """128 features, a state of 128, and the last of 32 steps is read."""
    return keras.Sequential(
        [
            keras.Input((32, 128)),
            layers.LSTM(128, name="lstm"),
            layers.Dense(10, name="output"),
        ]
    )


class _Positions(layers.Layer):
    """Add to every position a row of its own."""

    def build(self, shape: Any) -> None:
        self.embeddings = self.add_weight(
            shape=(GPT_CONTEXT, GPT_SIZE), name="embeddings"
        )

    def call(self, x: Any) -> Any:
        return x + self.embeddings


def gpt() -> keras.Model:
    """Two causal blocks of 4 heads and 128 features, norms first."""
    first = keras.Input((GPT_CONTEXT,), dtype="int64")
    x = layers.Embedding(256, GPT_SIZE, name="tokens")(first)
    x = _Positions(name="positions")(x)
    for i in range(GPT_BLOCKS):
        x = _block(f"block{i}", x)
    x = _layer_norm("norm")(x)
    return keras.Model(first, layers.Dense(256, use_bias=False, name="head")(x))


def _conv(name: str, F: int, size: int, stride: int) -> Callable[..., Any]:
    """A convolution that pads both ends alike; "same" pads the end more."""
    conv = layers.Conv2D(F, size, strides=stride, use_bias=False, name=name)
    edge = size // 2
    return lambda x: conv(layers.ZeroPadding2D(edge)(x) if edge else x)


def _norm(name: str, x: Any) -> Any:
    return layers.BatchNormalization(momentum=0.9, epsilon=1e-5, name=name)(x)


def _layer_norm(name: str) -> layers.LayerNormalization:
    return layers.LayerNormalization(epsilon=1e-5, name=name)


def _block(name: str, x: Any) -> Any:
    D = GPT_SIZE
    y = _layer_norm(f"{name}.attention_norm")(x)
    query, key, value = (
        layers.Reshape((GPT_CONTEXT, GPT_HEADS, D // GPT_HEADS))(
            layers.Dense(D, use_bias=False, name=f"{name}.{part}")(y)
        )
        for part in ("query", "key", "value")
    )
    read = keras.ops.dot_product_attention(query, key, value, is_causal=True)
    read = layers.Reshape((GPT_CONTEXT, D))(read)
    x = x + layers.Dense(D, name=f"{name}.projection")(read)
    y = _layer_norm(f"{name}.mlp_norm")(x)
    y = layers.Dense(4 * D, activation="gelu", name=f"{name}.hidden")(y)
    return x + layers.Dense(D, name=f"{name}.output")(y)


MODELS = {"mlp": mlp, "lenet": lenet, "resnet": resnet, "lstm": lstm, "gpt": gpt}


class Run:
    """See the package. The mode is tf.function."""

    def __init__(
        self, network: str, arrays: Arrays, *, mode: str, optimiser: str
    ) -> None:
        model = MODELS[network]()
        adam = {"beta_1": BETAS[0], "beta_2": BETAS[1], "epsilon": EPS}
        update: keras.Optimizer = (
            keras.optimizers.SGD(SGD_LR, momentum=MOMENTUM)
            if optimiser == "sgd"
            else keras.optimizers.Adam(ADAM_LR, **adam)
        )

        @tf.function
        def step(x: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
            with tf.GradientTape() as tape:
                logits = model(x, training=True)
                losses = tf.nn.sparse_softmax_cross_entropy_with_logits(y, logits)
                value = tf.reduce_mean(losses)
            grads = tape.gradient(value, model.trainable_variables)
            # Of a table, Keras' Adam would leave the moments of rows without a
            # gradient as they are.
            grads = [tf.convert_to_tensor(g) for g in grads]
            update.apply(grads, model.trainable_variables)
            return value

        @tf.function
        def predict(x: tf.Tensor) -> tf.Tensor:
            return model(x, training=False)

        self._model, self._step, self._predict = model, step, predict
        update.build(model.trainable_variables)
        for name, variable in self._variables():
            variable.assign(_channels_last(name, arrays[name]))

    def tensor(self, array: np.ndarray) -> tf.Tensor:
        """The framework's own tensor; images get their channels last."""
        return tf.constant(array.transpose(0, 2, 3, 1) if array.ndim == 4 else array)

    def array(self, x: tf.Tensor) -> np.ndarray:
        """A NumPy array."""
        return x.numpy()

    def step(self, x: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
        """Update the parameters once; the loss from before."""
        return self._step(x, y)

    def predict(self, x: tf.Tensor) -> tf.Tensor:
        """The output of the model as it is used after training."""
        return self._predict(x)

    def parameters(self) -> Arrays:
        """As canonical arrays."""
        return {n: _channels_first(n, v.numpy()) for n, v in self._variables()}

    def _variables(self) -> list[tuple[str, Any]]:
        """The variables with canonical names."""
        return [
            (f"{layer.name}.{_KINDS.get(v.name, v.name)}", v)
            for layer in self._model.layers
            for v in layer.weights
        ]


_KINDS = {
    "kernel": "weight",
    "recurrent_kernel": "hidden_weight",
    "gamma": "weight",
    "beta": "bias",
    "moving_mean": "mean",
    "moving_variance": "variance",
    "embeddings": "table",
}


def _channels_last(name: str, array: np.ndarray) -> np.ndarray:
    """A canonical array in Keras' layout."""
    if array.ndim == 4:
        return array.transpose(2, 3, 1, 0)
    if name == "first.weight" and len(array) == 400:  # rows are (C, H, W)
        return array.reshape(16, 5, 5, -1).transpose(1, 2, 0, 3).reshape(400, -1)
    return array


def _channels_first(name: str, array: np.ndarray) -> np.ndarray:
    if array.ndim == 4:
        return array.transpose(3, 2, 0, 1)
    if name == "first.weight" and len(array) == 400:
        return array.reshape(5, 5, 16, -1).transpose(2, 0, 1, 3).reshape(400, -1)
    return array
