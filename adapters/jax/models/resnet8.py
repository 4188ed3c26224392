"""ResNet-8, in JAX."""

from collections.abc import Mapping

from jax import Array
from jax.typing import DTypeLike

from ...contract import Batch
from ..layers import average_pool, batch_norm, convolution, linear, relu, sequential
from ..losses import cross_entropy


def _block(C: int, F: int, dtype: DTypeLike) -> dict:
    """Two convolutions and a residual connection; stride 2 where channels change."""
    stride = 1 if C == F else 2
    block = {
        "conv1": convolution(C, F, (3, 3), dtype, stride=stride, padding=1, bias=False),
        "norm1": batch_norm(F, dtype),
        "relu1": relu(),
        "conv2": convolution(F, F, (3, 3), dtype, padding=1, bias=False),
        "norm2": batch_norm(F, dtype),
        "relu2": relu(),
    }
    if C != F:
        block["shortcut"] = convolution(C, F, (1, 1), dtype, stride=2, bias=False)
        block["shortcut_norm"] = batch_norm(F, dtype)
    return block


def _residual(block: Mapping, x: Array) -> Array:
    shortcut = x
    if "shortcut" in block:
        shortcut = block["shortcut_norm"](block["shortcut"](x))
    y = block["relu1"](block["norm1"](block["conv1"](x)))
    return block["relu2"](shortcut + block["norm2"](block["conv2"](y)))


def _logits(model: Mapping, x: Array) -> Array:
    x = model["relu"](model["stem_norm"](model["stem"](x)))
    for name in ("block1", "block2", "block3"):
        x = _residual(model[name], x)
    return model["output"](model["pool"](x))


def build(dtype: DTypeLike) -> dict:
    """Three residual blocks, of 16, 32 and 64 channels, and the mean of each -> 10."""
    return sequential(
        stem=convolution(1, 16, (3, 3), dtype, padding=1, bias=False),
        stem_norm=batch_norm(16, dtype),
        relu=relu(),
        block1=_block(16, 16, dtype),
        block2=_block(16, 32, dtype),
        block3=_block(32, 64, dtype),
        pool=average_pool(),
        output=linear(64, 10, dtype),
    )


def predict(model: Mapping, batch: Batch) -> Array:
    """The logits of the classes, (N, 10)."""
    return _logits(model, batch["x"])


def loss(model: Mapping, batch: Batch) -> Array:
    """The cross entropy of the right class."""
    return cross_entropy(_logits(model, batch["x"]), batch["y"])
