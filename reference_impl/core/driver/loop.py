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
from reference_impl.core.driver.words import (
    ARGS,
    ARRIVED,
    ASLEEP,
    AWAKE,
    BEGIN,
    CALLED,
    CHUNK,
    COUNT,
    DONE,
    END,
    EXTENT,
    FACTOR,
    FIRST,
    FUNCTION,
    GROUP_WORDS,
    GROUPS,
    HAS_RUN,
    INSTRUCTION_WORDS,
    INSTRUCTIONS,
    IS_SERIAL,
    LINE,
    MOVING,
    OPERANDS,
    OWN,
    OWN_WORDS,
    PHASE,
    PROGRAM,
    RUN,
    STAGE_COUNT,
    STAGE_WORDS,
    STAGES,
    STATES,
    STRIDES,
    TAKEN,
    THREADS,
    WAITS,
    WORD,
)

# 200 microseconds where a pause takes 50 nanoseconds. Who waits for longer does so in
# naps, since whoever is awaited may need the processor: on four processors with four
# other programs, a run of 0.1 ms takes 0.5 ms with naps and 50 ms without.
PATIENCE = 4000

# Who has waited for a run during so many naps, 40 milliseconds, returns to Python.
NAPS = 500


@njit
def walk(args, begin, end):
    """Compute thread `begin`'s part of the program `args`, stage by stage.

    `end` is the address of the words that the team shares.
    """
    mode = flush_denormals()
    for number in range(args[STAGE_COUNT]):
        stage = offset(words(args[STAGES]), STAGE_WORDS * number)
        if number > 0:
            wait_for_all(words(end))
        if begin == 0 or not stage[IS_SERIAL]:
            walk_iterations(args, stage, words(end), begin)
    restore_denormals(mode)


@njit
def walk_iterations(args, stage, shared, thread):
    """Compute a thread's part of every iteration of a stage."""
    operands = words(args[ARGS])
    for iteration in range(stage[BEGIN], stage[END]):
        if iteration > stage[BEGIN] and not stage[IS_SERIAL]:
            wait_for_all(shared)
        if stage[MOVING]:
            operands = moved(args, stage, iteration, thread)
        walk_groups(args, stage, operands, shared, thread)


@njit
def moved(args, stage, iteration, thread):
    """The args of an iteration: this thread's copy, for others may be at another."""
    given = offset(words(args[ARGS]), stage[WORD])
    strides = offset(words(args[STRIDES]), stage[WORD])
    own = offset(words(args[OWN]), args[OWN_WORDS] * thread)
    for i in range(stage[MOVING]):
        own[i] = given[i] + iteration * strides[i]
    return offset(own, -stage[WORD])


@njit
def walk_groups(args, stage, operands, shared, thread):
    """Compute a thread's part of every group of an iteration."""
    groups, instructions = words(args[GROUPS]), words(args[INSTRUCTIONS])
    threads = shared[THREADS]
    for number in range(stage[FIRST], stage[FIRST] + stage[COUNT]):
        group = offset(groups, GROUP_WORDS * number)
        if group[WAITS] and not stage[IS_SERIAL]:
            wait_for_all(shared)
        steps = offset(instructions, INSTRUCTION_WORDS * group[FIRST])
        low, high = part(group, thread, threads)
        while low < high:
            stop = min(low + group[CHUNK], high)
            for step in range(group[COUNT]):
                each = offset(steps, INSTRUCTION_WORDS * step)
                first, last = low * each[FACTOR], stop * each[FACTOR]
                call(each[FUNCTION], offset(operands, each[OPERANDS]), first, last)
            low = stop


@njit(error_model="numpy")
def part(group, thread, threads):
    """The units of one thread: whole chunks, if there is one for everybody."""
    extent, chunk = group[EXTENT], group[CHUNK]
    # For one thread, divisions are two thirds of what a group costs: 11 ns, not 33 ns.
    if threads == 1 or group[IS_SERIAL]:
        return 0, 0 if thread else extent
    unit = chunk if extent >= chunk * threads else 1
    count = (extent + unit - 1) // unit
    begin = (count * thread + threads - 1) // threads
    end = (count * (thread + 1) + threads - 1) // threads
    return begin * unit, min(end * unit, extent)


@njit
def wait_for_all(shared):
    """Go on when every thread has come here."""
    threads = shared[THREADS]
    if threads == 1:
        return
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
