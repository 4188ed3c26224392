"""16 bits hold a result, and what leaves them becomes infinite."""

import numpy as np
import pytest

import reference_impl as ri


def filled(number, count=4096, dtype="float16"):
    return ri.full(count, number, dtype=dtype)


def brain(number):
    return filled(number, dtype="bfloat16")


OF_16_BITS = {
    "sum in bfloat16": (lambda: ri.sum(brain(1)), 4096),
    "sum in float16": (lambda: ri.sum(filled(1)), 4096),
    "sum beyond float16": (lambda: ri.sum(filled(1, count=70_000)), np.inf),
    "mean of large float16": (lambda: ri.mean(filled(60_000)), 60_000),
    "mean in bfloat16": (lambda: ri.mean(brain(3)), 3),
    "norm in float16": (lambda: ri.norm(filled(300, count=4)), 600),
    "std of float16": (lambda: ri.std(ri.concat([filled(6e4), filled(-6e4)])), 6e4),
    "cumulative_sum": (lambda: ri.cumulative_sum(brain(1))[-1], 4096),
    "matmul": (lambda: brain(1) @ brain(1), 4096),
    "float16 overflows": (lambda: ri.max(filled(60_000) * 2), np.inf),
    "bfloat16 does not": (lambda: ri.max(brain(2.0**16) * 2), 2**17),
    "exp overflows": (lambda: ri.max(ri.exp(filled(12))), np.inf),
    "slope of a mean": (lambda: ri.grad(ri.mean)(brain(1))[0], 2**-12),
    "slope of a mean of more numbers than float16 counts": (
        lambda: ri.grad(ri.mean)(filled(1, count=2**17))[0],
        2**-17,
    ),
}


@pytest.mark.parametrize(("make", "needed"), OF_16_BITS.values(), ids=OF_16_BITS)
def test_16_bits_hold_the_result_and_not_what_is_on_the_way(make, needed):
    assert float(make()) == needed


# What mutation plants its mistakes before.
LAWS = [(test_16_bits_hold_the_result_and_not_what_is_on_the_way, OF_16_BITS)]
