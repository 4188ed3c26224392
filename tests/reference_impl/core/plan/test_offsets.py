import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

import reference_impl as ri
from reference_impl.core.plan import offsets as module
from reference_impl.core.plan.offsets import (
    Lifetime,
    arena_bytes,
    live_bytes,
    lower_bound,
    offsets,
)

ALIGNMENT_BYTES = 64  # of a cache line

# What the plan promises, of the lower bound.
PROMISE = 1.1

LIVES = st.lists(
    st.builds(
        lambda nbytes, first, steps: Lifetime(nbytes, first, first + steps),
        st.integers(0, 5000),
        st.integers(0, 30),
        st.integers(0, 30),
    ),
    max_size=24,
)


def overlaps(x, at, y, other):
    together = x.first <= y.last and y.first <= x.last
    return together and at < other + y.nbytes and other < at + x.nbytes


def training_step(rng, layers):
    """Activations that are kept until their mirror image, and what is between."""
    sizes = [1 << k for k in range(6, 16)] + [rng.randrange(64, 32_000)]
    end, lives = 2 * layers + 2, []
    for layer in range(layers):
        back = end - layer - 1
        for _ in range(rng.randint(1, 3)):
            last = back if rng.random() < 0.6 else layer + rng.randint(1, 3)
            lives.append(Lifetime(rng.choice(sizes), layer, last))
        for _ in range(rng.randint(1, 4)):  # gradients of activations
            last = min(end, back + rng.randint(0, 3))
            lives.append(Lifetime(rng.choice(sizes), back, last))
        if rng.random() < 0.5:  # gradients of parameters, until the update
            lives.append(Lifetime(rng.choice(sizes), back, end))
    return lives


def random_lives(rng, count):
    firsts = [rng.randrange(count) for _ in range(count)]
    return [
        Lifetime(64 * rng.randint(1, 1000), first, first + int(rng.expovariate(1 / 8)))
        for first in firsts
    ]


def excess(lives):
    return arena_bytes(lives, offsets(lives)) / lower_bound(lives)


@given(LIVES)
def test_buffers_that_are_alive_together_do_not_overlap(lives):
    found = offsets(lives)

    for i, x in enumerate(lives):
        assert found[i] % ALIGNMENT_BYTES == 0
        assert found[i] >= 0
        for j in range(i):
            assert not overlaps(x, found[i], lives[j], found[j])


@given(LIVES)
def test_an_arena_is_between_the_fullest_step_and_the_sum_of_all(lives):
    total = arena_bytes(lives, offsets(lives))

    steps = range(max((x.last for x in lives), default=0) + 1)
    alive = [sum(x.nbytes for x in lives if x.first <= t <= x.last) for t in steps]
    assert max(alive) <= lower_bound(lives) <= total
    assert total <= sum(x.nbytes + ALIGNMENT_BYTES - 1 for x in lives)


@given(LIVES)
def test_the_same_lifetimes_get_the_same_offsets(lives):
    assert offsets(lives) == offsets(list(lives))


def test_a_stack_of_activations_needs_no_more_than_its_fullest_step():
    stack = [Lifetime(64 * (7 * i % 5 + 1), i, 39 - i) for i in range(20)]

    assert excess(stack) == 1


def test_training_steps_keep_the_promise():
    found = [
        excess(training_step(random.Random(seed), layers))
        for layers in (10, 20, 40)
        for seed in range(30)
    ]

    assert max(found) <= PROMISE
    assert sum(found) / len(found) < 1.02


def test_the_worst_input_that_a_search_found_keeps_the_promise():
    # Hill climbing by units, first and last step, over eleven or so buffers.
    found = [
        *((2, 1, 4), (4, 1, 2), (1, 2, 6), (4, 1, 3), (6, 3, 4), (4, 0, 2)),
        *((3, 0, 4), (1, 0, 1), (1, 5, 7), (1, 2, 4), (1, 0, 4)),
    ]
    lives = [Lifetime(64 * units, first, last) for units, first, last in found]

    assert lower_bound(lives) == 20 * 64  # which is enough, by exhaustive search
    assert arena_bytes(lives, offsets(lives)) <= 22 * 64


@pytest.mark.parametrize("count", [100, 300, 1000])
def test_random_lifetimes_keep_the_promise(count):
    found = [excess(random_lives(random.Random(seed), count)) for seed in range(4)]

    assert max(found) <= PROMISE


def test_buffers_of_no_bytes_take_none():
    lives = [Lifetime(0, 0, 5), Lifetime(64, 0, 5), Lifetime(0, 2, 3)]

    assert arena_bytes(lives, offsets(lives)) == 64


def test_sizes_count_in_whole_units_of_the_alignment():
    lives = [Lifetime(1, 0, 1), Lifetime(65, 1, 2)]

    assert live_bytes(lives) == [64, 192, 128]
    assert lower_bound(lives) == 192
    assert sorted(offsets(lives)) in ([0, 64], [0, 128])


def test_nothing_needs_no_arena():
    assert offsets([]) == []
    assert lower_bound([]) == arena_bytes([], []) == 0


def test_of_a_thousand_buffers_few_piles_are_made(monkeypatch):
    lives = training_step(random.Random(0), 200)
    assert len(lives) > 900
    made, pile = [], module._pile
    monkeypatch.setattr(module, "_pile", lambda *args: made.append(args) or pile(*args))

    offsets(lives)

    assert 1 <= len(made) <= 3


@pytest.mark.parametrize(
    "life", [Lifetime(-1, 0, 0), Lifetime(1, -1, 0), Lifetime(1, 2, 1)]
)
def test_a_life_that_cannot_be_is_refused(life):
    with pytest.raises(ri.RangeError, match=r"^offsets: a size of at least 0 and "):
        offsets([life])
