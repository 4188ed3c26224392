"""Arrays in an arena, and the address space that it is made of."""

import gc
import subprocess
import sys

import numpy as np
import pytest
from forks import needs_fork

from reference_impl.core.arena import Arena, address, cache_aligned
from reference_impl.core.blocks import ALIGNMENT_BYTES, Label
from reference_impl.core.dtype import float32


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
def arena():
    return Arena(name="test", capacity_bytes=1 << 20, poison=False, traced=False)


def live_bytes(arena):
    return arena.pool.statistics().requested_bytes


@pytest.mark.usefixtures("gc_disabled")
@pytest.mark.parametrize("view_of", VIEWS.values(), ids=VIEWS)
def test_a_block_returns_when_its_last_view_dies(arena, view_of):
    array = arena.array((3, 4), float32, "ones")
    view = view_of(array)
    del array

    assert live_bytes(arena) == 48
    del view
    assert live_bytes(arena) == 0


@pytest.mark.usefixtures("gc_disabled")
def test_a_block_that_returned_is_used_again(arena):
    for _ in range(100):
        arena.array((2000,), float32, "ones")

    assert arena.pool.statistics().reserved_bytes <= 2 * 8192


def test_a_block_held_by_a_cycle_returns_with_the_cycle(arena):
    cycle = [arena.array((3,), float32, "ones")]
    cycle.append(cycle)
    del cycle
    gc.collect()

    assert live_bytes(arena) == 0


def test_the_label_of_an_array_is_found_from_its_views(arena):
    array = arena.array((3, 4), float32, "exp")

    assert arena.label(array[1:].T) == Label("exp", float32, (3, 4))
    assert arena.label(np.ones(3)) is None


@needs_fork
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


def test_a_capacity_that_no_system_has_becomes_what_it_grants():
    assert (
        0
        < Arena(
            name="huge", capacity_bytes=1 << 80, poison=False, traced=False
        ).pool.capacity_bytes
        < (1 << 64)
    )


@pytest.mark.parametrize("nbytes", [0, 1, 63, 64, 1000])
def test_small_arrays_begin_on_a_cache_line(nbytes):
    array = cache_aligned((nbytes,), np.dtype(np.uint8))

    assert array.ctypes.data % ALIGNMENT_BYTES == 0
    assert (array.shape, array.flags.c_contiguous) == ((nbytes,), True)


@pytest.mark.parametrize("see", [lambda x: x, lambda x: x[1:].T, lambda x: x[:0]])
def test_the_address_of_an_array_is_where_its_first_element_lies(see):
    array = see(np.zeros((3, 4)))

    assert address(array) == array.ctypes.data
