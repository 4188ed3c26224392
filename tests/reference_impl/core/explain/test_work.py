"""What kernels cost, on kernels whose functions are never called."""

import pytest

from reference_impl.core.explain.work import Work, group_work
from reference_impl.core.kernel import Buffer, Kernel, Ref, Source

SOURCE = Source("name", "text")


def kernel(read, written, extent=8, operations=16):
    return Kernel(SOURCE, (read, written), (0,), (1,), extent, operations=operations)


@pytest.fixture
def x():
    return Buffer(1000, "x")


@pytest.fixture
def y():
    return Buffer(64, "y")


def test_what_elements_own_is_counted_for_the_extent(x, y):
    work = group_work([kernel(Ref(x, step=4), Ref(y, step=8))])

    assert work == Work(16, 4 * 8, 8 * 8)
    assert work.intensity == 16 / 96


def test_what_elements_share_counts_as_a_whole(x, y):
    assert group_work([kernel(Ref(x), Ref(y, step=8))]).bytes_read == 1000


def test_what_moves_with_the_iterations_counts_one_iteration(x, y):
    assert group_work([kernel(Ref(x, stride=-100), Ref(y))]).bytes_read == 100


def test_no_buffer_counts_more_bytes_than_it_has(x, y):
    parts = Kernel(SOURCE, (Ref(y, 0), Ref(y, 32), Ref(x)), (0, 1), (2,), 8)

    assert group_work([parts]).bytes_read == 64


def test_what_is_handed_on_in_a_group_is_not_read(x, y):
    first = kernel(Ref(x, step=4), Ref(y, step=8))
    second = kernel(Ref(y, step=8), Ref(x, step=4))

    assert group_work([first, second]) == Work(32, 32, 64 + 32)


def test_what_is_read_twice_counts_once(x, y):
    both = [kernel(Ref(x, step=4), Ref(y, step=8))] * 2

    assert group_work(both).bytes_read == 32


def test_the_work_of_iterations_has_the_intensity_of_one(x):
    work = Work(10, 20, 30)

    assert work * 3 == Work(30, 60, 90)
    assert (work * 3).intensity == work.intensity


def test_no_bytes_have_no_intensity():
    assert Work(0, 0, 0).intensity == 0
