"""Small functions that are mostly one kernel, in the reference and in PyTorch.

Shapes are those of the six models. Where a name ends with "gradient", the value and
the gradients by all inputs are computed, for a random cotangent.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch.nn import functional as F
from torch.nn.grad import conv2d_input, conv2d_weight

import reference_impl as ri
from reference_impl import nn, optim

from .models.parameters import ADAM_LR, BETAS, EPS, MOMENTUM, SGD_LR, Arrays

# A function of tensors, to a tensor or a tuple of them.
Function = Callable[..., Any]


@dataclass(frozen=True)
class Case:
    """Two functions that compute the same from the same arrays.

    Attributes
    ----------
    donate : tuple of int
        Which arguments are replaced by the first results, as parameters are.
    """

    name: str
    ours: Function
    theirs: Function
    arrays: tuple[np.ndarray, ...]
    donate: tuple[int, ...] = ()


def cases() -> dict[str, Case]:
    """All of them, by name."""
    rng = np.random.default_rng(0)
    parts = (
        products,
        convolutions,
        pooling,
        cells,
        attention,
        normalisations,
        losses,
        functions,
        updates,
    )
    return {case.name: case for part in parts for case in part(rng)}


def products(rng: np.random.Generator) -> Iterator[Case]:
    """Products of matrices: forward, and the two of the way back."""
    shapes = (
        *((64, 784, 256), (8, 784, 256), (64, 256, 128), (64, 128, 10)),
        *((32, 128, 512), (1024, 128, 512), (1024, 512, 128), (512, 512, 512)),
    )
    for M, K, N in shapes:
        x, y = _normal(rng, M, K), _normal(rng, K, N)
        yield Case(f"gemm {M}x{K}x{N}", lambda x, y: x @ y, lambda x, y: x @ y, (x, y))
    for M, K, N in ((64, 784, 256), (1024, 128, 512)):
        x, y, g = _normal(rng, M, K), _normal(rng, K, N), _normal(rng, M, N)
        yield Case(
            f"gemm {M}x{K}x{N} by the first",
            lambda g, y: g @ ri.matrix_transpose(y),
            lambda g, y: g @ y.T,
            (g, y),
        )
        yield Case(
            f"gemm {M}x{K}x{N} by the second",
            lambda x, g: ri.matrix_transpose(x) @ g,
            lambda x, g: x.T @ g,
            (x, g),
        )


def convolutions(rng: np.random.Generator) -> Iterator[Case]:
    """Those of LeNet-5 and ResNet-8, forward and both ways back."""
    table = {
        "lenet first": (64, 1, 28, 6, 5, 1, 2),
        "lenet second": (64, 6, 14, 16, 5, 1, 0),
        "resnet stem": (32, 3, 32, 16, 3, 1, 1),
        "resnet 16": (32, 16, 32, 16, 3, 1, 1),
        "resnet 16 to 32": (32, 16, 32, 32, 3, 2, 1),
        "resnet 64": (32, 64, 8, 64, 3, 1, 1),
        "resnet shortcut": (32, 16, 32, 32, 1, 2, 0),
    }
    for name, (N, C, S, filters, size, stride, padding) in table.items():
        settings = {"stride": stride, "padding": padding}
        out = (S + 2 * padding - size) // stride + 1
        x, w = _normal(rng, N, C, S, S), _normal(rng, filters, C, size, size)
        g = _normal(rng, N, filters, out, out)
        yield from _convolution(f"conv {name}", x, w, g, settings)


def _convolution(
    name: str, x: np.ndarray, w: np.ndarray, g: np.ndarray, settings: dict[str, int]
) -> Iterator[Case]:
    def ours(x: Any, w: Any) -> Any:
        return ri.conv(x, w, **settings)

    # By one input alone: a pullback is linear, so where it is taken does not matter.
    images, filters = ri.zeros(x.shape), ri.zeros(w.shape)

    def by_images(w: Any, g: Any) -> Any:
        return ri.vjp(lambda x: ours(x, w), images)[1](g)[0]

    def by_filters(x: Any, g: Any) -> Any:
        return ri.vjp(lambda w: ours(x, w), filters)[1](g)[0]

    yield Case(name, ours, lambda x, w: F.conv2d(x, w, **settings), (x, w))
    yield Case(
        f"{name} by the images",
        by_images,
        lambda w, g: conv2d_input(x.shape, w, g, **settings),
        (w, g),
    )
    yield Case(
        f"{name} by the filters",
        by_filters,
        lambda x, g: conv2d_weight(x, w.shape, g, **settings),
        (x, g),
    )


def pooling(rng: np.random.Generator) -> Iterator[Case]:
    """The largest of two by two, and means of images."""
    x = _normal(rng, 64, 6, 28, 28)
    yield from _with_gradient(
        rng, "max pool", lambda x: ri.max_pool(x, 2), lambda x: F.max_pool2d(x, 2), x
    )
    x = _normal(rng, 32, 64, 8, 8)
    yield from _with_gradient(
        rng,
        "global mean",
        lambda x: ri.mean(x, axis=(2, 3)),
        lambda x: x.mean((2, 3)),
        x,
    )


def cells(rng: np.random.Generator) -> Iterator[Case]:
    """One step of an LSTM with a state of 128."""
    N, H = 32, 128

    def theirs(h: Any, c: Any, gates: Any, weight: Any) -> Any:
        i, f, g, o = (gates + h @ weight).chunk(4, 1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        return torch.sigmoid(o) * torch.tanh(c) + c

    def ours(h: Any, c: Any, gates: Any, weight: Any) -> Any:
        h, c = nn.lstm_cell((h, c), gates, weight)
        return h + c

    h, c = _normal(rng, N, H), _normal(rng, N, H)
    arrays = h, c, _normal(rng, N, 4 * H), _normal(rng, H, 4 * H) / math.sqrt(H)
    yield from _with_gradient(rng, "lstm cell", ours, theirs, *arrays)


def attention(rng: np.random.Generator) -> Iterator[Case]:
    """That of the transformer: 16 sequences of 64, 4 heads of 32, causal."""
    arrays = [_normal(rng, 16, 4, 64, 32) for _ in range(3)]
    yield from _with_gradient(
        rng,
        "attention",
        lambda q, k, v: nn.scaled_dot_product_attention(q, k, v, is_causal=True),
        lambda q, k, v: F.scaled_dot_product_attention(q, k, v, is_causal=True),
        *arrays,
    )


def normalisations(rng: np.random.Generator) -> Iterator[Case]:
    """Of features, and of channels."""
    x, weight, bias = _normal(rng, 1024, 128), _normal(rng, 128), _normal(rng, 128)
    yield from _with_gradient(
        rng,
        "layer norm",
        lambda x, w, b: nn.LayerNorm((128,), w, b)(x),
        lambda x, w, b: F.layer_norm(x, (128,), w, b),
        *(x, weight, bias),
    )
    x, weight, bias = _normal(rng, 32, 16, 32, 32), _normal(rng, 16), _normal(rng, 16)
    yield from _with_gradient(
        rng,
        "batch norm, relu",
        lambda x, w, b: ri.relu(nn.BatchNorm(16, w, b).training(x)[0]),
        lambda x, w, b: F.relu(F.batch_norm(x, None, None, w, b, training=True)),
        *(x, weight, bias),
    )


def losses(rng: np.random.Generator) -> Iterator[Case]:
    """The cross-entropy of the transformer's and of the images' labels."""
    for N, V in ((1024, 256), (64, 10)):
        labels = rng.integers(V, size=N)
        y, their_y = ri.tensor(labels), torch.tensor(labels)
        yield from _with_gradient(
            rng,
            f"cross-entropy {N}x{V}",
            lambda x, y=y: nn.cross_entropy(x, y),
            lambda x, y=their_y: F.cross_entropy(x, y),
            _normal(rng, N, V),
        )


def functions(rng: np.random.Generator) -> Iterator[Case]:
    """Of single elements, a quarter of a million of them."""
    x = _normal(rng, 512, 512)
    for name in ("exp", "tanh", "erf", "sigmoid"):
        yield Case(name, getattr(ri, name), getattr(torch, name), (x,))
    yield from _with_gradient(rng, "gelu", nn.gelu, F.gelu, x)
    yield from _with_gradient(
        rng,
        "bias, gelu",
        lambda x, b: nn.gelu(x + b),
        lambda x, b: F.gelu(x + b),
        *(x, _normal(rng, 512)),
    )
    yield Case("softmax", ri.softmax, lambda x: torch.softmax(x, -1), (x,))


def updates(rng: np.random.Generator) -> Iterator[Case]:
    """Of a quarter of a million parameters, beside PyTorch's fused ones."""
    shapes = ((256, 784), (256,), (128, 256), (128,), (10, 128), (10,))
    p = np.concatenate([_normal(rng, math.prod(shape)) for shape in shapes])
    g, zero = _normal(rng, len(p)), np.zeros_like(p)

    def sgd(p: Any, v: Any, g: Any) -> Any:
        rule = optim.sgd(lr=SGD_LR, momentum=MOMENTUM)
        p, after = rule.update(g, {"step": ri.tensor(0), "velocity": v}, p)
        return p, after["velocity"]

    def their_sgd(p: Any, v: Any, g: Any) -> Any:
        torch._fused_sgd_(
            [p],
            [g],
            [v],
            weight_decay=0.0,
            momentum=MOMENTUM,
            lr=SGD_LR,
            dampening=0.0,
            nesterov=False,
            maximize=False,
            is_first_step=False,
        )
        return p, v

    def adam(p: Any, m: Any, v: Any, g: Any) -> Any:
        rule = optim.adam(lr=ADAM_LR, betas=BETAS, eps=EPS)
        p, after = rule.update(g, {"step": ri.tensor(1), "m": m, "v": v}, p)
        return p, after["m"], after["v"]

    step = torch.tensor(2.0)

    def their_adam(p: Any, m: Any, v: Any, g: Any) -> Any:
        torch._fused_adam_(
            [p],
            [g],
            [m],
            [v],
            [],
            [step],
            lr=ADAM_LR,
            beta1=BETAS[0],
            beta2=BETAS[1],
            weight_decay=0.0,
            eps=EPS,
            amsgrad=False,
            maximize=False,
        )
        return p, m, v

    yield Case("sgd update", sgd, their_sgd, (p, zero, g), donate=(0, 1))
    yield Case("adam update", adam, their_adam, (p, zero, zero, g), donate=(0, 1, 2))


def _with_gradient(
    rng: np.random.Generator,
    name: str,
    ours: Function,
    theirs: Function,
    *arrays: np.ndarray,
) -> Iterator[Case]:
    """A function alone, and with its gradients by all arrays."""
    yield Case(name, ours, theirs, arrays)
    shape = theirs(*map(torch.tensor, arrays)).shape
    g = np.asarray(rng.normal(size=tuple(shape)), np.float32)

    def both(*xs: Any) -> Sequence[Any]:
        out, pull = ri.vjp(ours, *xs[:-1])
        return out, *pull(xs[-1])

    def their_both(*xs: Any) -> Sequence[Any]:
        inputs = [x.requires_grad_() for x in xs[:-1]]
        out = theirs(*inputs)
        return out, *torch.autograd.grad(out, inputs, xs[-1])

    yield Case(f"{name}, gradient", both, their_both, (*arrays, g))


def _normal(rng: np.random.Generator, *shape: int) -> np.ndarray:
    return rng.normal(size=shape).astype(np.float32)


def as_arrays(results: Any) -> Arrays:
    """What a function of either framework has returned, as named arrays."""
    several = results if isinstance(results, (tuple, list)) else [results]
    return {
        f"result {i}": x.detach().numpy() if isinstance(x, torch.Tensor) else x.numpy()
        for i, x in enumerate(several)
    }
