"""The pool, law by law; `test_memory_random` holds it against a model."""

import threading

import numpy as np
import pytest

from reference_impl.core.errors import FreedError, OutOfMemoryError
from reference_impl.core.memory import (
    ALIGNMENT_BYTES,
    LISTED_HOLDERS,
    Event,
    Label,
    Pool,
    size_class,
)

SIZES = [*range(5000), *(2**k + d for k in range(12, 40) for d in (-1, 0, 1, 99))]


@pytest.fixture
def pool():
    return Pool(capacity_bytes=1 << 20)


def test_a_size_class_holds_the_request_in_whole_cache_lines():
    for nbytes in SIZES:
        assert size_class(nbytes) >= max(nbytes, ALIGNMENT_BYTES)
        assert size_class(nbytes) % ALIGNMENT_BYTES == 0


def test_a_size_class_wastes_at_most_one_eighth_above_a_kibibyte():
    for nbytes in (nbytes for nbytes in SIZES if nbytes > 1024):
        assert 8 * (size_class(nbytes) - nbytes) <= nbytes


def test_size_classes_grow_with_the_request_and_serve_themselves():
    classes = [size_class(nbytes) for nbytes in sorted(SIZES)]

    assert classes == sorted(classes)
    assert [size_class(nbytes) for nbytes in classes] == classes


def test_there_are_at_most_eight_size_classes_for_a_power_of_two():
    for low in (1 << k for k in range(10, 16)):
        assert len({size_class(nbytes) for nbytes in range(low + 1, 2 * low + 1)}) == 8


def test_a_freed_block_serves_the_next_request_of_its_size(pool):
    first = pool.allocate(4096)
    pool.allocate(64)
    pool.free(first)

    assert pool.allocate(4096).offset == first.offset


def test_a_larger_free_block_is_split(pool):
    first = pool.allocate(4096)
    pool.allocate(64)
    pool.free(first)

    halves = [pool.allocate(2048), pool.allocate(2048)]

    assert sorted(half.offset for half in halves) == [first.offset, first.offset + 2048]


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (0, 2, 1), (1, 0, 2)])
def test_neighbours_that_are_all_free_become_one_block(pool, order):
    blocks = [pool.allocate(1024) for _ in range(3)]
    pool.allocate(64)
    for index in order:
        pool.free(blocks[index])

    assert pool.statistics().fragmentation == 0
    assert pool.allocate(3072).offset == blocks[0].offset


def test_free_memory_at_the_end_joins_what_was_never_used():
    pool = Pool(capacity_bytes=1024)
    pool.free(pool.allocate(512))

    assert pool.allocate(1024).offset == 0


def test_freeing_twice_is_an_error(pool):
    block = pool.allocate(100)
    pool.free(block)

    with pytest.raises(FreedError, match=f"at {block.offset} is free already"):
        pool.free(block)


def test_freeing_twice_is_an_error_after_the_block_was_merged(pool):
    first, second = pool.allocate(100), pool.allocate(100)
    pool.free(first)
    pool.free(second)

    with pytest.raises(FreedError):
        pool.free(second)


def test_a_request_over_capacity_fails_and_leaves_the_pool_usable():
    pool = Pool(capacity_bytes=4096)
    block = pool.allocate(1024)
    before = pool.statistics()

    with pytest.raises(OutOfMemoryError, match="8000 bytes are needed; of 4096"):
        pool.allocate(8000)

    assert pool.statistics() == before
    pool.free(block)
    assert pool.allocate(1024).offset == block.offset


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_freed_memory_is_poisoned_with_nan(dtype):
    memory = np.zeros(4096, np.uint8)
    pool = Pool(capacity_bytes=4096, memory=memoryview(memory), poison=True)
    freed, kept = pool.allocate(256), pool.allocate(256)
    pool.free(freed)

    def elements(block):
        return memory[block.offset :][: block.nbytes].view(dtype)

    assert np.isnan(elements(freed)).all()
    assert (elements(kept) == 0).all()


def test_poison_without_memory_is_refused():
    with pytest.raises(ValueError, match="memory"):
        Pool(capacity_bytes=64, poison=True)


def test_a_trace_lists_what_happened_in_order(pool):
    pool.allocate(64)
    pool.trace = []
    label = Label("exp", np.dtype(np.float32), (5, 5))
    block = pool.allocate(100, label)
    pool.free(block)

    assert pool.trace == [
        Event("allocate", 64, 128, 192, label),
        Event("free", 64, 128, 64, label),
    ]


def test_a_released_block_counts_as_free_wherever_somebody_looks(pool):
    for look in (
        lambda: pool.statistics().allocated_bytes,
        lambda: len(pool.holders()),
        lambda: pool.allocate(64).offset,
    ):
        pool.release(pool.allocate(64))
        assert look() == 0


def test_memory_that_was_only_released_serves_a_full_pool():
    pool = Pool(capacity_bytes=1024)
    pool.release(pool.allocate(1024))

    assert pool.allocate(1024).offset == 0


def test_holders_come_in_order_of_size(pool):
    sizes = [100, 5000, 1, 700, 5000]
    blocks = [pool.allocate(nbytes) for nbytes in sizes]
    pool.free(blocks[3])

    assert [b.requested_bytes for b in pool.holders()] == [5000, 5000, 100, 1]


def test_a_full_pool_lists_its_largest_holders():
    pool = Pool(capacity_bytes=1 << 16, name="device small")
    float32 = np.dtype(np.float32)
    for k in range(1, LISTED_HOLDERS + 3):
        pool.allocate(400 * k, Label("exp", float32, (10, 10 * k)))

    with pytest.raises(OutOfMemoryError) as caught:
        pool.allocate(1 << 20, Label("matmul", float32, (512, 512)))

    first, title, *listed, rest = str(caught.value).splitlines()
    assert first.startswith(
        "device small: 1048576 bytes are needed for matmul float32[512, 512]; of 65536 "
        f"bytes {pool.statistics().allocated_bytes} are in use, and at most "
    )
    assert title == "the largest holders are"
    assert [line.split(maxsplit=2) for line in listed] == [
        [str(400 * k), "bytes", f"exp float32[10, {10 * k}]"] for k in range(7, 2, -1)
    ]
    assert rest.split() == ["1200", "bytes", "in", "2", "smaller", "blocks"]


def test_a_refusal_says_how_much_is_free_in_one_piece():
    pool = Pool(capacity_bytes=1024)
    blocks = [pool.allocate(128) for _ in range(8)]
    for index in (1, 4, 5, 7):
        pool.free(blocks[index])

    with pytest.raises(OutOfMemoryError, match="at most 256 are free in one piece"):
        pool.allocate(512)


def test_threads_may_share_a_pool(pool):
    def work():
        for nbytes in range(500):
            pool.free(pool.allocate(nbytes))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    statistics = pool.statistics()
    assert (statistics.allocations, statistics.allocated_bytes) == (2000, 0)


def test_an_old_handle_does_not_free_the_block_of_a_new_owner():
    pool = Pool(capacity_bytes=1 << 20)
    old = pool.allocate(100)
    pool.free(old)
    new = pool.allocate(100)

    assert new.offset == old.offset
    with pytest.raises(FreedError):
        pool.free(old)
    pool.free(new)


def test_a_negative_size_is_refused():
    with pytest.raises(ValueError, match="-1 came"):
        Pool(capacity_bytes=1 << 20).allocate(-1)
