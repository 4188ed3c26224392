"""Which processor machine code is for.

The width of vectors follows from what the processor can do, and can be narrowed: code
for AVX2 then runs, and is tested, on a processor with AVX-512.
"""

from __future__ import annotations

import functools
import os
from dataclasses import dataclass
from typing import Any

from ..errors import RangeError
from ..lazy import lazy

llvm = lazy("llvmlite.binding")

VECTOR_BITS_VARIABLE = "REFERENCE_IMPL_VECTOR_BITS"
WIDTHS = (128, 256, 512)

# LLVM applies features from left to right, and taking one away takes away all that
# build on it: without AVX-512F there is no AVX-512 at all. Where there is, LLVM prefers
# 256 bits on many processors; with 512 a polynomial takes 0.73 to 0.93 of the time, and
# what waits for memory 0.96 to 1.08 (Cascade Lake, one thread).
_X86_FEATURES = {128: ",-avx", 256: ",-avx512f", 512: ",-prefer-256-bit"}


@dataclass(frozen=True, slots=True)
class Target:
    """A processor, in LLVM's words.

    Attributes
    ----------
    features : str
        `+avx2,-sha,...`: what the code may use, and what it may not.
    vector_bits : int
        512 with AVX-512, 256 with AVX2, otherwise 128 (NEON, SSE).
    """

    triple: str
    cpu: str
    features: str
    vector_bits: int

    def machine(self) -> Any:
        """LLVM's code generator for this processor, at its highest level."""
        _initialize()
        return llvm.Target.from_triple(self.triple).create_target_machine(
            cpu=self.cpu,
            features=self.features,
            opt=3,
            reloc="static" if self.triple.startswith("x86") else "default",
            codemodel="jitdefault",
            jit=True,
        )


@functools.cache
def _initialize() -> None:
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()


@functools.cache
def host() -> Target:
    """This machine's processor, narrowed if `REFERENCE_IMPL_VECTOR_BITS` says so."""
    setting = os.environ.get(VECTOR_BITS_VARIABLE, "")
    if setting not in ("", *map(str, WIDTHS)):
        raise RangeError(
            f"{VECTOR_BITS_VARIABLE} must be one of {', '.join(map(str, WIDTHS))}; "
            f"got {setting!r}"
        )
    return narrowed(int(setting) if setting else WIDTHS[-1])


def narrowed(most_bits: int) -> Target:
    """This machine's processor, using no vectors of more than so many bits."""
    _initialize()
    triple = llvm.get_process_triple()
    features = llvm.get_host_cpu_features().flatten()
    bits = min(_vector_bits(features), most_bits)
    if triple.startswith("x86"):
        features += _X86_FEATURES[bits]
    return Target(triple, llvm.get_host_cpu_name(), features, bits)


def _vector_bits(features: str) -> int:
    has = set(features.split(","))
    if {"+avx512f", "+avx512vl", "+avx512bw", "+avx512dq"} <= has:
        return 512
    return 256 if {"+avx2", "+fma"} <= has else 128
