"""Devices that account for every byte: a budget, a trace, poison."""

import numpy as np
import pytest

import reference_impl as ri

KIB = 1024


def test_a_program_that_exceeds_the_budget_learns_who_holds_it(make_device):
    make_device(capacity_bytes=KIB * KIB)
    x = ri.tensor(np.ones((128, 1024), np.float32), device="small")
    y = ri.exp(x)

    with pytest.raises(ri.OutOfMemoryError) as caught:
        x * y
    message = str(caught.value)
    del caught  # a traceback keeps the operands alive
    assert message.splitlines() == [
        "device small: 524288 bytes are needed for multiply float32[128, 1024]; of "
        "1048576 bytes 1048576 are in use, and at most 0 are free in one piece",
        "the largest holders are",
        "        524288 bytes  tensor float32[128, 1024]",
        "        524288 bytes  exp float32[128, 1024]",
    ]
    y.free()
    assert (x * x).shape == x.shape


def test_a_device_goes_on_after_it_was_full(make_device):
    small = make_device(capacity_bytes=64 * KIB)
    x = ri.tensor(np.ones(4 * KIB, np.float32), device="small")
    held = small.pool.statistics().requested_bytes

    def grow():
        kept = [x]
        while True:
            kept.append(kept[-1] + x)

    for _ in range(3):
        with pytest.raises(ri.OutOfMemoryError, match="add float32"):
            grow()
    assert small.pool.statistics().requested_bytes == held


@pytest.mark.usefixtures("gc_disabled")
def test_a_gradient_returns_all_that_it_borrowed(make_device):
    small = make_device(capacity_bytes=1 << 20, poison=True)
    w, x = (ri.tensor(np.ones(s), device="small") for s in ((5, 3), (4, 5)))
    before = small.pool.statistics().requested_bytes

    gradient = ri.grad(lambda w: ri.sum(ri.exp(x @ w)))(w)

    np.testing.assert_allclose(gradient.numpy(), np.full((5, 3), 4 * np.exp(5)))
    del gradient
    assert small.pool.statistics().requested_bytes == before


def test_a_trace_names_every_result(make_device):
    small = make_device(traced=True)
    x = ri.tensor(np.ones(16), device="small")
    y = ri.exp(x)
    ri.sum(y * y)
    small.pool.collect()

    events = [(event.action, event.label.maker) for event in small.pool.trace]
    assert events == [
        ("allocate", "tensor"),
        ("allocate", "exp"),
        ("allocate", "multiply"),
        ("allocate", "sum"),
        ("free", "multiply"),
        ("free", "sum"),
    ]


def test_a_device_is_traced_for_a_time():
    cpu = ri.device("cpu")
    x = ri.ones(3)
    with cpu.trace() as events:
        ri.exp(x)
    ri.exp(x)

    assert [event.label.maker for event in events] == ["exp", "exp"]
    assert events[0].live_bytes - events[1].live_bytes == 64
    assert cpu.label(ri.exp(x).data) is None


def test_a_trace_ends_with_an_error():
    cpu = ri.device("cpu")

    def fail():
        with cpu.trace():
            raise KeyError("on purpose")

    with pytest.raises(KeyError):
        fail()
    assert cpu.label(ri.exp(ri.ones(3)).data) is None


def test_reading_poisoned_memory_shows(make_device):
    make_device(poison=True)
    x = ri.tensor(np.ones(8), device="small")
    array = x.numpy().base.view()
    pointer = array.__array_interface__["data"][0]
    arena = ri.device("small")._arena.bytes
    start = pointer - arena.__array_interface__["data"][0]
    del array
    x.free()
    ri.device("small").pool.collect()

    assert np.isnan(arena[start : start + 64].view(np.float64)).all()


def test_tensors_of_two_devices_are_named(make_device):
    make_device(capacity_bytes=KIB)
    x, y = ri.tensor([1.0]), ri.tensor([1.0], device="small")

    with pytest.raises(ri.DeviceError, match=r"add: .* devices, cpu and small"):
        x + y


@pytest.mark.parametrize("capacity", [0, -1])
def test_a_budget_must_be_positive(capacity):
    with pytest.raises(ri.RangeError, match=f"must be positive, {capacity} came"):
        ri.CPU(name="none", capacity_bytes=capacity)


def test_the_machines_own_memory_stays(make_device):
    with pytest.raises(ri.DeviceError, match="'cpu' is the machine's own memory"):
        ri.register_device(ri.CPU(capacity_bytes=KIB))
