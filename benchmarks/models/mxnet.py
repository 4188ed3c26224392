"""The models in MXNet: Gluon blocks, turned into graphs."""

from __future__ import annotations

from typing import Any

import mxnet as mx
import numpy as np
from mxnet import autograd, gluon, nd
from mxnet.gluon import nn, rnn

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
    return {"mxnet": mx.__version__, "numpy": np.__version__}


def configure(threads: int) -> None:
    """Nothing: MXNet reads its number of threads from the environment."""


def mlp() -> nn.HybridSequential:
    """784 -> 256 -> 128 -> 10."""
    return _sequential(
        first=nn.Dense(256, activation="relu", in_units=784),
        second=nn.Dense(128, activation="relu", in_units=256),
        output=nn.Dense(10, in_units=128),
    )


def lenet() -> nn.HybridSequential:
    """Y. LeCun et al. 1998, with rectifiers and largest elements."""
    return _sequential(
        conv1=nn.Conv2D(6, 5, padding=2, activation="relu", in_channels=1),
        pool1=nn.MaxPool2D(2),
        conv2=nn.Conv2D(16, 5, activation="relu", in_channels=6),
        pool2=nn.MaxPool2D(2),
        flatten=nn.Flatten(),
        first=nn.Dense(120, activation="relu", in_units=400),
        second=nn.Dense(84, activation="relu", in_units=120),
        output=nn.Dense(10, in_units=84),
    )


class _Residual(nn.HybridBlock):
    """Two convolutions around a shortcut; the first one halves, if channels change."""

    def __init__(self, C: int, F: int) -> None:
        super().__init__()
        stride = 1 if C == F else 2
        self.conv1 = _conv(C, F, 3, stride)
        self.norm1 = _norm(F)
        self.conv2 = _conv(F, F, 3, 1)
        self.norm2 = _norm(F)
        self.has_shortcut = C != F
        if self.has_shortcut:
            self.shortcut = _conv(C, F, 1, 2)
            self.shortcut_norm = _norm(F)

    def hybrid_forward(self, F: Any, x: Any) -> Any:
        straight = self.shortcut_norm(self.shortcut(x)) if self.has_shortcut else x
        out = F.relu(self.norm1(self.conv1(x)))
        return F.relu(straight + self.norm2(self.conv2(out)))


def resnet() -> nn.HybridSequential:
    """Three residual blocks, of 16, 32 and 64 channels."""
    first = RESNET_CHANNELS[0]
    pairs = zip((first, *RESNET_CHANNELS), RESNET_CHANNELS)  # noqa: B905
    return _sequential(
        stem=_conv(3, first, 3, 1),
        stem_norm=_norm(first),
        relu=nn.Activation("relu"),
        **{f"block{i}": _Residual(*pair) for i, pair in enumerate(pairs)},
        pool=nn.GlobalAvgPool2D(),
        flatten=nn.Flatten(),
        output=nn.Dense(10, in_units=RESNET_CHANNELS[-1]),
    )


class _Classifier(nn.HybridBlock):
    """What an LSTM has in mind after the last step, as scores."""

    def __init__(self) -> None:
        super().__init__()
        self.lstm = rnn.LSTM(128, layout="NTC", input_size=128)
        # Two biases would learn twice as fast as one.
        self.lstm.l0_h2h_bias.grad_req = "null"
        self.output = nn.Dense(10, in_units=128)

    def hybrid_forward(self, F: Any, x: Any) -> Any:
        ys = self.lstm(x)
        return self.output(F.squeeze(F.slice_axis(ys, axis=1, begin=-1, end=None), 1))


def lstm() -> _Classifier:
    """128 features, a state of 128, and the last of 32 steps is read."""
    return _Classifier()


class _Block(nn.HybridBlock):
    """Attention, then a perceptron, both around shortcuts and behind norms."""

    def __init__(self) -> None:
        super().__init__()
        D = GPT_SIZE
        self.attention_norm = nn.LayerNorm(in_channels=D)
        self.attention = nn.Dense(3 * D, use_bias=False, flatten=False, in_units=D)
        self.projection = nn.Dense(D, flatten=False, in_units=D)
        self.mlp_norm = nn.LayerNorm(in_channels=D)
        self.hidden = nn.Dense(4 * D, flatten=False, in_units=D)
        self.gelu = nn.GELU()
        self.output = nn.Dense(D, flatten=False, in_units=4 * D)

    def hybrid_forward(self, F: Any, x: Any, mask: Any) -> Any:
        parts = F.split(self.attention(self.attention_norm(x)), 3, axis=-1)
        query, key, value = map(self._in_heads, (F,) * 3, parts)
        products = F.batch_dot(query * (self._size**-0.5), key, transpose_b=True)
        weights = F.softmax(F.broadcast_add(products, mask))
        read = F.batch_dot(weights, value)  # (N heads, T, D / heads)
        read = F.reshape(read, (-4, -1, GPT_HEADS, 0, 0))
        read = F.reshape(F.transpose(read, (0, 2, 1, 3)), (0, 0, -3))
        x = x + self.projection(read)
        return x + self.output(self.gelu(self.hidden(self.mlp_norm(x))))

    _size = GPT_SIZE // GPT_HEADS

    def _in_heads(self, F: Any, x: Any) -> Any:
        """(N, T, D) as (N heads, T, D / heads)."""
        x = F.reshape(x, (0, 0, GPT_HEADS, self._size))
        return F.reshape(F.transpose(x, (0, 2, 1, 3)), (-3, 0, 0))


class _Transformer(nn.HybridBlock):
    """Tokens in, scores of the next ones out."""

    def __init__(self) -> None:
        super().__init__()
        self.tokens = nn.Embedding(256, GPT_SIZE)
        self.positions = nn.Embedding(GPT_CONTEXT, GPT_SIZE)
        for i in range(GPT_BLOCKS):
            setattr(self, f"block{i}", _Block())
        self.norm = nn.LayerNorm(in_channels=GPT_SIZE)
        self.head = nn.Dense(256, use_bias=False, flatten=False, in_units=GPT_SIZE)
        later = np.triu(np.full((1, GPT_CONTEXT, GPT_CONTEXT), -1e9, np.float32), 1)
        self.mask = self.params.get_constant("mask", later)

    def hybrid_forward(self, F: Any, x: Any, mask: Any) -> Any:
        positions = self.positions(F.arange(GPT_CONTEXT))
        h = F.broadcast_add(self.tokens(x), F.expand_dims(positions, 0))
        for i in range(GPT_BLOCKS):
            h = getattr(self, f"block{i}")(h, mask)
        return self.head(self.norm(h))


def gpt() -> _Transformer:
    """Two causal blocks of 4 heads and 128 features, norms first."""
    return _Transformer()


MODELS = {"mlp": mlp, "lenet": lenet, "resnet": resnet, "lstm": lstm, "gpt": gpt}


class Run:
    """See the package. The mode is hybridized, with memory planned once."""

    def __init__(
        self, network: str, arrays: Arrays, *, mode: str, optimiser: str
    ) -> None:
        self._model = MODELS[network]()
        self._model.initialize(mx.init.Zero())
        self._loss = gluon.loss.SoftmaxCrossEntropyLoss()
        for name, p, part in _named_parameters(self._model):
            if part is None:
                array = arrays[name]
                p.set_data(nd.array(array.T if _is_linear(name) else array))
        self._join(arrays)
        self._model.hybridize(static_alloc=True, static_shape=True)
        self._loss.hybridize(static_alloc=True, static_shape=True)
        settings: dict[str, float] = {"learning_rate": SGD_LR, "momentum": MOMENTUM}
        if optimiser == "adam":
            settings = {"learning_rate": ADAM_LR, "epsilon": EPS}
            settings |= {"beta1": BETAS[0], "beta2": BETAS[1]}
        params = self._model.collect_params()
        self._trainer = gluon.Trainer(params, optimiser, settings, kvstore=None)

    def tensor(self, array: np.ndarray) -> nd.NDArray:
        """The framework's own tensor."""
        is_integer = array.dtype.kind == "i"
        return nd.array(array, dtype="int32" if is_integer else array.dtype)

    def array(self, x: nd.NDArray) -> np.ndarray:
        """A NumPy array, once its elements have been computed."""
        return x.asnumpy()

    def step(self, x: nd.NDArray, y: nd.NDArray) -> nd.NDArray:
        """Update the parameters once; the loss from before."""
        with autograd.record():
            value = self._loss(self._model(x), y).mean()
        value.backward()
        self._trainer.step(1)
        return value

    def predict(self, x: nd.NDArray) -> nd.NDArray:
        """The output of the model as it is used after training."""
        return self._model(x)

    def parameters(self) -> Arrays:
        """As canonical arrays."""
        found = {}
        for name, p, part in _named_parameters(self._model):
            array = p.data().asnumpy()
            if part is not None:
                array = np.split(array, 3)[part]
            found[name] = array.T if _is_linear(name) else array
        return found

    def _join(self, arrays: Arrays) -> None:
        """Queries, keys and values are one map in every block of a transformer."""
        for i in range(GPT_BLOCKS):
            block = getattr(self._model, f"block{i}", None)
            if isinstance(block, _Block):
                names = [f"block{i}.{part}.weight" for part in _PARTS]
                joined = np.concatenate([arrays[name].T for name in names])
                block.attention.weight.set_data(nd.array(joined))


_PARTS = ("query", "key", "value")
_KINDS = {
    "gamma": "weight",
    "beta": "bias",
    "running_mean": "mean",
    "running_var": "variance",
    "i2h_weight": "weight",
    "h2h_weight": "hidden_weight",
    "i2h_bias": "bias",
}


def _named_parameters(model: nn.HybridBlock) -> list[tuple[str, Any, int | None]]:
    """Canonical names, parameters, and which third of them is meant, if not all."""
    found: list[tuple[str, Any, int | None]] = []
    for path, p in model._collect_params_with_prefix().items():
        layer, _, kind = path.replace("._unfused.0", "").rpartition(".")
        kind = _KINDS.get(kind, kind)
        if path == "mask" or kind == "h2h_bias":
            continue
        if layer in ("tokens", "positions"):
            kind = "table"
        if not layer.endswith(".attention"):
            found.append((f"{layer}.{kind}", p, None))
            continue
        block = layer.removesuffix("attention")
        found += [(f"{block}{part}.weight", p, i) for i, part in enumerate(_PARTS)]
    return found


def _is_linear(name: str) -> bool:
    """Whether Gluon keeps the array as (D_out, D_in); filters are the same there."""
    is_filter = "conv" in name or "stem" in name or "shortcut" in name
    return name.endswith("weight") and "norm" not in name and not is_filter


def _conv(C: int, F: int, size: int, stride: int) -> nn.Conv2D:
    return nn.Conv2D(F, size, stride, padding=size // 2, use_bias=False, in_channels=C)


def _norm(C: int) -> nn.BatchNorm:
    return nn.BatchNorm(momentum=0.9, epsilon=1e-5, in_channels=C)


def _sequential(**layers: nn.HybridBlock) -> nn.HybridSequential:
    model = nn.HybridSequential()
    for name, layer in layers.items():
        model.register_child(layer, name)
    return model
