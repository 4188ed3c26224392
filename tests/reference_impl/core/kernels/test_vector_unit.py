import numpy as np
import pytest

from reference_impl.core.kernels.vector_unit import AVX2, AVX512, NEON, SSE, unit_of


@pytest.mark.parametrize(
    ("triple", "bits", "unit"),
    [
        ("x86_64-unknown-linux-gnu", 512, AVX512),
        ("x86_64-pc-windows-msvc", 256, AVX2),
        ("x86_64-apple-darwin23.0.0", 128, SSE),
        ("aarch64-unknown-linux-gnu", 128, NEON),
        ("arm64-apple-darwin23.0.0", 128, NEON),
    ],
)
def test_a_unit_follows_from_the_processor_and_its_vectors(triple, bits, unit):
    assert unit_of(triple, bits) == unit
    assert unit.vector_bytes * 8 == bits


def test_vectors_of_128_bits_have_twice_the_registers_where_they_are_not_of_x86():
    assert (SSE.registers, NEON.registers) == (16, 32)


def test_a_vector_holds_fewer_of_the_larger_elements():
    lanes = [AVX2.lanes(np.dtype(name)) for name in ("float32", "float64")]

    assert lanes == [8, 4]
