"""The vector unit that products are written for."""

from __future__ import annotations

import functools

from ..build.target import host
from ..kernels.vector_unit import AVX2, AVX512, NEON, VectorUnit


@functools.cache
def vector_unit() -> VectorUnit:
    """That of this machine, or the narrower one that a setting asks for."""
    return {512: AVX512, 256: AVX2, 128: NEON}[host().vector_bits]
