"""ResNet-8, in TensorFlow.

Images have their channels last, (N, H, W, C).
"""

import keras
import tensorflow as tf
from keras import layers

from ...contract import Batch
from ..layers import average_pool, batch_norm, convolution, linear, relu
from ..losses import cross_entropy


def _conv(
    name: str, F: int, x: keras.KerasTensor, stride: int = 1
) -> keras.KerasTensor:
    """A border of zeros and a convolution; Keras' own border is wider at the end."""
    x = layers.ZeroPadding2D(1, dtype=x.dtype)(x)
    return convolution(F, (3, 3), name, x.dtype, stride=stride, bias=False)(x)


def _block(name: str, F: int, stride: int, x: keras.KerasTensor) -> keras.KerasTensor:
    """Two convolutions and a residual connection; stride 2 where channels change."""
    dtype = x.dtype
    y = batch_norm(f"{name}.norm1", dtype)(_conv(f"{name}.conv1", F, x, stride))
    y = _conv(f"{name}.conv2", F, relu(f"{name}.relu1", dtype)(y))
    y = batch_norm(f"{name}.norm2", dtype)(y)
    if stride != 1:
        shortcut = f"{name}.shortcut"
        x = convolution(F, (1, 1), shortcut, dtype, stride=stride, bias=False)(x)
        x = batch_norm(f"{shortcut}_norm", dtype)(x)
    return relu(f"{name}.relu2", dtype)(y + x)


def build(dtype: str) -> keras.Model:
    """Three residual blocks, of 16, 32 and 64 channels, and the mean of each -> 10."""
    image = keras.Input((1, 8, 8), dtype=dtype)
    x = layers.Permute((2, 3, 1), dtype=dtype)(image)
    x = relu("relu", dtype)(batch_norm("stem_norm", dtype)(_conv("stem", 16, x)))
    x = _block("block1", 16, 1, x)
    x = _block("block2", 32, 2, x)
    x = _block("block3", 64, 2, x)
    x = average_pool("pool", dtype)(x)
    return keras.Model(image, linear(10, "output", dtype)(x))


def predict(model: keras.Model, batch: Batch) -> tf.Tensor:
    """The logits of the classes, (N, 10)."""
    return model(batch["x"])


def loss(model: keras.Model, batch: Batch) -> tf.Tensor:
    """The cross entropy of the right class."""
    return cross_entropy(model(batch["x"], training=True), batch["y"])
