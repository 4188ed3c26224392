import contextlib

import numpy as np
import pytest

import reference_impl as ri
from reference_impl.core import device as devices
from reference_impl.core.blocks import ALIGNMENT_BYTES
from reference_impl.core.device import CPU
from reference_impl.core.dtype import SUPPORTED, float32
from reference_impl.core.errors import DeviceError, OutOfMemoryError, ShapeError


@pytest.fixture
def cpu():
    return CPU(capacity_bytes=1 << 20)


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


def test_a_device_is_found_by_the_name_it_was_registered_under(make_device):
    second = make_device("second")

    assert devices.device("second") is second
    assert devices.device("cpu") is not second


def test_a_name_belongs_to_the_first_device_that_has_it(make_device):
    first = make_device()
    ri.register_device(first)  # once more is no mistake

    with pytest.raises(DeviceError, match=r"'small' is registered already; give the"):
        make_device()
    assert devices.device("small") is first


def test_an_unknown_device_is_refused_with_a_list_of_those_there_are():
    with pytest.raises(DeviceError, match=r"'abacus' is not there; there are \['cpu'"):
        devices.device("abacus")


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


def test_traces_may_end_in_any_order():
    cpu = CPU()  # a small array lives in its pool while there is a trace
    with contextlib.ExitStack() as second:
        with cpu.trace() as early:
            late = second.enter_context(cpu.trace())
            first = cpu.empty((4,), float32, "first")
        third = cpu.empty((4,), float32, "third")
    after = cpu.empty((4,), float32, "after")

    traced = [[event.label.maker for event in events] for events in (early, late)]
    assert traced == [["first"], ["first", "third"]]
    assert [cpu.label(x) is None for x in (first, third, after)] == [False, False, True]
