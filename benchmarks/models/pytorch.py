"""The models in PyTorch: modules that hold parameters, which a step changes."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

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
    return {"torch": torch.__version__, "numpy": np.__version__}


def configure(threads: int) -> None:
    """How many threads it may use."""
    torch.set_num_threads(threads)


def mlp() -> nn.Sequential:
    """784 -> 256 -> 128 -> 10."""
    return _sequential(
        first=nn.Linear(784, 256),
        relu1=nn.ReLU(),
        second=nn.Linear(256, 128),
        relu2=nn.ReLU(),
        output=nn.Linear(128, 10),
    )


def lenet() -> nn.Sequential:
    """Y. LeCun et al. 1998, with rectifiers and largest elements."""
    return _sequential(
        conv1=nn.Conv2d(1, 6, 5, padding=2),
        relu1=nn.ReLU(),
        pool1=nn.MaxPool2d(2),
        conv2=nn.Conv2d(6, 16, 5),
        relu2=nn.ReLU(),
        pool2=nn.MaxPool2d(2),
        flatten=nn.Flatten(),
        first=nn.Linear(400, 120),
        relu3=nn.ReLU(),
        second=nn.Linear(120, 84),
        relu4=nn.ReLU(),
        output=nn.Linear(84, 10),
    )


class _Residual(nn.Module):
    """Two convolutions around a shortcut; the first one halves, if channels change."""

    def __init__(self, C: int, F: int) -> None:
        super().__init__()
        stride = 1 if C == F else 2
        self.conv1 = nn.Conv2d(C, F, 3, stride=stride, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(F)
        self.conv2 = nn.Conv2d(F, F, 3, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(F)
        self.shortcut = None
        if C != F:
            self.shortcut = nn.Conv2d(C, F, 1, stride=2, bias=False)
            self.shortcut_norm = nn.BatchNorm2d(F)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        straight = x
        if self.shortcut is not None:
            straight = self.shortcut_norm(self.shortcut(x))
        out = F.relu(self.norm1(self.conv1(x)))
        return F.relu(straight + self.norm2(self.conv2(out)))


def resnet() -> nn.Sequential:
    """Three residual blocks, of 16, 32 and 64 channels."""
    first = RESNET_CHANNELS[0]
    pairs = zip((first, *RESNET_CHANNELS), RESNET_CHANNELS, strict=False)
    return _sequential(
        stem=nn.Conv2d(3, first, 3, padding=1, bias=False),
        stem_norm=nn.BatchNorm2d(first),
        relu=nn.ReLU(),
        **{f"block{i}": _Residual(*pair) for i, pair in enumerate(pairs)},
        pool=nn.AdaptiveAvgPool2d(1),
        flatten=nn.Flatten(),
        output=nn.Linear(RESNET_CHANNELS[-1], 10),
    )


class _Classifier(nn.Module):
    """What an LSTM has in mind after the last step, as scores."""

    def __init__(self) -> None:
        super().__init__()
        self.lstm = nn.LSTM(128, 128, batch_first=True)
        # Two biases would learn twice as fast as one.
        nn.init.zeros_(self.lstm.bias_hh_l0).requires_grad_(False)
        self.output = nn.Linear(128, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.output(self.lstm(x)[0][:, -1])


def lstm() -> _Classifier:
    """128 features, a state of 128, and the last of 32 steps is read."""
    return _Classifier()


class _Block(nn.Module):
    """Attention, then a perceptron, both around shortcuts and behind norms."""

    def __init__(self) -> None:
        super().__init__()
        D = GPT_SIZE
        self.attention_norm = nn.LayerNorm(D)
        self.attention = nn.Linear(D, 3 * D, bias=False)
        self.projection = nn.Linear(D, D)
        self.mlp_norm = nn.LayerNorm(D)
        self.hidden = nn.Linear(D, 4 * D)
        self.output = nn.Linear(4 * D, D)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        N, T, D = x.shape
        parts = self.attention(self.attention_norm(x)).split(D, dim=2)
        query, key, value = (
            part.view(N, T, GPT_HEADS, D // GPT_HEADS).transpose(1, 2) for part in parts
        )
        read = F.scaled_dot_product_attention(query, key, value, is_causal=True)
        x = x + self.projection(read.transpose(1, 2).reshape(N, T, D))
        return x + self.output(F.gelu(self.hidden(self.mlp_norm(x))))


class _Transformer(nn.Module):
    """Tokens in, scores of the next ones out."""

    def __init__(self) -> None:
        super().__init__()
        self.tokens = nn.Embedding(256, GPT_SIZE)
        self.positions = nn.Embedding(GPT_CONTEXT, GPT_SIZE)
        blocks = {f"block{i}": _Block() for i in range(GPT_BLOCKS)}
        self.blocks = _sequential(**blocks)
        self.norm = nn.LayerNorm(GPT_SIZE)
        self.head = nn.Linear(GPT_SIZE, 256, bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        positions = torch.arange(x.shape[1], device=x.device)
        h = self.tokens(x) + self.positions(positions)
        return self.head(self.norm(self.blocks(h)))


def gpt() -> _Transformer:
    """Two causal blocks of 4 heads and 128 features, norms first."""
    return _Transformer()


MODELS = {"mlp": mlp, "lenet": lenet, "resnet": resnet, "lstm": lstm, "gpt": gpt}


class Run:
    """See the package. Modes are eager, torch.compile, and channels_last, fused."""

    def __init__(
        self, network: str, arrays: Arrays, *, mode: str, optimiser: str
    ) -> None:
        dtype = getattr(torch, next(iter(arrays.values())).dtype.name)
        self._model = MODELS[network]().to(dtype)
        self._load(arrays)
        self._is_fused = mode == "channels_last, fused"
        if self._is_fused:
            self._model.to(memory_format=torch.channels_last)
        self._call = self._model
        if mode == "torch.compile":
            # Of a Sequential, `compile()` in place would leave the layers as they are.
            self._call = torch.compile(self._model)
        params = [p for p in self._model.parameters() if p.requires_grad]
        fused = self._is_fused or None
        if optimiser == "sgd":
            self._optimiser = torch.optim.SGD(
                params, lr=SGD_LR, momentum=MOMENTUM, fused=fused
            )
        else:
            self._optimiser = torch.optim.Adam(
                params, lr=ADAM_LR, betas=BETAS, eps=EPS, fused=fused
            )

    def tensor(self, array: np.ndarray) -> torch.Tensor:
        """The framework's own tensor."""
        x = torch.tensor(array)
        if self._is_fused and x.ndim == 4:
            return x.to(memory_format=torch.channels_last)
        return x

    def array(self, x: torch.Tensor) -> np.ndarray:
        """A NumPy array."""
        return x.detach().numpy()

    def step(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        """Update the parameters once; the loss from before."""
        if not self._model.training:
            self._model.train()
        self._optimiser.zero_grad()
        logits = self._call(x)
        loss = F.cross_entropy(logits.flatten(0, -2), y.flatten())
        loss.backward()
        self._optimiser.step()
        return loss

    @torch.no_grad()
    def predict(self, x: torch.Tensor) -> torch.Tensor:
        """The output of the model as it is used after training."""
        if self._model.training:
            self._model.eval()
        return self._call(x)

    def parameters(self) -> Arrays:
        """As canonical arrays."""
        found = {}
        for name, p in self._model.state_dict().items():
            for part, array in _canonical(name, p.numpy()):
                found[part] = array.copy()
        return found

    def _load(self, arrays: Arrays) -> None:
        state = self._model.state_dict()
        for name, p in state.items():
            for part, array in _canonical(name, p.numpy()):
                array[...] = arrays[part]  # a view of what the module holds


_STATISTICS = {"running_mean": "mean", "running_var": "variance"}
_LSTM = {
    "weight_ih_l0": "weight",
    "weight_hh_l0": "hidden_weight",
    "bias_ih_l0": "bias",
}


def _canonical(name: str, array: np.ndarray) -> list[tuple[str, np.ndarray]]:
    """Canonical names for a parameter, with views of it in canonical layout."""
    layer, _, kind = name.removeprefix("blocks.").rpartition(".")
    kind = (_STATISTICS | _LSTM).get(kind, kind)
    if kind in ("num_batches_tracked", "bias_hh_l0"):
        return []
    if layer in ("tokens", "positions"):
        return [(f"{layer}.table", array)]
    if layer.endswith(".attention"):
        block = layer.removesuffix("attention")
        parts = zip(("query", "key", "value"), np.split(array, 3), strict=True)
        return [(f"{block}{part}.weight", view.T) for part, view in parts]
    return [(f"{layer}.{kind}", array.T if array.ndim == 2 else array)]


def _sequential(**layers: nn.Module) -> nn.Sequential:
    model = nn.Sequential()
    for name, layer in layers.items():
        model.add_module(name, layer)
    return model
