"""Stages: whose bytes are whose, and until when."""

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from stand_ins import WORD, Machine, kernel, programs, rows, whole

from reference_impl.core.kernel import Buffer, Loop
from reference_impl.core.plan.offsets import arena_bytes, offsets
from reference_impl.core.plan.stages import Stage, lifetimes, stages


def kernels_of(stage):
    return [each for group in stage.groups for each in group.kernels]


class Arena(Machine):
    """A machine whose buffers lie in one arena, where they are told to."""

    def __init__(self, found, given):
        buffers = list(found)
        places = offsets(list(found.values()))
        size = arena_bytes(list(found.values()), places)
        self.arena = np.full(size // WORD, -1, np.int64)
        self.words = {
            buffer: self.arena[place // WORD :][: buffer.nbytes // WORD]
            for buffer, place in zip(buffers, places, strict=True)
        }
        for buffer, words in given.items():
            self.words[buffer] = words.copy()


def run_alone(machine, found):
    """As one thread walks over stages: chunk by chunk."""
    for stage in found:
        for iteration, group in itertools.product(range(stage.count), stage.groups):
            for low in range(0, group.units, group.chunk):
                high = min(low + group.chunk, group.units)
                for each in group.kernels:
                    factor = group.factor(each)
                    machine.run(each, low * factor, high * factor, iteration)


def run(machine, steps):
    for step in steps:
        count = step.count if isinstance(step, Loop | Stage) else 1
        if isinstance(step, Stage):
            body = kernels_of(step)
        else:
            body = step.body if isinstance(step, Loop) else [step]
        for iteration, each in itertools.product(range(count), body):
            machine.run(each, 0, each.extent, iteration)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(data=st.data(), is_serial=st.booleans())
def test_buffers_that_share_bytes_do_not_meet(data, is_serial):
    buffers, kernels = data.draw(programs(8))
    begin, end = sorted(data.draw(st.tuples(*[st.integers(0, len(kernels))] * 2)))
    steps = [*kernels[:begin], *kernels[end:]]
    if begin < end:
        count = data.draw(st.integers(0, 3))
        steps.insert(begin, Loop(tuple(kernels[begin:end]), count))
    # The first buffer is given, and read in the end with the last one; all others are
    # written before they are read.
    given = {buffers[0]: Machine(buffers).words[buffers[0]]}
    clear = [kernel(1, [], [rows(each, each.nbytes // WORD)]) for each in buffers[1:]]
    last = kernel(1, [whole(buffers[-1])], [rows(buffers[0], 1)])
    steps = [*clear, *steps, last]

    apart, found = Machine(buffers), stages(steps)
    alive = lifetimes(found, is_serial=is_serial)
    inside = {b: x for b, x in alive.items() if b is not buffers[0]}
    arena = Arena(inside, given)
    run(apart, steps)
    (run_alone if is_serial else run)(arena, found)

    np.testing.assert_array_equal(arena.words[buffers[0]], apart.words[buffers[0]])


def overlap(one, other):
    return one.first <= other.last and other.first <= one.last


def test_a_buffer_read_at_the_next_iteration_lives_through_the_loop():
    x, carry, inside, later = (Buffer(8 * WORD, name) for name in "xcil")
    body = (
        kernel(8, [rows(carry, 1)], [rows(inside, 1)]),
        kernel(8, [whole(inside)], [rows(later, 1)]),
        kernel(8, [whole(later)], [rows(carry, 1)]),
    )
    found = lifetimes(
        stages([kernel(8, [rows(x, 1)], [rows(carry, 1)]), Loop(body, 3)])
    )

    assert found[carry].first < found[inside].first
    assert found[carry].last >= found[later].last
    assert overlap(found[inside], found[later])


def test_a_buffer_of_one_iteration_makes_room_for_the_next_one():
    x, first, second, out = (Buffer(8 * WORD, name) for name in "xfso")
    body = (
        kernel(8, [rows(x, 1)], [rows(first, 1)]),
        kernel(8, [whole(first)], [rows(out, 1)]),
        kernel(8, [whole(out)], [rows(second, 1)]),
        kernel(8, [whole(second)], [rows(out, 1)]),
    )

    found = lifetimes(stages([Loop(body, 3)]))

    assert not overlap(found[first], found[second])


def test_what_one_thread_may_still_need_is_not_given_away():
    # Nothing waits between these two, so a fast thread may be at the second one.
    x, y, z, w = (Buffer(8 * WORD, name) for name in "xyzw")
    found = lifetimes(
        stages(
            [
                kernel(8, [rows(x, 1)], [rows(y, 1)]),
                kernel(8, [rows(z, 1)], [rows(w, 1)]),
            ]
        )
    )

    assert all(overlap(a, b) for a in found.values() for b in found.values())


def test_a_thread_that_is_serial_needs_a_buffer_for_fewer_kernels():
    x, y, z, w = (Buffer(8 * WORD, name) for name in "xyzw")
    chain = [kernel(8, [rows(a, 1)], [rows(b, 1)]) for a, b in ((x, y), (y, z), (z, w))]

    together = lifetimes(stages(chain))
    alone = lifetimes(stages(chain), is_serial=True)

    assert overlap(together[y], together[w])
    assert not overlap(alone[y], alone[w])
    assert overlap(alone[y], alone[z])


def test_a_stage_of_serial_groups_is_serial():
    x, y = Buffer(8 * WORD, "x"), Buffer(8 * WORD, "y")
    small = kernel(8, [rows(x, 1)], [rows(y, 1)], operations=0)
    large = kernel(8, [whole(y)], [rows(x, 1)])

    (alone,) = stages([Loop((small,), 1_000_000)])
    (both,) = stages([Loop((small, large), 2)])

    assert (alone.is_serial, both.is_serial) == (True, False)


def test_a_loop_is_a_stage_of_its_own():
    x, y = Buffer(8 * WORD, "x"), Buffer(8 * WORD, "y")
    one = kernel(8, [rows(x, 1)], [rows(y, 1)])

    before, loop, after = stages([one, Loop((one, one), 4), one])

    assert (before.count, loop.count, after.count) == (1, 4, 1)


def test_nothing_to_do_is_no_stage():
    assert stages([]) == []
    assert lifetimes([]) == {}
