import gc
import os
import subprocess
import sys

import numpy as np
import pytest

from reference_impl.core import device as devices
from reference_impl.core.device import CPU
from reference_impl.core.dtype import SUPPORTED, float32
from reference_impl.core.errors import DeviceError, OutOfMemoryError, ShapeError
from reference_impl.core.memory import ALIGNMENT_BYTES


class Subclass(np.ndarray):
    """Whatever else may look at the memory of an array."""


VIEWS = {
    "itself": lambda x: x,
    "slice": lambda x: x[1:],
    "slice of a slice": lambda x: x[1:][:, 1:],
    "element": lambda x: x[1, 1:2],
    "transpose": lambda x: x.T,
    "reshape": lambda x: x.reshape(-1),
    "other dtype": lambda x: x.view(np.uint8),
    "broadcast": lambda x: np.broadcast_to(x, (2, *x.shape)),
    "asarray": lambda x: np.asarray(x),
    "subclass": lambda x: x.view(Subclass),
    "memoryview": lambda x: memoryview(x[1:]),
    "array of a memoryview": lambda x: np.asarray(memoryview(x)),
    "frombuffer": lambda x: np.frombuffer(x, np.uint8),
}


@pytest.fixture
def cpu():
    return CPU(capacity_bytes=1 << 20)


def live_bytes(cpu):
    return cpu.pool.statistics().requested_bytes


@pytest.mark.parametrize("shape", [(), (3,), (0, 4), (2, 3, 4)], ids=str)
@pytest.mark.parametrize("dtype", SUPPORTED, ids=str)
def test_an_empty_array_is_aligned_and_as_asked_for(cpu, shape, dtype):
    cpu.put(np.ones(5, np.uint8))

    array = cpu.empty(shape, dtype)

    assert (array.shape, array.dtype) == (shape, dtype)
    assert array.flags.c_contiguous
    assert array.ctypes.data % ALIGNMENT_BYTES == 0


def test_put_copies(cpu):
    original = np.arange(6.0).reshape(2, 3)
    copy = cpu.put(original.T)
    original[...] = 0

    np.testing.assert_array_equal(copy, np.arange(6.0).reshape(2, 3).T)


def test_what_was_put_stays_until_its_last_reader_is_gone(cpu):
    rng = np.random.default_rng(0)
    kept = []
    for _ in range(400):
        original = rng.normal(size=rng.integers(1, 200))
        kept.append((original, cpu.put(original)))
        if rng.random() < 0.5:
            kept.pop(rng.integers(len(kept)))

    for original, copy in kept:
        np.testing.assert_array_equal(copy, original)


@pytest.mark.usefixtures("gc_disabled")
@pytest.mark.parametrize("view_of", VIEWS.values(), ids=VIEWS)
def test_a_block_returns_when_its_last_view_dies(cpu, view_of):
    array = cpu.put(np.ones((3, 4), np.float32))
    view = view_of(array)
    del array

    assert live_bytes(cpu) == 48
    del view
    assert live_bytes(cpu) == 0


@pytest.mark.usefixtures("gc_disabled")
def test_a_block_that_returned_is_used_again(cpu):
    for _ in range(100):
        cpu.put(np.ones(1000))

    assert cpu.pool.statistics().reserved_bytes <= 2 * 8192


def test_a_block_held_by_a_cycle_returns_with_the_cycle(cpu):
    cycle = [cpu.put(np.ones(3))]
    cycle.append(cycle)
    del cycle
    gc.collect()

    assert live_bytes(cpu) == 0


def test_a_full_device_says_so_and_serves_again_once_there_is_room():
    cpu = CPU(capacity_bytes=8192)
    array = cpu.empty((1024,), float32)

    with pytest.raises(OutOfMemoryError):
        cpu.empty((2048,), float32)
    del array
    cpu.empty((1024,), float32)


def test_what_a_poisoned_device_hands_out_again_is_nan():
    cpu = CPU(capacity_bytes=8192, poison=True)
    cpu.put(np.ones(8, np.float32))

    assert np.isnan(cpu.empty((8,), float32)).all()


def test_a_negative_size_is_refused(cpu):
    with pytest.raises(ShapeError, match="-1"):
        cpu.empty((-1,), float32)


def test_a_device_is_found_by_the_name_it_was_registered_under(cpu, monkeypatch):
    monkeypatch.setattr(devices, "_devices", dict(devices._devices))
    cpu.name = "second"
    devices.register_device(cpu)

    assert devices.device("second") is cpu
    assert devices.device("cpu") is not cpu


def test_an_unknown_device_is_refused_with_a_list_of_those_there_are():
    with pytest.raises(DeviceError, match=r"'abacus' is not there; there are \['cpu'"):
        devices.device("abacus")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_process_that_holds_the_arena_can_fork():
    program = "import os, reference_impl; os._exit(0) if os.fork() == 0 else os.wait()"

    done = subprocess.run([sys.executable, "-c", program], capture_output=True)

    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.skipif(sys.platform != "linux", reason="address space has limits on Linux")
def test_an_arena_is_as_large_as_the_system_grants():
    program = (
        "import resource as r; r.setrlimit(r.RLIMIT_AS, (4 << 30, 4 << 30));"
        "import reference_impl as ri; print(ri.tensor([1.0]).item())"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True)

    assert done.stdout == b"1.0\n"


def test_an_inner_trace_leaves_the_outer_one_complete():
    cpu = CPU(capacity_bytes=1 << 20)
    with cpu.trace() as outer:
        first = cpu.empty((4,), float32, "first")
        with cpu.trace() as inner:
            second = cpu.empty((4,), float32, "second")
        third = cpu.empty((4,), float32, "third")

    makers = [event.label.maker for event in outer]
    assert (makers, len(inner)) == (["first", "second", "third"], 1)
    assert first.size == second.size == third.size
