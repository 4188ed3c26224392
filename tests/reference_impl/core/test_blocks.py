"""How an arena is divided, law by law; see also `test_memory_random`."""

import itertools
import sys

import pytest

from reference_impl.core.blocks import ALIGNMENT_BYTES, Blocks, size_class

SIZES = [*range(5000), *(2**k + d for k in range(12, 40) for d in (-1, 0, 1, 99))]


@pytest.fixture
def blocks():
    return Blocks(1 << 20)


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


def test_a_freed_block_serves_the_next_request_of_its_size(blocks):
    first = blocks.take(4096)
    blocks.take(64)
    blocks.give_back(first)

    assert blocks.take(4096).offset == first.offset


def test_a_larger_free_block_is_split(blocks):
    first = blocks.take(4096)
    blocks.take(64)
    blocks.give_back(first)

    halves = [blocks.take(2048), blocks.take(2048)]

    assert sorted(half.offset for half in halves) == [first.offset, first.offset + 2048]


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (0, 2, 1), (1, 0, 2)])
def test_neighbours_that_are_all_free_become_one_block(blocks, order):
    row = [blocks.take(1024) for _ in range(3)]
    blocks.take(64)
    for index in order:
        blocks.give_back(row[index])

    assert blocks.free_sizes() == [3072]
    assert blocks.take(3072).offset == row[0].offset


def test_free_memory_at_the_end_joins_what_was_never_used():
    blocks = Blocks(1024)
    blocks.give_back(blocks.take(512))

    assert blocks.largest_bytes() == 1024
    assert blocks.take(1024).offset == 0


class Interrupt:
    """Ctrl-C before the n-th instruction of Python that runs within blocks.py."""

    def __init__(self, count):
        self.left = count

    def __enter__(self):
        sys.settrace(self._trace)

    def __exit__(self, *_):
        sys.settrace(None)

    def _trace(self, frame, event, arg):
        if not frame.f_code.co_filename.endswith("blocks.py"):
            return None
        frame.f_trace_opcodes = True
        if event == "opcode":
            self.left -= 1
            if self.left < 0:
                raise KeyboardInterrupt
        return self._trace


def interrupted_everywhere(change, make):
    """What `make` gave, once for every place at which a change was interrupted."""
    for count in range(10_000):
        made = make()
        try:
            with Interrupt(count):
                change(made)
        except KeyboardInterrupt:
            yield made
        else:
            assert count > 20
            return


def with_holes():
    """Blocks of which every other one is free, and those that are not."""
    blocks = Blocks(1 << 20)
    row = [blocks.take(size, size - 1) for size in (1024, 2048, 1024, 512, 1024)]
    for freed in row[1::2]:
        blocks.give_back(freed)
    return blocks, row[::2]


CHANGES = {
    "one of the same size is taken": lambda blocks, held: blocks.take(512),
    "a larger one is split": lambda blocks, held: blocks.take(1024),
    "the arena is used further": lambda blocks, held: blocks.take(4096),
    "one between free ones is given back": lambda blocks, held: blocks.give_back(
        held.pop(1)
    ),
    "the last one is given back": lambda blocks, held: blocks.give_back(held.pop()),
    "free ones are counted": lambda blocks, held: blocks.free_sizes(),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_an_interrupt_anywhere_leaves_blocks_that_can_be_used(change):
    for blocks, held in interrupted_everywhere(lambda made: change(*made), with_holes):
        held += [blocks.take(size, size) for size in (512, 2048, 1024)]
        places = sorted((x.offset, x.offset + x.nbytes) for x in blocks.used())
        assert all(a[1] <= b[0] for a, b in itertools.pairwise(places))
        assert all(map(blocks.is_used, held))
        assert blocks.used_bytes == sum(x.nbytes for x in blocks.used())
        assert blocks.requested_bytes == sum(x.requested_bytes for x in blocks.used())

        for block in blocks.used():
            blocks.give_back(block)
        assert blocks.free_sizes() == [blocks.reserved_bytes]
        assert (blocks.used_bytes, blocks.requested_bytes) == (0, 0)
