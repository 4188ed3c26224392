"""The block that transformers are stacks of, and positions as waves."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

from ..core import random
from ..core.dtype import as_dtype, float32, float64
from ..core.errors import RangeError
from ..core.ops import arange, astype, cos, exp, reshape, sin, stack
from ..core.random import Key
from ..core.scope import scope
from ..core.tensor import Tensor
from .activations import gelu
from .containers import Activation, Sequential, split_or_none
from .layer import Layer
from .linear import Linear
from .multi_head_attention import KeyValueCache, MultiHeadAttention
from .normalisation import LayerNorm
from .parts import static


def tanh_gelu(x: Tensor) -> Tensor:
    """`gelu` with a tanh in place of the probability, as GPT-2 has it."""
    # A `partial` would equal no other one, so neither would two blocks' structures.
    return gelu(x, approximate="tanh")


@dataclass(frozen=True)
class TransformerBlock(Layer):
    """Attention between positions, then a perceptron at each, both around shortcuts.

        x <- x + attention(attention_norm(x))
        x <- x + mlp(mlp_norm(x))

    Shapes
    ------
    x, result  (N, T, D)
    mask       as in `MultiHeadAttention`

    Parameters
    ----------
    dropout : Layer
        What is applied in training to the result of the attention and of the `mlp`,
        before these are added; a layer without statistics, as are the norms.
    is_causal : bool
        Whether a position may read those up to itself only.
    is_pre_norm : bool
        Whether the norms stand before the attention and the `mlp`, as in GPT-2, or
        after the sums, norm(x + attention(x)), as in the source and by default in
        PyTorch's `TransformerEncoderLayer`.

    Raises
    ------
    RangeError
        If `step` is asked of a block that is not causal.

    Notes
    -----
    The block that `init` makes is GPT-2's without its dropout of 0.1 and its initial
    values, which are normal with deviation 0.02. PyTorch's `TransformerEncoderLayer`
    has 2048 hidden features, `relu`, a dropout of 0.1, no mask by default, and norms
    after the sums.

    Sources: Vaswani et al. 2017, "Attention is all you need", section 3.1; Radford et
    al. 2019, "Language models are unsupervised multitask learners", section 2.3.
    """

    attention_norm: Layer
    attention: MultiHeadAttention
    mlp_norm: Layer
    mlp: Layer
    dropout: Layer | None = None
    is_causal: bool = static(default=True)
    is_pre_norm: bool = static(default=True)

    @classmethod
    def init(
        cls,
        key: Key,
        size: int,
        heads: int,
        *,
        hidden: int | None = None,
        activation: Callable[[Tensor], Tensor] = tanh_gelu,
        dropout: Layer | None = None,
        dtype: Any = float32,
        **settings: Any,
    ) -> Self:
        """A block with random parameters, as its parts have them by default.

        Parameters
        ----------
        hidden : int
            The size inside the `mlp`; 4 times `size` by default.
        dropout : Layer
            Applied to the weights of the attention, too.
        settings
            `is_causal` and `is_pre_norm`.
        """
        inside = 4 * size if hidden is None else hidden
        first, second, third = random.split(key, 3)
        layers = {
            "hidden": Linear.init(second, size, inside, dtype=dtype),
            "activation": Activation(activation),
            "output": Linear.init(third, inside, size, dtype=dtype),
        }
        return cls(
            LayerNorm.init(size, dtype=dtype),
            MultiHeadAttention.init(first, size, heads, dropout=dropout, dtype=dtype),
            LayerNorm.init(size, dtype=dtype),
            Sequential(layers),
            dropout,
            **settings,
        )

    def __call__(self, x: Tensor, *, mask: Tensor | None = None) -> Tensor:
        """Apply the block."""

        def attended(x: Tensor) -> tuple[Tensor, None]:
            with scope("attention"):
                return self.attention(x, mask=mask, is_causal=self.is_causal), None

        x, _ = self._around("attention_norm", attended, x)
        return self._around("mlp_norm", self._mapped, x)[0]

    def training(
        self, x: Tensor, key: Key | None = None, *, mask: Tensor | None = None
    ) -> tuple[Tensor, Self]:
        """The same with dropout."""
        keys = split_or_none(key, 4)

        def attended(x: Tensor) -> tuple[Tensor, Layer]:
            with scope("attention"):
                x, layer = self.attention.training(
                    x, keys[0], mask=mask, is_causal=self.is_causal
                )
            return self._dropped(x, keys[1]), layer

        def mapped(x: Tensor) -> tuple[Tensor, Layer]:
            with scope("mlp"):
                x, layer = self.mlp.training(x, keys[2])
            return self._dropped(x, keys[3]), layer

        x, attention = self._around("attention_norm", attended, x)
        x, mlp = self._around("mlp_norm", mapped, x)
        return x, dataclasses.replace(self, attention=attention, mlp=mlp)

    def step(self, x: Tensor, cache: KeyValueCache) -> tuple[Tensor, KeyValueCache]:
        """Apply the block, causally, to more positions of a sequence.

        The first cache is `attention.empty_cache(N, capacity)`.
        """
        if not self.is_causal:
            raise RangeError(
                "TransformerBlock: step needs a causal block, is_causal is False: in "
                "this one, earlier positions read later ones"
            )

        def attended(x: Tensor) -> tuple[Tensor, KeyValueCache]:
            with scope("attention"):
                return self.attention.step(x, cache)

        x, after = self._around("attention_norm", attended, x)
        return self._around("mlp_norm", self._mapped, x)[0], after

    def _mapped(self, x: Tensor) -> tuple[Tensor, None]:
        with scope("mlp"):
            return self.mlp(x), None

    def _around(
        self, norm: str, part: Callable[[Tensor], tuple[Tensor, Any]], x: Tensor
    ) -> tuple[Tensor, Any]:
        """A part with its norm and its shortcut, and what the part returns besides."""
        if self.is_pre_norm:
            y, rest = part(self._normed(norm, x))
            return x + y, rest
        y, rest = part(x)
        return self._normed(norm, x + y), rest

    def _normed(self, norm: str, x: Tensor) -> Tensor:
        with scope(norm):
            return getattr(self, norm)(x)

    def _dropped(self, x: Tensor, key: Key | None) -> Tensor:
        return x if self.dropout is None else self.dropout.training(x, key)[0]


def sinusoidal_positions(
    count: int, size: int, *, dtype: Any = float32, device: Any = None
) -> Tensor:
    """Sines and cosines of every position, with wavelengths from 2 pi to 20000 pi.

    Result 2i at position t is sin(t / 10000^(2i / size)), and result 2i + 1 its cosine.

    Shapes
    ------
    result  (count, size)

    Raises
    ------
    RangeError
        If `size` is odd.

    Notes
    -----
    Source: Vaswani et al. 2017, "Attention is all you need", section 3.5. Learned
    positions are an `Embedding` of the positions.
    """
    if size % 2:
        raise RangeError(f"sinusoidal_positions: an even size is needed, {size} came")
    even = arange(0, size, 2, dtype=float64, device=device)
    frequencies = exp(even * (-math.log(10000.0) / size))
    positions = reshape(arange(count, dtype=float64, device=device), (count, 1))
    angles = positions * frequencies
    pairs = stack([sin(angles), cos(angles)], axis=-1)
    return astype(reshape(pairs, (count, size)), as_dtype(dtype))
