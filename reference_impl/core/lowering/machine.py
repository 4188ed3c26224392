"""The vector unit that products are written for."""

from __future__ import annotations

import functools

from ..build.target import host
from ..kernels.vector_unit import VectorUnit, unit_of


@functools.cache
def vector_unit() -> VectorUnit:
    """That of this machine, or the narrower one that a setting asks for."""
    target = host()
    return unit_of(target.triple, target.vector_bits)
