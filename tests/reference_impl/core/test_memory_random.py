"""Random sequences of requests, held against a model that marks every cache line."""

import numpy as np
import pytest

from reference_impl.core.blocks import ALIGNMENT_BYTES, size_class
from reference_impl.core.errors import OutOfMemoryError
from reference_impl.core.memory import Pool

CAPACITY_BYTES = 1 << 18
STEPS = 600


class Model:
    """Which cache lines are taken, and what a pool should have counted."""

    def __init__(self):
        self.taken = np.zeros(CAPACITY_BYTES // ALIGNMENT_BYTES, bool)
        self.live = []
        self.used_lines = self.peak_bytes = self.allocations = self.reuses = 0

    def lines(self, block):
        assert block.offset % ALIGNMENT_BYTES == block.nbytes % ALIGNMENT_BYTES == 0
        first = block.offset // ALIGNMENT_BYTES
        return slice(first, first + block.nbytes // ALIGNMENT_BYTES)

    def allocate(self, block, nbytes):
        lines = self.lines(block)
        assert block.nbytes >= nbytes
        assert lines.stop <= len(self.taken)
        assert not self.taken[lines].any()
        self.taken[lines] = True
        self.live.append((block, nbytes))
        self.allocations += 1
        self.reuses += lines.stop <= self.used_lines
        self.used_lines = max(self.used_lines, lines.stop)
        self.peak_bytes = max(self.peak_bytes, self.allocated_bytes)

    def free(self, index):
        block, _ = self.live.pop(index)
        self.taken[self.lines(block)] = False
        return block

    @property
    def requested_bytes(self):
        return sum(nbytes for _, nbytes in self.live)

    @property
    def allocated_bytes(self):
        return int(self.taken.sum()) * ALIGNMENT_BYTES

    def gaps(self, lines):
        """The sizes in bytes of the runs of free lines among the first `lines`."""
        edges = np.flatnonzero(np.diff(self.taken[:lines], prepend=True, append=True))
        return (edges[1::2] - edges[::2]) * ALIGNMENT_BYTES

    @property
    def fragmentation(self):
        gaps = self.gaps(self.used_lines)
        return 1 - gaps.max() / gaps.sum() if gaps.size else 0.0


def request(rng):
    """Sizes in bytes from nothing to 16 KiB, small ones more often."""
    return int(2 ** rng.uniform(0, 14)) - 1


@pytest.fixture(params=range(5))
def rng(request):
    return np.random.default_rng(request.param)


@pytest.fixture
def pool():
    return Pool(capacity_bytes=CAPACITY_BYTES)


def play(pool, rng, *, on_refusal, steps=STEPS):
    """Allocate and free at random; the model checks every block that is given out."""
    model = Model()
    for _ in range(steps):
        if model.live and rng.random() < 0.45:
            pool.free(model.free(rng.integers(len(model.live))))
            continue
        nbytes = request(rng)
        try:
            block = pool.allocate(nbytes)
        except OutOfMemoryError:
            on_refusal(model, nbytes)
        else:
            model.allocate(block, nbytes)
    return model


def ignore(model, nbytes):
    """A pool that is full may refuse."""


def test_live_blocks_never_overlap_and_statistics_add_up(pool, rng):
    model = play(pool, rng, on_refusal=ignore)

    statistics = pool.statistics()
    assert statistics.requested_bytes == model.requested_bytes
    assert statistics.allocated_bytes == model.allocated_bytes
    assert statistics.peak_bytes == model.peak_bytes
    assert statistics.reserved_bytes == model.used_lines * ALIGNMENT_BYTES
    assert statistics.allocations == model.allocations
    assert statistics.reuses == model.reuses
    assert statistics.fragmentation == pytest.approx(model.fragmentation)


def test_when_all_is_freed_one_block_remains(pool, rng):
    model = play(pool, rng, on_refusal=ignore)
    reserved = pool.statistics().reserved_bytes
    while model.live:
        pool.free(model.free(rng.integers(len(model.live))))

    statistics = pool.statistics()
    assert statistics.requested_bytes == statistics.allocated_bytes == 0
    assert statistics.fragmentation == 0
    # The largest size class that fits: the block may end between two classes.
    fitting = max(n for n in range(0, reserved + 1, 64) if size_class(n) <= reserved)
    assert pool.allocate(fitting).offset == 0


def test_a_trace_tells_the_whole_story(rng):
    pool = Pool(capacity_bytes=CAPACITY_BYTES, traced=True)
    model = play(pool, rng, on_refusal=ignore)

    live, sums = {}, []
    for event in pool.trace:
        if event.action == "allocate":
            assert event.offset not in live
            live[event.offset] = event.nbytes
        else:
            assert live.pop(event.offset) == event.nbytes
        sums.append(sum(live.values()))
    assert [event.live_bytes for event in pool.trace] == sums
    assert max(sums) == pool.statistics().peak_bytes
    assert live == {block.offset: block.nbytes for block, _ in model.live}


def test_holders_are_the_live_blocks(pool, rng):
    model = play(pool, rng, on_refusal=ignore)

    held = [block.requested_bytes for block in pool.holders()]
    assert held == sorted((nbytes for _, nbytes in model.live), reverse=True)


def test_releasing_is_freeing(rng):
    freeing, releasing = (Pool(capacity_bytes=CAPACITY_BYTES) for _ in range(2))
    pairs = []
    for _ in range(STEPS):
        if pairs and rng.random() < 0.5:
            first, second = pairs.pop(rng.integers(len(pairs)))
            freeing.free(first)
            releasing.release(second)
        else:
            nbytes = request(rng) // 8
            pairs.append((freeing.allocate(nbytes), releasing.allocate(nbytes)))
            assert pairs[-1][0].offset == pairs[-1][1].offset

    assert freeing.statistics() == releasing.statistics()


def test_a_request_is_refused_only_if_no_gap_is_large_enough(rng):
    pool = Pool(capacity_bytes=CAPACITY_BYTES // 8)

    def check(model, nbytes):
        gaps = model.gaps(pool.capacity_bytes // ALIGNMENT_BYTES)
        assert size_class(nbytes) > gaps.max(initial=0)

    play(pool, rng, on_refusal=check)
