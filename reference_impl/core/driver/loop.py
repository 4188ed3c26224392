"""The loop that runs everything, as it is compiled.

Its three functions have the signature of a kernel and are built like one. `walk` is a
thread's share of a run: instruction by instruction. `lead` makes a team run, `follow`
is what its other threads do: wait, walk, wait. They wait by looking at words of memory
that they share, each on a cache line of its own; who has waited for long returns, and
sleeps in Python (`team.py`).
"""

# Numba fills in the first parameter of an intrinsic, and infers types of its own.
# mypy: disable-error-code="call-arg, var-annotated"

from __future__ import annotations

from numba import njit

from reference_impl.core.driver.intrinsics import (
    address,
    atomic_add,
    atomic_load,
    atomic_replace,
    atomic_store,
    call,
    doze,
    flush_denormals,
    offset,
    pause,
    restore_denormals,
    words,
)

# The words of a program.
GROUPS, GROUP_COUNT, INSTRUCTIONS, ARGS = 0, 1, 2, 3

# The words that a team shares: eight are a cache line.
THREADS, PROGRAM, ARRIVED, PHASE, RUN, DONE, HAS_RUN = 0, 1, 8, 16, 24, 32, 40
STATES, LINE = 48, 8  # of thread t: STATES + LINE * t, and its runs behind that
AWAKE, TAKEN, ASLEEP, CALLED = 0, 1, 2, 3

# 200 microseconds where a pause takes 50 nanoseconds. Who waits for longer does so in
# naps, since whoever is awaited may need the processor: on four processors with four
# other programs, a run of 0.1 ms takes 0.5 ms with naps and 50 ms without.
PATIENCE = 4000

# Who has waited for a run during so many naps, 40 milliseconds, returns to Python.
NAPS = 500


@njit
def walk(args, begin, end):
    """Compute thread `begin`'s part of every group of the program `args`.

    `end` is the address of the words that the team shares.
    """
    mode = flush_denormals()
    groups, instructions = words(args[GROUPS]), words(args[INSTRUCTIONS])
    shared, thread = words(end), begin
    threads = shared[THREADS]
    for number in range(args[GROUP_COUNT]):
        group = offset(groups, 5 * number)
        if group[4] and threads > 1:
            wait_for_all(shared, threads)
        steps = offset(instructions, 3 * group[0])
        low, high = part(group[2], group[3], thread, threads)
        while low < high:
            stop = min(low + group[3], high)
            for step in range(group[1]):
                each = offset(steps, 3 * step)
                operands = offset(words(args[ARGS]), each[1])
                call(each[0], operands, low * each[2], stop * each[2])
            low = stop
    restore_denormals(mode)


@njit(error_model="numpy")
def part(extent, chunk, thread, threads):
    """The units of one thread: whole chunks, if there is one for everybody."""
    unit = chunk if extent >= chunk * threads else 1
    count = (extent + unit - 1) // unit
    begin = (count * thread + threads - 1) // threads
    end = (count * (thread + 1) + threads - 1) // threads
    return begin * unit, min(end * unit, extent)


@njit
def wait_for_all(shared, threads):
    """Go on when every thread has come here."""
    phase = atomic_load(shared, PHASE)
    if atomic_add(shared, ARRIVED, 1) == threads - 1:
        atomic_store(shared, ARRIVED, 0)
        atomic_store(shared, PHASE, phase + 1)
    else:
        wait_until(shared, PHASE, phase + 1)


@njit
def wait_until(shared, index, value):
    """Go on when a word is this; whoever is to write it may need our processor."""
    spins = 0
    while atomic_load(shared, index) != value:
        spins += 1
        rest(spins)


@njit
def rest(spins):
    """Wait for a moment, one of many."""
    if spins < PATIENCE:
        pause()
    else:
        doze()


@njit
def lead(args, begin, end):
    """Run the program `args` with a team; `shared[HAS_RUN]` says whether it did.

    It did not if somebody sleeps: the caller wakes those who are `CALLED`, and then
    calls with a `begin` of 1, for they will come.
    """
    shared = words(end)
    threads = shared[THREADS]
    sleepers = 0
    for thread in range(1, threads):
        sleepers += is_called(shared, STATES + LINE * thread)
    shared[HAS_RUN] = begin or sleepers == 0
    if shared[HAS_RUN]:
        shared[PROGRAM] = address(args)
        atomic_store(shared, DONE, 1)
        atomic_add(shared, RUN, 1)
        walk(args, 0, end)
        wait_until(shared, DONE, threads)


@njit
def is_called(shared, state):
    """Take a thread for the next run; whether it has to be woken for that."""
    if atomic_replace(shared, state, AWAKE, TAKEN) == AWAKE:
        return False
    atomic_replace(shared, state, ASLEEP, CALLED)
    return atomic_load(shared, state) == CALLED


@njit
def follow(args, begin, end):
    """Take thread `begin`'s part in runs until none has come for a while."""
    shared = words(end)
    state = STATES + LINE * begin
    runs = state + 1
    if atomic_replace(shared, state, ASLEEP, AWAKE) == CALLED:
        atomic_store(shared, state, TAKEN)
    spins, idle = 0, PATIENCE + NAPS
    while spins < idle or atomic_replace(shared, state, AWAKE, ASLEEP) == TAKEN:
        if atomic_load(shared, RUN) == shared[runs]:
            spins += 1
            rest(spins)
        else:
            walk(words(shared[PROGRAM]), begin, end)
            shared[runs] += 1
            spins = 0
            atomic_store(shared, state, AWAKE)
            atomic_add(shared, DONE, 1)
