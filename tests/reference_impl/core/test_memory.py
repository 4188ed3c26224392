"""The pool, law by law; `test_memory_random` holds it against a model."""

import contextlib
import threading

import numpy as np
import pytest
from forks import answer_of_a_child, needs_fork

from reference_impl.core.blocks import Label
from reference_impl.core.errors import FreedError, OutOfMemoryError, RangeError
from reference_impl.core.memory import LISTED_HOLDERS, Event, Pool

THREADS = 4


@pytest.fixture
def pool():
    return Pool(capacity_bytes=1 << 20)


def run_in_threads(work):
    threads = [threading.Thread(target=work) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


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
    with pytest.raises(RangeError, match="memory"):
        Pool(capacity_bytes=64, poison=True)


def test_a_trace_lists_what_happened_in_order(pool):
    pool.allocate(64)
    label = Label("exp", np.dtype(np.float32), (5, 5))
    with pool.tracing() as events:
        block = pool.allocate(100, label)
        pool.release(block)
    pool.allocate(64)

    assert events == [
        Event("allocate", 64, 128, 192, label),
        Event("free", 64, 128, 64, label),
    ]


def test_traces_may_overlap_in_any_order(pool):
    with contextlib.ExitStack() as second:
        with pool.tracing() as early:
            pool.allocate(64)
            late = second.enter_context(pool.tracing())
            pool.allocate(128)
        pool.allocate(192)

    sizes = [[event.nbytes for event in events] for events in (early, late)]
    assert sizes == [[64, 128], [128, 192]]


def test_a_trace_adds_up_over_all_threads(pool):
    def work():
        for nbytes in range(500):
            pool.free(pool.allocate(nbytes))

    with pool.tracing() as events:
        run_in_threads(work)

    signs = {"allocate": 1, "free": -1}
    live = np.cumsum([signs[event.action] * event.nbytes for event in events])
    assert len(events) == 2 * 500 * THREADS
    assert live.tolist() == [event.live_bytes for event in events]


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

    run_in_threads(work)

    statistics = pool.statistics()
    assert (statistics.allocations, statistics.allocated_bytes) == (500 * THREADS, 0)


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
    with pytest.raises(RangeError, match="-1 came"):
        Pool(capacity_bytes=1 << 20).allocate(-1)


@needs_fork
def test_a_process_that_is_forked_while_a_pool_is_in_use_can_use_it():
    prepare = """
from reference_impl.core.memory import Pool
pool = Pool(capacity_bytes=1 << 20)
"""
    offset = "pool.allocate(64).offset"

    assert answer_of_a_child(prepare, lock="pool._lock", answer=offset) == 0
