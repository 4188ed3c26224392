"""Groups: any chunks, any number of threads, the values of the plain order."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stand_ins import WORD, Machine, kernel, programs, rows, whole

from reference_impl.core.kernel import Buffer
from reference_impl.core.plan.groups import (
    CHUNK_BYTES,
    SERIAL_GROUP_WORK,
    Uses,
    grouped,
)

N = 8


@pytest.fixture
def x():
    return Buffer(2 * N * WORD, "x")


@pytest.fixture
def y():
    return Buffer(2 * N * WORD, "y")


@pytest.fixture
def z():
    return Buffer(2 * N * WORD, "z")


def plain(buffers, kernels):
    """The words after all kernels, one after the other."""
    machine = Machine(buffers)
    for each in kernels:
        machine.run(each, 0, each.extent)
    return machine.words


def assert_equal_words(came, needed):
    for buffer in needed:
        np.testing.assert_array_equal(came[buffer], needed[buffer], buffer.maker)


def run_units(machine, group, low, high, chunk):
    """Some units of a group, chunk by chunk."""
    for begin in range(low, high, chunk):
        end = min(begin + chunk, high)
        for each in group.kernels:
            factor = group.factor(each)
            machine.run(each, begin * factor, end * factor)


@settings(max_examples=120, deadline=None, derandomize=True)
@given(program=programs(), chunk=st.integers(1, 12))
def test_groups_may_be_computed_in_any_chunks(program, chunk):
    buffers, kernels = program
    machine = Machine(buffers)
    groups = grouped(kernels)

    for group in groups:
        run_units(machine, group, 0, group.units, chunk)

    assert [each for group in groups for each in group.kernels] == kernels
    assert_equal_words(machine.words, plain(buffers, kernels))


@settings(max_examples=120, deadline=None, derandomize=True)
@given(data=st.data())
def test_threads_wait_for_each_other_as_often_as_they_must(data):
    buffers, kernels = data.draw(programs())
    machine = Machine(buffers)
    sections = []
    for group in grouped(kernels):
        if group.waits or not sections:
            sections.append([])
        sections[-1].append(group)

    for section in sections:
        threads = data.draw(st.permutations(range(3)))
        cuts = [
            sorted(data.draw(st.tuples(*[st.integers(0, each.units)] * 2)))
            for each in section
        ]
        for thread in threads:  # one that is far ahead of the others
            for group, (first, second) in zip(section, cuts, strict=True):
                ends = [0, first, second, group.units]
                if group.is_serial:  # all of it is the first thread's
                    ends = [0, *[group.units] * 3]
                run_units(machine, group, ends[thread], ends[thread + 1], group.chunk)

    assert_equal_words(machine.words, plain(buffers, kernels))


def test_a_kernel_joins_the_one_whose_rows_it_reads(x, y, z):
    (group,) = grouped(
        [kernel(N, [rows(x, 2)], [rows(y, 2)]), kernel(N, [rows(y, 2)], [rows(z, 2)])]
    )

    assert (len(group.kernels), group.units, group.waits) == (2, N, False)


def test_rows_of_two_sizes_are_units_of_the_larger(x, y, z):
    first = kernel(N, [rows(x, 2)], [rows(y, 2)])
    second = kernel(N // 2, [rows(y, 4)], [rows(z, 4)])

    (group,) = grouped([first, second])

    assert (group.units, group.factor(first), group.factor(second)) == (N // 2, 2, 1)


@pytest.mark.parametrize(
    "read", [lambda y: whole(y), lambda y: rows(y, 2, 1), lambda y: rows(y, 1)]
)
def test_a_kernel_that_reads_other_rows_waits(x, y, z, read):
    _, second = grouped(
        [kernel(N, [rows(x, 2)], [rows(y, 2)]), kernel(N, [read(y)], [rows(z, 1)])]
    )

    assert second.waits


def test_kernels_that_share_no_rows_neither_join_nor_wait(x, y, z):
    _, second = grouped(
        [kernel(N, [rows(x, 1)], [rows(y, 1)]), kernel(N, [rows(x, 1)], [rows(z, 1)])]
    )

    assert not second.waits


def conflicts(first, second):
    """By what the second of two kernels depends on the first."""
    uses = Uses()
    uses.add(first)
    return list(uses.conflicts(second))


def test_halves_of_a_buffer_are_apart(x, y):
    lower, upper = kernel(N, [], [rows(y, 1)]), kernel(N, [], [rows(y, 1, N)])

    assert conflicts(lower, upper) == []
    assert len(conflicts(lower, kernel(N, [], [rows(y, 1, N - 1)]))) == 1


def test_bytes_at_different_iterations_may_be_the_same(x):
    now, then = kernel(2, [], [rows(x, 1)]), kernel(2, [], [rows(x, 1, 2, stride=2)])

    assert len(conflicts(now, then)) == 1


def small(extent, reads, writes):
    return kernel(extent, reads, writes, operations=0)


def test_serial_groups_do_not_wait_for_each_other(x, y, z):
    chain = [
        kernel(N, [rows(z, 1)], [rows(x, 2)]),
        small(N, [whole(x)], [rows(y, 1)]),
        small(N, [whole(y)], [rows(z, 1)]),
        small(N, [whole(z)], [rows(x, 1)]),
        kernel(N, [whole(x)], [rows(z, 1)]),
    ]

    groups = grouped(chain)

    assert [group.is_serial for group in groups] == [False, True, True, True, False]
    assert [group.waits for group in groups] == [False, True, False, False, True]


def test_a_group_that_moves_many_bytes_is_not_serial():
    x, y = Buffer(SERIAL_GROUP_WORK * WORD, "x"), Buffer(SERIAL_GROUP_WORK * WORD, "y")
    width = SERIAL_GROUP_WORK // N

    (copy,) = grouped([small(N, [rows(x, width)], [rows(y, width)])])
    (read,) = grouped([small(N, [whole(x)], [rows(y, 1)])])
    (slices,) = grouped([small(N, [whole(x, stride=1)], [rows(y, 1)])])

    assert not copy.is_serial
    assert not read.is_serial
    assert slices.is_serial


def test_what_is_read_may_not_be_written_too_early(x, y, z):
    reader = kernel(N, [whole(y)], [rows(z, 1)])
    writer = kernel(N, [rows(x, 1)], [rows(y, 1)])

    assert [group.waits for group in grouped([reader, writer])] == [False, True]


def test_a_chunk_fits_into_the_cache_and_is_no_smaller_than_the_grain():
    units, width = 1 << 12, 64
    x, y, z = (Buffer(units * width * WORD, name) for name in "xyz")
    pair = [
        kernel(units, [rows(x, width)], [rows(y, width)]),
        kernel(units, [rows(y, width)], [rows(z, width)]),
    ]

    (group,) = grouped(pair)
    assert group.chunk == CHUNK_BYTES // (3 * width * WORD)

    coarse = kernel(units, [rows(y, width)], [rows(z, width)], grain=1000)
    (group,) = grouped([pair[0], coarse])
    assert group.chunk == 1000


def test_one_kernel_is_one_chunk(x, y):
    (group,) = grouped([kernel(N, [rows(x, 1)], [rows(y, 1)])])
    (empty,) = grouped([kernel(0, [rows(x, 1)], [rows(y, 1)])])

    assert (group.chunk, group.units) == (N, N)
    assert (empty.chunk, empty.units, empty.factor(empty.kernels[0])) == (1, 1, 0)
