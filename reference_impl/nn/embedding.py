"""Rows of a table that stand for integers, such as the numbers of words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

from ..core.dtype import as_dtype, float32, int64
from ..core.errors import RangeError
from ..core.number import check_at_least
from ..core.ops import astype, equal, expand_dims, stop_gradient, take, where
from ..core.random import Key
from ..core.tensor import Tensor
from .initialisers import Fans, Initialiser, normal
from .layer import Layer
from .parameters import check_initialisers, check_made
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
    padding_index : int, optional
        A position in [0, V) whose row gets no gradient, so that it stays as it is.

    Raises
    ------
    RangeError
        If `padding_index` is none of the rows.
    DtypeError
        If `x` has no integers.
    IndexRangeError
        If one is out of range. Negative ones count from the end, as in NumPy; PyTorch
        refuses them.

    Notes
    -----
    Rows begin normal with deviation 1, and that of the padding with zeros, as in
    PyTorch. In Keras they begin equally likely between -0.05 and 0.05, and `mask_zero`
    has the later layers pass position 0 over.
    """

    weight: Tensor
    padding_index: int | None = static(default=None)

    def __post_init__(self) -> None:
        # How many rows there are is seen in a call: a tree like this one may hold
        # anything in place of the table.
        if self.padding_index is not None:
            check_at_least("Embedding", 0, padding_index=self.padding_index)

    @classmethod
    def init(
        cls,
        key: Key,
        count: int,
        outputs: int,
        *,
        padding_index: int | None = None,
        weight: Initialiser = normal(),
        dtype: Any = float32,
    ) -> Self:
        """A table of `count` random rows of `outputs` numbers."""
        check_initialisers(cls.__name__, weight=weight)
        table = weight(key, (count, outputs), Fans(count, outputs), as_dtype(dtype))
        if padding_index is not None:
            _check_row(padding_index, count)
            table = table.at[padding_index].set(0)
        return cls(table, padding_index)

    def __call__(self, x: Tensor) -> Tensor:
        """Take the rows."""
        check_made("Embedding", weight=self.weight)
        rows = take(self.weight, x, axis=0)
        if self.padding_index is None:
            return rows
        V = self.weight.shape[0]
        _check_row(self.padding_index, V)
        # In int64, which has room for V, as the dtype of `x` may not.
        is_padding = equal(astype(x, int64) % V, self.padding_index)
        return where(expand_dims(is_padding, axis=-1), stop_gradient(rows), rows)


def _check_row(index: int, V: int) -> None:
    if not 0 <= index < V:
        raise RangeError(f"Embedding: padding_index must lie in [0, {V}), {index} came")
