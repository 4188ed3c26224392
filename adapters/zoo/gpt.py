"""The next character of written sums, by a transformer (Radford et al. 2018).

A sum is six characters such as 3+9=12, and the next one follows at once. Eleven of the
32 characters to be told are digits by chance, so nobody can do better on average than
ENTROPY. A block is x + projection(attention(qkv(norm1(x)))), then
x + down(gelu(up(norm2(x)))); the GELU is the one by tanh.
"""

import numpy as np

from . import metrics, shapes
from .model import Arrays, Data, Model, Shapes, adam, normal

CHARACTERS = "0123456789+="
ENTROPY = np.log(10) * 11 / 32  # 0.792 nats a character
_SIZE, _BLOCKS = 32, 2  # of a token, whose heads are 2
_LENGTH, _TRAIN, _TEST = 32, 4096, 512  # characters in a sample, and samples


def sums() -> Data:
    """Texts of five sums and the beginning of a sixth; x and y: (N, 32), tokens."""
    rng = np.random.default_rng(0)
    return Data(_samples(rng, _TRAIN), _samples(rng, _TEST))


def _samples(rng: np.random.Generator, N: int) -> Arrays:
    a, b = rng.integers(0, 10, (2, N, 6))
    plus, equals = (np.full_like(a, CHARACTERS.index(sign)) for sign in "+=")
    written = [a, plus, b, equals, (a + b) // 10, (a + b) % 10]
    text = np.stack(written, axis=-1).reshape(N, -1)
    return {"x": text[:, :_LENGTH], "y": text[:, 1 : _LENGTH + 1]}


def _block(name: str) -> Shapes:
    return (
        shapes.norm(f"{name}.norm1", _SIZE)
        | shapes.linear(f"{name}.qkv", _SIZE, 3 * _SIZE)
        | shapes.linear(f"{name}.projection", _SIZE, _SIZE)
        | shapes.norm(f"{name}.norm2", _SIZE)
        | shapes.linear(f"{name}.up", _SIZE, 4 * _SIZE)
        | shapes.linear(f"{name}.down", 4 * _SIZE, _SIZE)
    )


_PARTS = ("norm1", "qkv", "attention", "projection", "norm2", "up", "gelu", "down")

MODEL = Model(
    about="GPT: two blocks of two heads, the next of 32 characters of written sums",
    layers=(
        *("tokens", "positions"),
        *(f"block{i + 1}.{part}" for i in range(_BLOCKS) for part in _PARTS),
        *("norm", "output"),
    ),
    shapes=(
        shapes.embedding("tokens", len(CHARACTERS), _SIZE)
        | shapes.embedding("positions", _LENGTH, _SIZE)
        | _block("block1")
        | _block("block2")
        | shapes.norm("norm", _SIZE)
        | shapes.linear("output", _SIZE, len(CHARACTERS))
    ),
    first={"tokens.weight": normal(0.1), "positions.weight": normal(0.1)},
    data=sums,
    metric=metrics.cross_entropy,
    optimiser=adam(lr=2**-8),
    steps=500,
    batch=32,
    reaches=0.82,
    higher_is_better=False,
)
