"""What crosses to every framework: the shapes of the models, first values, and data.

Imports nothing but NumPy: workers of every environment read this file.

Canonical layouts: a linear weight is (D_in, D_out), a filter (F, C, H, W), an image
(C, H, W), the gates of an LSTM i f g o with one bias. A `table` has a row for each
token; `mean` and `variance` are running statistics.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

Arrays = dict[str, np.ndarray]
Shapes = dict[str, tuple[int, ...]]

# SGD with momentum: v <- momentum v + g, p <- p - lr v. Adam: PyTorch's defaults, but
# an `eps` so small that its place does not matter, which is another one in Keras and
# MXNet: with 1e-8, updates differ by 2 % in the first steps.
SGD_LR, MOMENTUM = 0.01, 0.9
ADAM_LR, BETAS, EPS = 1e-3, (0.9, 0.999), 1e-10

# No common factor: an input meets another target each time, so there is nothing to
# learn by heart. A model that has converged computes with denormal numbers, which some
# processors multiply a hundred times slower.
X_BATCHES, Y_BATCHES = 8, 7


@dataclass(frozen=True)
class Setting:
    """A row of the benchmark: a network, and what it is trained on.

    Attributes
    ----------
    sample : tuple of int
        The shape of one input.
    tokens : int or None
        How many there are, where inputs are tokens; targets are then tokens, too.
    optimiser : "sgd" or "adam"
    """

    network: str
    batch: int
    sample: tuple[int, ...]
    optimiser: str
    tokens: int | None = None


MODELS: dict[str, Setting] = {
    "mlp-64": Setting("mlp", 64, (784,), "sgd"),
    "mlp-8": Setting("mlp", 8, (784,), "sgd"),
    "lenet-5": Setting("lenet", 64, (1, 28, 28), "sgd"),
    "resnet-8": Setting("resnet", 32, (3, 32, 32), "sgd"),
    "lstm": Setting("lstm", 32, (32, 128), "adam"),
    "gpt": Setting("gpt", 16, (64,), "adam", tokens=256),
}
CLASSES = 10
GPT_BLOCKS, GPT_HEADS, GPT_SIZE, GPT_CONTEXT = 2, 4, 128, 64
RESNET_CHANNELS = (16, 32, 64)


def shapes(network: str) -> Shapes:
    """The canonical parameters of a network, in the order in which data meets them."""
    return dict(_SHAPES[network])


def first_values(network: str, rng: np.random.Generator) -> Arrays:
    """Random parameters; weights are as large as they may be on 1/sqrt(inputs)."""
    return {
        name: _first_value(name, shape, rng).astype(np.float32)
        for name, shape in shapes(network).items()
    }


def data(setting: Setting, rng: np.random.Generator) -> Arrays:
    """Batches of inputs `x` and of targets `y`; the first axis counts them."""
    N, T = setting.batch, setting.sample[:1]
    if setting.tokens is not None:
        x = rng.integers(setting.tokens, size=(X_BATCHES, N, *T))
        return {"x": x, "y": rng.integers(setting.tokens, size=(Y_BATCHES, N, *T))}
    x = rng.normal(size=(X_BATCHES, N, *setting.sample)).astype(np.float32)
    return {"x": x, "y": rng.integers(CLASSES, size=(Y_BATCHES, N))}


def is_statistic(name: str) -> bool:
    """Whether this is no parameter, but what a normalisation has seen so far."""
    return name.endswith((".mean", ".variance"))


def _first_value(
    name: str, shape: tuple[int, ...], rng: np.random.Generator
) -> np.ndarray:
    kind = name.rpartition(".")[2]
    if kind == "table":
        return rng.normal(scale=0.1, size=shape)
    if kind == "variance" or (kind == "weight" and len(shape) == 1):
        return rng.uniform(0.9, 1.1, size=shape)
    inputs = math.prod(shape[1:]) if len(shape) == 4 else shape[0]
    bound = 1 / math.sqrt(inputs)
    return rng.uniform(-bound, bound, size=shape)


def _linear(name: str, inputs: int, outputs: int) -> Shapes:
    return {f"{name}.weight": (inputs, outputs), f"{name}.bias": (outputs,)}


def _filters(name: str, inputs: int, outputs: int, size: int) -> Shapes:
    return {f"{name}.weight": (outputs, inputs, size, size)}


def _norm(name: str, size: int) -> Shapes:
    return {f"{name}.weight": (size,), f"{name}.bias": (size,)}


def _batch_norm(name: str, channels: int) -> Shapes:
    statistics = {f"{name}.mean": (channels,), f"{name}.variance": (channels,)}
    return _norm(name, channels) | statistics


def _mlp() -> Shapes:
    return (
        _linear("first", 784, 256)
        | _linear("second", 256, 128)
        | _linear("output", 128, CLASSES)
    )


def _lenet() -> Shapes:
    return (
        _filters("conv1", 1, 6, 5)
        | {"conv1.bias": (6,)}
        | _filters("conv2", 6, 16, 5)
        | {"conv2.bias": (16,)}
        | _linear("first", 400, 120)
        | _linear("second", 120, 84)
        | _linear("output", 84, CLASSES)
    )


def _resnet() -> Shapes:
    found = _filters("stem", 3, RESNET_CHANNELS[0], 3)
    found |= _batch_norm("stem_norm", RESNET_CHANNELS[0])
    C = RESNET_CHANNELS[0]
    for i, F in enumerate(RESNET_CHANNELS):
        name = f"block{i}"
        for part, inputs in (("1", C), ("2", F)):
            found |= _filters(f"{name}.conv{part}", inputs, F, 3)
            found |= _batch_norm(f"{name}.norm{part}", F)
        if F != C:
            found |= _filters(f"{name}.shortcut", C, F, 1)
            found |= _batch_norm(f"{name}.shortcut_norm", F)
        C = F
    return found | _linear("output", C, CLASSES)


def _lstm() -> Shapes:
    D = H = 128
    return {
        "lstm.weight": (D, 4 * H),
        "lstm.hidden_weight": (H, 4 * H),
        "lstm.bias": (4 * H,),
    } | _linear("output", H, CLASSES)


def _gpt() -> Shapes:
    D, V = GPT_SIZE, 256
    found: Shapes = {"tokens.table": (V, D), "positions.table": (GPT_CONTEXT, D)}
    for i in range(GPT_BLOCKS):
        name = f"block{i}"
        found |= _norm(f"{name}.attention_norm", D)
        # No bias: that of the keys has a gradient of zero, which Adam would divide by
        # itself, so that rounding alone would move it.
        found |= {f"{name}.{part}.weight": (D, D) for part in ("query", "key", "value")}
        found |= _linear(f"{name}.projection", D, D) | _norm(f"{name}.mlp_norm", D)
        found |= _linear(f"{name}.hidden", D, 4 * D)
        found |= _linear(f"{name}.output", 4 * D, D)
    return found | _norm("norm", D) | {"head.weight": (D, V)}


_SHAPES = {
    "mlp": _mlp(),
    "lenet": _lenet(),
    "resnet": _resnet(),
    "lstm": _lstm(),
    "gpt": _gpt(),
}
