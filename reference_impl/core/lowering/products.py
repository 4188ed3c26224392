"""Products of matrices as kernels: views as what a kernel is told of them."""

from __future__ import annotations

import itertools
import math

from ..dtype import float32, float64
from ..kernel import Buffer, Kernel
from ..kernels.gemm import products
from .machine import vector_unit
from .view import View


def matmul(x: View, y: View, out: View) -> list[Kernel] | None:
    """The kernels of a product, or nothing if there are none for such operands."""
    if x.dtype not in (float32, float64):
        return None
    batch = out.shape[:-2]
    steps = [_batch_step(view) for view in (x, y, out)]
    if any(step is None for step in steps) or out.strides[-1] != 1 != out.shape[-1]:
        return None
    (M, K), N = x.shape[-2:], y.shape[-1]
    return products(
        x.ref(),
        y.ref(),
        out.ref(),
        M=M,
        N=N,
        K=K,
        x_strides=x.strides[-2:],
        y_strides=y.strides[-2:],
        out_stride=out.strides[-2],
        batch=(math.prod(batch), *steps),
        dtype=x.dtype,
        scratch=Buffer,
        target=vector_unit(),
    )


def _batch_step(x: View) -> int | None:
    """How far apart the matrices of a batch lie, if they are evenly spaced."""
    sizes, strides = x.shape[:-2], x.strides[:-2]
    pairs = [(n, s) for n, s in zip(sizes, strides, strict=True) if n != 1]
    for (_, far), (size, near) in itertools.pairwise(pairs):
        if far != near * size:
            return None
    return pairs[-1][1] if pairs else 0
