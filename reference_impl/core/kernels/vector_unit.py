"""What a processor's vector unit can do, as far as kernels are written for it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class VectorUnit:
    """A vector unit.

    Attributes
    ----------
    vector_bytes : int
        The size of a vector register.
    registers : int
        How many of them there are.
    """

    vector_bytes: int
    registers: int

    def lanes(self, dtype: np.dtype) -> int:
        """How many elements a vector holds."""
        return self.vector_bytes // dtype.itemsize


AVX512, AVX2, SSE = VectorUnit(64, 32), VectorUnit(32, 16), VectorUnit(16, 16)
NEON = VectorUnit(16, 32)

# By the size of a vector in bits, for processors of the x86 family and for others.
_OF_X86 = {512: AVX512, 256: AVX2, 128: SSE}
_OF_OTHERS = {128: NEON}


def unit_of(triple: str, vector_bits: int) -> VectorUnit:
    """That of a processor, named as LLVM names it, with vectors of so many bits."""
    units = _OF_X86 if triple.startswith("x86") else _OF_OTHERS
    return units[vector_bits]
