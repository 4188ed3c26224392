"""Rows of a table that stand for integers, such as the numbers of words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

from ..core.dtype import as_dtype, float32
from ..core.errors import RangeError
from ..core.ops import equal, expand_dims, stop_gradient, take, where
from ..core.random import Key
from ..core.tensor import Tensor
from .initialisers import Fans, Initialiser, normal
from .layer import Layer
from .parts import static


@dataclass(frozen=True)
class Embedding(Layer):
    """The rows of a table at integer positions.

    Shapes
    ------
    weight  (V, D)
    x       any, integers in [0, V)
    result  that of `x`, and D

    Parameters
    ----------
    padding : int, optional
        A position in [0, V) whose row gets no gradient, so that it stays as it is.

    Raises
    ------
    DtypeError
        If `x` has no integers.
    IndexRangeError
        If one is out of range. Negative ones count from the end, as in NumPy; PyTorch
        refuses them.

    Notes
    -----
    Rows begin normal with deviation 1, as in PyTorch, and that of `padding` with zeros.
    In Keras they begin equally likely between -0.05 and 0.05, and `mask_zero` has the
    later layers pass position 0 over.
    """

    weight: Tensor
    padding: int | None = static(default=None)

    @classmethod
    def init(
        cls,
        key: Key,
        count: int,
        outputs: int,
        *,
        padding: int | None = None,
        weight: Initialiser = normal(),
        dtype: Any = float32,
    ) -> Self:
        """A table of `count` random rows of `outputs` numbers.

        Raises
        ------
        RangeError
            If `padding` is none of the rows.
        """
        if padding is not None and not 0 <= padding < count:
            raise RangeError(
                f"Embedding: padding must lie in [0, {count}), {padding} came"
            )
        table = weight(key, (count, outputs), Fans(count, outputs), as_dtype(dtype))
        return cls(table if padding is None else table.at[padding].set(0), padding)

    def __call__(self, x: Tensor) -> Tensor:
        """Take the rows."""
        rows = take(self.weight, x, axis=0)
        if self.padding is None:
            return rows
        is_padding = expand_dims(equal(x, self.padding), axis=-1)
        return where(is_padding, stop_gradient(rows), rows)
