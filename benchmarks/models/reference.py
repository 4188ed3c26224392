"""The models in the reference framework: trees of layers, and pure steps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

import reference_impl as ri
from reference_impl import nn, optim
from reference_impl.core.build.target import host

from .parameters import (
    ADAM_LR,
    BETAS,
    EPS,
    GPT_BLOCKS,
    GPT_HEADS,
    GPT_SIZE,
    MOMENTUM,
    RESNET_CHANNELS,
    SGD_LR,
    Arrays,
)

OPTIMISERS = {
    "sgd": optim.sgd(lr=SGD_LR, momentum=MOMENTUM),
    "adam": optim.adam(lr=ADAM_LR, betas=BETAS, eps=EPS),
}


def versions() -> dict[str, str]:
    """The versions that the results depend on."""
    return {"reference_impl": ri.__version__, "numpy": np.__version__}


def configure(threads: int) -> None:
    """Use so many threads, and load what builds kernels.

    That is 40 MB of llvmlite, which is first needed when something is compiled. Others
    load their compilers when they are imported, so it is no memory of training.
    """
    ri.set_threads(threads)
    host()


def mlp(p: dict[str, Any]) -> nn.Sequential:
    """784 -> 256 -> 128 -> 10."""
    return nn.Sequential(
        {
            "first": _linear(p, "first"),
            "relu1": nn.Activation(ri.relu),
            "second": _linear(p, "second"),
            "relu2": nn.Activation(ri.relu),
            "output": _linear(p, "output"),
        }
    )


def lenet(p: dict[str, Any]) -> nn.Sequential:
    """Y. LeCun et al. 1998, with rectifiers and largest elements."""
    return nn.Sequential(
        {
            "conv1": nn.Conv2d(p["conv1.weight"], p["conv1.bias"], padding=2),
            "relu1": nn.Activation(ri.relu),
            "pool1": nn.MaxPool(2),
            "conv2": nn.Conv2d(p["conv2.weight"], p["conv2.bias"]),
            "relu2": nn.Activation(ri.relu),
            "pool2": nn.MaxPool(2),
            "flatten": nn.Flatten(),
            "first": _linear(p, "first"),
            "relu3": nn.Activation(ri.relu),
            "second": _linear(p, "second"),
            "relu4": nn.Activation(ri.relu),
            "output": _linear(p, "output"),
        }
    )


def resnet(p: dict[str, Any]) -> nn.Sequential:
    """Three residual blocks, of 16, 32 and 64 channels."""
    layers = {
        "stem": nn.Conv2d(p["stem.weight"], padding=1),
        "stem_norm": _batch_norm(p, "stem_norm", RESNET_CHANNELS[0]),
        "relu": nn.Activation(ri.relu),
    }
    for i, F in enumerate(RESNET_CHANNELS):
        layers[f"block{i}"] = _residual(p, f"block{i}", F)
        layers[f"relu{i}"] = nn.Activation(ri.relu)
    layers |= {"pool": nn.GlobalAvgPool(), "output": _linear(p, "output")}
    return nn.Sequential(layers)


@dataclass(frozen=True)
class _Classifier(nn.Layer):
    """What an LSTM has in mind after the last step, as scores."""

    lstm: nn.LSTM
    output: nn.Linear

    def __call__(self, x: ri.Tensor) -> ri.Tensor:
        return self.output(self.lstm(x)[0][:, -1])


def lstm(p: dict[str, Any]) -> _Classifier:
    """128 features, a state of 128, and the last of 32 steps is read."""
    parts = ("lstm.weight", "lstm.hidden_weight", "lstm.bias")
    return _Classifier(nn.LSTM(*(p[part] for part in parts)), _linear(p, "output"))


@dataclass(frozen=True)
class _Transformer(nn.Layer):
    """Tokens in, scores of the next ones out."""

    tokens: nn.Embedding
    positions: nn.Embedding
    blocks: nn.Sequential
    norm: nn.LayerNorm
    head: nn.Linear

    def __call__(self, x: ri.Tensor) -> ri.Tensor:
        h = self.tokens(x) + self.positions(ri.arange(x.shape[1]))
        return self.head(self.norm(self.blocks(h)))


def gpt(p: dict[str, Any]) -> _Transformer:
    """Two causal blocks of 4 heads and 128 features, norms first."""
    blocks = {str(i): _block(p, f"block{i}") for i in range(GPT_BLOCKS)}
    return _Transformer(
        nn.Embedding(p["tokens.table"]),
        nn.Embedding(p["positions.table"]),
        nn.Sequential(blocks),
        _layer_norm(p, "norm"),
        nn.Linear(p["head.weight"]),
    )


def _residual(p: dict[str, Any], name: str, F: int) -> nn.Residual:
    has_shortcut = f"{name}.shortcut.weight" in p
    body = {
        "conv1": nn.Conv2d(
            p[f"{name}.conv1.weight"], stride=2 if has_shortcut else 1, padding=1
        ),
        "norm1": _batch_norm(p, f"{name}.norm1", F),
        "relu": nn.Activation(ri.relu),
        "conv2": nn.Conv2d(p[f"{name}.conv2.weight"], padding=1),
        "norm2": _batch_norm(p, f"{name}.norm2", F),
    }
    if not has_shortcut:
        return nn.Residual(nn.Sequential(body))
    shortcut = {
        "conv": nn.Conv2d(p[f"{name}.shortcut.weight"], stride=2),
        "norm": _batch_norm(p, f"{name}.shortcut_norm", F),
    }
    return nn.Residual(nn.Sequential(body), nn.Sequential(shortcut))


def _block(p: dict[str, Any], name: str) -> nn.TransformerBlock:
    projections = (p[f"{name}.{part}.weight"] for part in ("query", "key", "value"))
    mlp = {
        "hidden": _linear(p, f"{name}.hidden"),
        "gelu": nn.Activation(nn.gelu),
        "output": _linear(p, f"{name}.output"),
    }
    return nn.TransformerBlock(
        _layer_norm(p, f"{name}.attention_norm"),
        nn.MultiHeadAttention(
            *map(nn.Linear, projections), _linear(p, f"{name}.projection"), GPT_HEADS
        ),
        _layer_norm(p, f"{name}.mlp_norm"),
        nn.Sequential(mlp),
    )


def _linear(p: dict[str, Any], name: str) -> nn.Linear:
    return nn.Linear(p[f"{name}.weight"], p[f"{name}.bias"])


def _layer_norm(p: dict[str, Any], name: str) -> nn.LayerNorm:
    return nn.LayerNorm((GPT_SIZE,), p[f"{name}.weight"], p[f"{name}.bias"])


def _batch_norm(p: dict[str, Any], name: str, C: int) -> nn.BatchNorm:
    parts = ("weight", "bias", "mean", "variance")
    return nn.BatchNorm(C, *(p[f"{name}.{part}"] for part in parts))


MODELS = {"mlp": mlp, "lenet": lenet, "resnet": resnet, "lstm": lstm, "gpt": gpt}


class Run:
    """See the package. A step is a pure function of parameters and of what follows."""

    def __init__(
        self, network: str, arrays: Arrays, *, mode: str, optimiser: str
    ) -> None:
        init, update = OPTIMISERS[optimiser]

        def loss(params: Any, statistics: Any, x: ri.Tensor, y: ri.Tensor) -> Any:
            logits, after = nn.combine(params, statistics).training(x)
            return nn.cross_entropy(logits, y, axis=-1), nn.partition(after)[1]

        def step(
            params: Any, statistics: Any, state: Any, x: ri.Tensor, y: ri.Tensor
        ) -> Any:
            (value, statistics), grads = ri.value_and_grad(loss, has_aux=True)(
                params, statistics, x, y
            )
            params, state = update(grads, state, params)
            return (params, statistics, state), value

        def predict(params: Any, statistics: Any, x: ri.Tensor) -> ri.Tensor:
            return nn.combine(params, statistics)(x)

        if mode == "compiled":
            # What a step replaces is given up: its arrays become those of the next.
            step = ri.compile(step, donate=(0, 1, 2))
            predict = ri.compile(predict)
        self._step, self._predict = step, predict

        params, statistics = nn.partition(
            MODELS[network]({name: ri.tensor(array) for name, array in arrays.items()})
        )
        self._held = params, statistics, init(params)
        # The same tree, with every tensor's name in its place.
        self._names = ri.tree.flatten(MODELS[network]({n: n for n in arrays}))[0]

    def tensor(self, array: np.ndarray) -> ri.Tensor:
        """The framework's own tensor."""
        return ri.tensor(array)

    def array(self, x: ri.Tensor) -> np.ndarray:
        """A NumPy array."""
        return x.numpy()

    def step(self, x: ri.Tensor, y: ri.Tensor) -> ri.Tensor:
        """Update the parameters once; the loss from before."""
        self._held, value = self._step(*self._held, x, y)
        return value

    def predict(self, x: ri.Tensor) -> ri.Tensor:
        """The output of the model as it is used after training."""
        return self._predict(*self._held[:2], x)

    def parameters(self) -> Arrays:
        """As canonical arrays."""
        leaves = ri.tree.flatten(nn.combine(*self._held[:2]))[0]
        return {n: x.numpy() for n, x in zip(self._names, leaves, strict=True)}
