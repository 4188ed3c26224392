"""What a processor's vector unit can do, as far as kernels are written for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Target:
    """A vector unit.

    Attributes
    ----------
    vector_bytes : int
        The size of a vector register.
    registers : int
        How many of them there are.
    has_masks : bool
        Whether parts of a vector can be loaded and stored by one instruction.
    """

    vector_bytes: int
    registers: int
    has_masks: bool = True

    def lanes(self, dtype: np.dtype) -> int:
        """How many elements a vector holds."""
        return self.vector_bytes // dtype.itemsize


AVX512 = Target(64, 32)
AVX2 = Target(32, 16)
NEON = Target(16, 32, has_masks=False)


def target_of(features: Mapping[str, bool]) -> Target:
    """The vector unit of a processor with these features, in LLVM's names."""
    if all(features.get(f"avx512{part}") for part in ("f", "vl", "bw", "dq")):
        return AVX512
    if features.get("avx2") and features.get("fma"):
        return AVX2
    return NEON
