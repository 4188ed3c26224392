"""Which kernels are asked for, and how fast a machine could be."""

import pytest

pytest.importorskip("torch", reason="PyTorch is not installed")

from benchmarks.kernel_cases import cases
from benchmarks.kernels import chosen, roof_seconds
from workbench.errors import UserError

pytestmark = [pytest.mark.frameworks]

LIMITS = {
    "operations_per_second": 100e9,
    "bytes_per_second": {"1000": 50e9, "1000000": 10e9},
}


def test_without_a_filter_all_kernels_are_chosen():
    assert chosen(None, ["gemm 1", "exp"]) == ["gemm 1", "exp"]


def test_a_filter_says_how_names_begin():
    assert chosen(["gemm"], ["gemm 1", "exp", "gemm 2"]) == ["gemm 1", "gemm 2"]


def test_a_filter_that_matches_nothing_is_refused():
    with pytest.raises(UserError, match="no kernel begins with 'gem 1'; all: gemm 1"):
        chosen(["gemm", "gem 1"], ["gemm 1", "exp"])


def test_the_roof_is_the_slower_of_operations_and_bytes():
    assert roof_seconds(1_000_000, 1000, LIMITS) == pytest.approx(1e-5)
    assert roof_seconds(1000, 1000, LIMITS) == pytest.approx(2e-8)


def test_the_roof_of_large_arrays_is_that_of_memory():
    assert roof_seconds(0, 2_000_000, LIMITS) == pytest.approx(2e-4)


def test_every_kernel_of_the_benchmark_is_there():
    kinds = {name.split(" ")[0].rstrip(",") for name in cases()}

    assert kinds >= {
        *("gemm", "conv", "max", "lstm", "attention", "layer", "cross-entropy"),
        *("exp", "tanh", "erf", "sgd", "adam"),
    }
