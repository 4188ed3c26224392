"""Memory that is managed by hand."""

import numpy as np
import pytest

import reference_impl as ri
from reference_impl.core.device import device
from reference_impl.core.errors import FreedError
from reference_impl.core.tensor import detached, variable

READERS = {
    "numpy": lambda x: x.numpy(),
    "item": lambda x: x.item(),
    "float": float,
    "asarray": np.asarray,
    "op": lambda x: x + x,
    "mixed op": lambda x: x * 2,
    "matmul": lambda x: x @ x,
    "sum": ri.sum,
    "astype": lambda x: x.astype("float64"),
    "variable": variable,
    "detached": detached,
    "grad": ri.grad(ri.sum),
    "compiled": ri.compile(lambda x: x + x),
    "free again": lambda x: x.free(),
}


@pytest.mark.parametrize("read", READERS.values(), ids=READERS)
def test_a_freed_tensor_cannot_be_read(read):
    x = ri.ones((1, 1))
    x.free()

    with pytest.raises(FreedError):
        read(x)
    assert repr(x) == "<float32[1, 1], freed>"


def test_free_returns_the_block_at_once():
    cpu = device("cpu")
    x = ri.tensor(np.ones(1000))
    cpu.collect()
    before = cpu.pool.statistics().requested_bytes
    x.free()
    cpu.collect()

    assert cpu.pool.statistics().requested_bytes == before - 8000
