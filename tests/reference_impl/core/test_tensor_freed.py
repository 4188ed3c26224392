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
    x = ri.tensor(np.ones(cpu.pooled_bytes))
    before, nbytes = cpu.pool.statistics().requested_bytes, x.nbytes
    x.free()

    assert cpu.pool.statistics().requested_bytes == before - nbytes


def test_a_view_keeps_the_block_of_a_tensor_that_was_freed(make_device):
    pool = make_device(capacity_bytes=1 << 20).pool
    x = ri.tensor(np.arange(6.0).reshape(2, 3), device="small")
    view = x.T
    x.free()

    assert view.tolist() == [[0, 3], [1, 4], [2, 5]]
    assert pool.statistics().requested_bytes == 48
    view.free()
    assert pool.statistics().requested_bytes == 0


@pytest.mark.parametrize(
    ("make", "maker"),
    [(lambda x: x, "tensor"), (ri.exp, "exp"), (lambda x: ri.exp(x).T, "exp")],
    ids=["tensor", "exp", "view"],
)
def test_the_error_names_shape_dtype_and_maker(make_device, make, maker):
    make_device(capacity_bytes=1 << 20)
    x = make(ri.tensor(np.ones((2, 2)), device="small"))
    x.free()

    message = rf"add: the float64 tensor of shape \(2, 2\), made by {maker}, was freed"
    with pytest.raises(FreedError, match=message):
        x + x


def test_the_error_names_the_op_of_a_traced_tensor():
    def loss(x):
        y = ri.exp(x)
        y.free()
        return ri.sum(y)

    with pytest.raises(FreedError, match=r"shape \(3,\), made by exp, was freed"):
        ri.grad(loss)(ri.ones(3))
