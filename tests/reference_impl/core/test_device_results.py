"""Where the result of an op lies: in the pool if it is large and the op can write."""

from types import SimpleNamespace

import numpy as np
import pytest

from reference_impl.core.blocks import Label
from reference_impl.core.device import CPU
from reference_impl.core.errors import OutOfMemoryError

LEAST = 4096  # bytes


def multiply(x, y, out=None):
    return np.multiply(x, y, out=out)


def op_of(compute, *, kind="elementwise", writes_out=True):
    return SimpleNamespace(
        name=compute.__name__,
        kind=kind,
        compute=compute,
        writes_out=writes_out,
        runs_graphs=False,
        shape=lambda *xs: np.broadcast_shapes(*(x.shape for x in xs)),
        dtype=lambda x, *others: x.dtype,
    )


MULTIPLY = op_of(multiply)


@pytest.fixture
def cpu():
    return CPU(pooled_bytes=LEAST)


def live_bytes(cpu):
    return cpu.pool.statistics().requested_bytes


@pytest.mark.usefixtures("gc_disabled")
def test_a_large_result_lies_in_the_pool_until_its_last_reader_is_gone(cpu):
    x = np.arange(1024, dtype=np.float32)
    result = cpu.run(MULTIPLY, [x, x], {})

    np.testing.assert_array_equal(result, x * x)
    assert cpu.label(result) == Label("multiply", x.dtype, (1024,))
    assert live_bytes(cpu) == 4096
    view = result[::2]
    del result
    assert live_bytes(cpu) == 4096
    del view
    assert live_bytes(cpu) == 0


def test_a_small_result_does_not(cpu):
    x = np.ones(1023, np.float32)

    assert cpu.label(cpu.run(MULTIPLY, [x, x], {})) is None
    assert live_bytes(cpu) == 0


@pytest.mark.parametrize("side", [0, 1])
def test_a_number_beside_a_large_operand_makes_no_difference(cpu, side):
    pair = [np.full((), 2.0), np.ones(512)]
    result = cpu.run(MULTIPLY, pair[:: -1 if side else 1], {})

    assert result.tolist() == [2.0] * 512
    assert live_bytes(cpu) == 4096


def test_results_have_the_layout_that_numpy_gives_them(cpu):
    x = np.arange(1024.0).reshape(32, 32)

    for given in (x, x.T):
        result = cpu.run(MULTIPLY, [given, given], {})
        assert result.strides == (given * given).strides
        np.testing.assert_array_equal(result, given * given)


def test_an_op_that_cannot_write_is_left_to_numpy(cpu):
    def square(x):
        return x * x

    result = cpu.run(op_of(square, writes_out=False), [np.ones(1024)], {})

    assert result.sum() == 1024
    assert live_bytes(cpu) == 0


@pytest.mark.parametrize("capacity", [None, 1 << 16], ids=["default", "budget"])
def test_what_the_system_refuses_is_said_with_the_largest_holders(capacity):
    def explode(x):
        return np.empty(1 << 60, np.uint8)  # more than any address space

    cpu = CPU(capacity_bytes=capacity, pooled_bytes=LEAST)
    held = cpu.empty((1024,), np.dtype(np.float32), "exp")

    with pytest.raises(OutOfMemoryError) as caught:
        cpu.run(op_of(explode, writes_out=False), [held], {})
    first, title, holder = str(caught.value).splitlines()
    assert first.startswith("device cpu: the system refuses memory for explode: ")
    assert "1.00 EiB" in first
    assert title == "the largest holders are"
    assert holder.split(maxsplit=2) == ["4096", "bytes", "exp float32[1024]"]


def test_freed_blocks_of_a_chain_are_used_again(cpu):
    x = y = np.ones(4096)
    for _ in range(50):
        y = cpu.run(MULTIPLY, [y, x], {})

    statistics = cpu.pool.statistics()
    assert statistics.allocations == 50
    assert statistics.reserved_bytes <= 3 * y.nbytes


def test_a_budget_makes_a_device_account_for_results_of_every_size():
    small = CPU(name="small", capacity_bytes=1 << 16)

    result = small.run(MULTIPLY, [np.ones(3), np.ones(3)], {})

    assert small.label(result).maker == "multiply"


def test_what_numpy_allocated_is_copied_where_every_byte_counts():
    def halves(x):
        return x * 2, x[: x.size // 2], np.full(1, 7.0)

    small = CPU(name="small", capacity_bytes=1 << 16)
    x = small.put(np.ones(8))
    op = op_of(halves, kind="general", writes_out=False)
    doubled, view, alone = small.run(op, [x], {})

    assert [small.label(a).maker for a in (doubled, view, alone)] == [
        "halves",
        "tensor",
        "halves",
    ]
    assert np.shares_memory(view, x)
    assert (doubled.tolist(), alone.tolist()) == ([2.0] * 8, [7.0])
    assert live_bytes(small) == 64 + 64 + 8


def test_a_view_of_an_operand_has_no_bytes_of_its_own():
    def repeat(x):
        return np.broadcast_to(x, (1 << 20,))

    small = CPU(name="small", capacity_bytes=1 << 12)
    result = small.run(op_of(repeat, writes_out=False), [np.ones(())], {})

    assert result.shape == (1 << 20,)
    assert live_bytes(small) == 0
