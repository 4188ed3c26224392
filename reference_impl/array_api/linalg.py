"""The extension for linear algebra, and what of it the standard has at its top."""

from __future__ import annotations

from typing import Any

from ..core import ops
from ..core.tensor import Tensor
from .signatures import like, standard


def _unary(x: Any, /) -> Any: ...
def _binary(x1: Any, x2: Any, /) -> Any: ...
def _along(x1: Any, x2: Any, /, *, axis: int = -1) -> Any: ...
def _tolerant(x: Any, /, *, rtol: Any = None) -> Any: ...


matmul, outer, solve = like(_binary, "matmul", "outer", "solve")
matrix_transpose, inv = like(_unary, "matrix_transpose", "inv")
det, slogdet = like(_unary, "det", "slogdet")
eigh, eigvalsh, svdvals = like(_unary, "eigh", "eigvalsh", "svdvals")
cross, vecdot = like(_along, "cross", "vecdot")
matrix_rank, pinv = like(_tolerant, "matrix_rank", "pinv")


@standard
def cholesky(x: Any, /, *, upper: bool = False) -> Any: ...


@standard
def diagonal(x: Any, /, *, offset: int = 0) -> Any: ...


@standard
def matrix_norm(x: Any, /, *, keepdims: bool = False, ord: Any = "fro") -> Any: ...


@standard
def matrix_power(x: Any, n: int, /) -> Any: ...


@standard
def qr(x: Any, /, *, mode: str = "reduced") -> Any: ...


@standard
def svd(x: Any, /, *, full_matrices: bool = True) -> Any: ...


@standard
def tensordot(x1: Any, x2: Any, /, *, axes: Any = 2) -> Any: ...


@standard
def trace(x: Any, /, *, offset: int = 0, dtype: Any = None) -> Any: ...


def vector_norm(
    x: Tensor, /, *, axis: Any = None, keepdims: bool = False, ord: float = 2
) -> Tensor:
    """Measure vectors: the root of the sum of powers of the elements; see `ri.norm`."""
    return ops.norm(x, axis=axis, keepdims=keepdims, ord=ord)


# The last is the framework's `norm`; the others have its names.
__all__ = [*(name for name in globals() if name in ops.__all__), "vector_norm"]
