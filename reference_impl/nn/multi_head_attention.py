"""Multi-head attention as a layer, with a cache for what was read before."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Self

from ..core import random
from ..core.dtype import float32, int64
from ..core.errors import RangeError, ShapeError
from ..core.number import check_at_least
from ..core.ops import arange, permute_dims, reshape, zeros
from ..core.random import Key
from ..core.scope import scope
from ..core.tensor import Tensor
from .attention import causal_mask, scaled_dot_product_attention
from .initialisers import Initialiser, constant, fan_in_uniform, glorot_uniform
from .layer import Layer
from .linear import Linear
from .parts import static

# PyTorch's for three projections that are one (D, 3D): 6 / (D + 3D) is half of
# 6 / (D + D).
_PACKED, _ZEROS = glorot_uniform(math.sqrt(0.5)), constant(0.0)


@dataclass(frozen=True)
class KeyValueCache:
    """Keys and values of positions that were read before, with room for more.

    Its shapes stay, so that a compiled step serves every position.

    Shapes
    ------
    keys, values  (N, heads, capacity, D / heads)
    length        no axes, an integer: how many positions are filled
    """

    keys: Tensor
    values: Tensor
    length: Tensor

    def appended(self, keys: Tensor, values: Tensor) -> KeyValueCache:
        """The cache with keys and values (N, heads, T, D / heads) of T more positions.

        Raises
        ------
        ShapeError
            If they are of other sequences, heads or sizes.
        IndexRangeError
            If there is no room for them.
        """
        T = keys.shape[-2]
        N, heads, _, size = self.keys.shape
        if not keys.shape == values.shape == (N, heads, T, size):
            raise ShapeError(
                f"KeyValueCache: keys and values {(N, heads, T, size)} are needed, "
                f"{keys.shape} and {values.shape} came"
            )
        places = self.length + arange(T, device=self.length.device)
        return KeyValueCache(
            self.keys.at[:, :, places].set(keys),
            self.values.at[:, :, places].set(values),
            self.length + T,
        )


@dataclass(frozen=True)
class MultiHeadAttention(Layer):
    """Attention in several subspaces at once, each with keys and values of its own.

    Shapes
    ------
    x       (N, T, D), what the queries are made of
    memory  (N, S, D_memory), what the keys and values are made of; `x` itself if None
    mask    broadcasts to (N, heads, T, S) and has all its axes, or is (T, S)
    result  (N, T, D)

    Parameters
    ----------
    query, key, value, output : Linear
        The projections; a head has D / heads neighbouring results of the first three.
    heads : int
        How many; D must be a multiple.
    dropout : Layer
        What is applied to the weights in training.

    Raises
    ------
    ShapeError
        If a shape does not fit.

    Notes
    -----
    PyTorch keeps the weights of the first three projections in one parameter (3D, D),
    if D_memory is D. This is how they begin, too: equally likely up to sqrt(6 / 4D) in
    size, and otherwise as `glorot_uniform` has it. The last weight begins as that of
    `Linear`, and biases as zeros. Keras and flax begin all four weights with glorot's
    uniform and lecun's normal numbers.

    Source: Vaswani et al. 2017, "Attention is all you need", section 3.2.2.
    """

    query: Linear
    key: Linear
    value: Linear
    output: Linear
    heads: int = static()
    dropout: Layer | None = None

    @classmethod
    def init(
        cls,
        key: Key,
        size: int,
        heads: int,
        *,
        memory: int | None = None,
        weight: Initialiser | None = None,
        output: Initialiser = fan_in_uniform(),
        bias: Initialiser | None = _ZEROS,
        dropout: Layer | None = None,
        dtype: Any = float32,
    ) -> Self:
        """A layer with random parameters for D = `size` and D_memory = `memory`.

        Parameters
        ----------
        weight, output : Initialiser
            For the weights of the first three projections, and of the last.

        Raises
        ------
        RangeError
            If `heads` does not divide `size`.
        """
        check_at_least("MultiHeadAttention", 1, heads=heads)
        if size % heads:
            raise RangeError(
                f"MultiHeadAttention: the size must be a multiple of the number of "
                f"heads, {size} and {heads} came"
            )
        read = size if memory is None else memory
        if weight is None:
            weight = _PACKED if read == size else glorot_uniform()
        parts = ((size, weight), (read, weight), (read, weight), (size, output))
        query, key_, value, last = (
            Linear.init(each, inputs, size, weight=first, bias=bias, dtype=dtype)
            for each, (inputs, first) in zip(random.split(key, 4), parts, strict=True)
        )
        return cls(query, key_, value, last, heads, dropout)

    def __call__(
        self,
        x: Tensor,
        memory: Tensor | None = None,
        *,
        mask: Tensor | None = None,
        is_causal: bool = False,
    ) -> Tensor:
        """What every position of `x` reads in the memory, projected."""
        return self._read(x, memory, None, mask=mask, is_causal=is_causal)

    def training(
        self,
        x: Tensor,
        key: Key | None = None,
        memory: Tensor | None = None,
        *,
        mask: Tensor | None = None,
        is_causal: bool = False,
    ) -> tuple[Tensor, Self]:
        """The same, with dropout of the weights."""
        layer = self.dropout
        dropout = None if layer is None else lambda w: layer.training(w, key)[0]
        return self._read(x, memory, dropout, mask=mask, is_causal=is_causal), self

    def step(self, x: Tensor, cache: KeyValueCache) -> tuple[Tensor, KeyValueCache]:
        """What T more positions of a sequence read in it, causally.

        Parameters
        ----------
        cache : KeyValueCache
            Of the positions before; the one that is returned has these as well.
        """
        self._check(x, x, None)
        query, key, value = (
            self._in_heads(name, x) for name in ("query", "key", "value")
        )
        after = cache.appended(key, value)
        mask = causal_mask(x.shape[1], cache.keys.shape[-2], first=cache.length)
        out = scaled_dot_product_attention(query, after.keys, after.values, mask=mask)
        return self._joined(out), after

    def empty_cache(self, N: int, capacity: int) -> KeyValueCache:
        """A cache of N sequences with room for `capacity` positions."""
        weight = self.key.weight
        shape = (N, self.heads, capacity, weight.shape[1] // self.heads)
        nothing = zeros(shape, dtype=weight.dtype, device=weight.device)
        length = zeros((), dtype=int64, device=weight.device)
        return KeyValueCache(nothing, nothing, length)

    def _read(
        self, x: Tensor, memory: Tensor | None, dropout: Any, **masks: Any
    ) -> Tensor:
        memory = x if memory is None else memory
        self._check(x, memory, masks["mask"])
        query = self._in_heads("query", x)
        key, value = (self._in_heads(name, memory) for name in ("key", "value"))
        out = scaled_dot_product_attention(query, key, value, dropout=dropout, **masks)
        return self._joined(out)

    def _in_heads(self, name: str, x: Tensor) -> Tensor:
        """A projection's result (N, T, D) as (N, heads, T, D / heads)."""
        with scope(name):
            out = getattr(self, name)(x)
        N, T, D = out.shape
        return permute_dims(
            reshape(out, (N, T, self.heads, D // self.heads)), (0, 2, 1, 3)
        )

    def _joined(self, x: Tensor) -> Tensor:
        """(N, heads, T, D / heads) as (N, T, D), projected."""
        N, heads, T, size = x.shape
        joined = reshape(permute_dims(x, (0, 2, 1, 3)), (N, T, heads * size))
        with scope("output"):
            return self.output(joined)

    def _check(self, x: Tensor, memory: Tensor, mask: Tensor | None) -> None:
        sizes = self.query.weight.shape[0], self.key.weight.shape[0]
        if not (x.ndim == memory.ndim == 3) or (x.shape[2], memory.shape[2]) != sizes:
            raise ShapeError(
                f"MultiHeadAttention: x (N, T, {sizes[0]}) and memory (N, S, "
                f"{sizes[1]}) are needed, {x.shape} and {memory.shape} came"
            )
        # An axis that is missing would be taken for one of the heads.
        if mask is not None and mask.ndim not in (2, 4):
            raise ShapeError(
                f"MultiHeadAttention: a mask (T, S) or (N, heads, T, S) is needed, "
                f"with sizes of 1 for what is equal; {mask.shape} came"
            )
