"""Plans: one arena, results of their own, the same bits again."""

import threading

import numpy as np
import pytest
from forks import answer_of_a_child, needs_fork

import reference_impl as ri
from reference_impl.core.device import HOST
from reference_impl.core.errors import OutOfMemoryError
from reference_impl.core.lowering.indexing import Check
from reference_impl.core.passes import optimise
from reference_impl.core.passes.fusion import fuse
from reference_impl.core.plan.offsets import arena_bytes, offsets
from reference_impl.core.plan.plan import Plan
from reference_impl.core.plan.stages import lifetimes

RNG = np.random.default_rng(0)
X, W = RNG.normal(size=(64, 96)), RNG.normal(size=(96, 96)) / 10
TOLERANCE = 1e-12  # of the largest element: sums of a hundred products


def network(x, w):
    """Products, rows that are normed, a loop, an op of a library."""
    h = ri.relu(x @ w)
    h = h / ri.sqrt(ri.sum(h * h, axis=1, keepdims=True) + 1.0)
    last, ys = ri.scan(lambda c, row: (ri.tanh(c * 0.5 + row), c), h[0], h)
    return ri.softmax(ys @ w, axis=1), ri.sort(last), ri.sum(h, axis=0)


@pytest.fixture
def tensors():
    return ri.tensor(X), ri.tensor(W)


@pytest.fixture
def plan(tensors):
    return Plan(fuse(optimise(ri.capture(network, *tensors))), HOST)


@pytest.fixture
def set_threads():
    """A function that sets the number of threads for the time of one test."""
    before = ri.threads()
    yield ri.set_threads
    ri.set_threads(before)


def assert_close(came, needed):
    for x, y in zip(came, needed, strict=True):
        y = np.asarray(y)
        scale = np.abs(y).max(initial=1.0)
        np.testing.assert_allclose(x, y, rtol=0, atol=TOLERANCE * scale)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_any_number_of_threads_computes_the_same(plan, tensors, set_threads, count):
    set_threads(count)
    needed = network(*tensors)

    for _ in range(5):
        assert_close(plan.run([X, W]), needed)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_bits_are_equal_from_run_to_run(plan, set_threads, count):
    set_threads(count)
    first = [x.tobytes() for x in plan.run([X, W])]

    for _ in range(5):
        assert [x.tobytes() for x in plan.run([X, W])] == first


def test_buffers_that_are_alive_at_once_lie_apart(plan):
    pairs = [(b, plan.lifetimes[b], plan.offsets[b]) for b in plan.offsets]

    for one, x, begin in pairs:
        assert begin + one.nbytes <= plan.arena_bytes
        for other, y, start in pairs:
            if other is not one and x.first <= y.last and y.first <= x.last:
                apart = begin + one.nbytes <= start or start + other.nbytes <= begin
                assert apart, (one.maker, other.maker)


def test_outputs_share_no_memory_with_anything(plan):
    first = plan.run([X, W])
    kept = [x.copy() for x in first]
    second = plan.run([-X, W])

    arrays = [*first, *second, X, W]
    for i, x in enumerate(arrays):
        assert not any(np.shares_memory(x, y) for y in arrays[:i])
    for x, y in zip(first, kept, strict=True):
        np.testing.assert_array_equal(x, y)


def test_inputs_are_as_they_were(plan):
    x, w = X.copy(), W.copy()

    plan.run([x, w])

    np.testing.assert_array_equal(x, X)
    np.testing.assert_array_equal(w, W)


def test_nothing_but_outputs_is_allocated_after_the_first_call(make_device):
    place = make_device(capacity_bytes=1 << 24)
    x, w = (ri.tensor(each, device=place) for each in (X, W))

    def function(x, w):
        return ri.sum(ri.tanh(ri.tanh(x @ w) @ w))

    compiled = ri.compile(function)
    compiled(x, w)
    with place.trace() as events:
        results = [compiled(x, w) for _ in range(3)]

    allocated = [each for each in events if each.action == "allocate"]
    assert len(allocated) == 3
    assert_close([each.numpy() for each in results], [function(x, w).numpy()] * 3)


def test_an_arena_without_room_is_refused(make_device):
    place = make_device(capacity_bytes=1 << 24)
    x = ri.ones(1 << 20, dtype=ri.float64, device=place)  # half of it

    with pytest.raises(OutOfMemoryError):
        ri.compile(lambda x: ri.sort(ri.sort(x * 2.0) + x))(x)


def test_calls_of_several_threads_do_not_meet_in_the_arena(plan, tensors):
    scales = [float(i) for i in range(1, 9)]
    needed = {s: network(tensors[0] * s, tensors[1]) for s in scales}
    came = {}

    def call(scale):
        for _ in range(5):
            came[scale] = plan.run([X * scale, W])

    threads = [threading.Thread(target=call, args=(s,)) for s in scales]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    for scale in scales:
        assert_close(came[scale], needed[scale])


def test_constants_are_read_where_they_lie(tensors):
    table = ri.tensor(W)
    graph = ri.capture(lambda x: ri.exp(x @ table) + table[0], tensors[0])

    found = Plan(fuse(graph), HOST)

    arrays = found.lowered.constants.values()
    assert any(np.shares_memory(array, table.numpy()) for array in arrays)
    assert_close(found.run([X]), [np.exp(X @ W) + W[0]])


def test_small_programs_leave_other_threads_alone(set_threads):
    set_threads(3)
    plan = Plan(fuse(ri.capture(lambda x: x * 2.0, ri.zeros(8))), HOST)

    assert_close(plan.run([np.ones(8, np.float32)]), [np.full(8, 2.0)])


def test_numbers_that_several_ops_read_are_checked_once(monkeypatch):
    labels = np.arange(4) % 3
    graph = ri.capture(
        lambda x, i: ri.value_and_grad(
            lambda x: ri.sum(ri.softmax_cross_entropy(x, i) + ri.sum(x[i[::-1]]))
        )(x),
        ri.tensor(X[:4, :4]),
        ri.tensor(labels),
    )
    plan, looked_at = Plan(fuse(optimise(graph)), HOST), []
    monkeypatch.setattr(Check, "__call__", lambda self, x: looked_at.append(x.tolist()))

    plan.check([X[:4, :4], labels])

    assert len(plan.lowered.checks) > len(looked_at)
    assert sorted(looked_at) == [[0, 1, 2, 0], [0, 2, 1, 0]]


def chain(x, w):
    for _ in range(4):
        x = ri.tanh(x @ w)
    return ri.sum(x)


def test_what_one_thread_does_takes_less_memory():
    x, w = X[:12, :12].copy(), W[:12, :12].copy()
    plan = Plan(fuse(ri.capture(chain, ri.tensor(x), ri.tensor(w))), HOST)
    together = lifetimes(plan.stages)
    wider = [together[buffer] for buffer in plan.lifetimes]

    assert plan.threads == 1
    assert plan.arena_bytes < arena_bytes(wider, offsets(wider))
    assert_close(plan.run([x, w]), [chain(ri.tensor(x), ri.tensor(w))])


ITERATIONS = 1_000_000


def steps_of(reverse):
    return lambda c, x, k: ri.scan(
        lambda c, v: ((c * 0.5 + v) * k, c), c, x, reverse=reverse
    )


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("count", [1, 3])
def test_a_million_iterations_take_no_more_tables_than_two(set_threads, count, reverse):
    set_threads(count)
    arrays = [np.ones(1), RNG.normal(size=(ITERATIONS, 1)), np.full(1, 0.5)]
    long, short = (
        Plan(fuse(ri.capture(steps_of(reverse), *map(ri.tensor, given))), HOST)
        for given in (arrays, [arrays[0], arrays[1][:2], arrays[2]])
    )

    assert rows_of(long) == rows_of(short)
    last, ys = long.run(arrays)
    c, needed = 1.0, []
    for x in arrays[1][:: -1 if reverse else 1, 0].tolist():
        needed.append(c)
        c = (c * 0.5 + x) * 0.5
    assert_close([last, ys[:: -1 if reverse else 1, 0]], [[c], needed])


def rows_of(plan):
    return [
        (len(t.stages), len(t.groups), len(t.instructions), len(t.args))
        for t in (part.tables for part in plan.parts)
    ]


@pytest.mark.parametrize("length", [0, 1, 5])
@pytest.mark.parametrize("count", [1, 2, 3])
def test_two_loops_of_different_size_in_one_program(set_threads, count, length):
    def function(c, xs, w):
        last, ys = ri.scan(lambda c, x: (ri.tanh(c @ w + x), c), c @ w, xs)
        more, zs = ri.scan(
            lambda c, x: ((c[0] @ w - x[0], c[1] + x[1]), (c[0] * x[1], c[1])),
            (last, ys[0] if length else last),
            (xs, xs * 2.0),
            reverse=True,
        )
        return last, ys, *more, *zs

    set_threads(count)
    arrays = [X, RNG.normal(size=(length, *X.shape)), W]
    compiled = ri.compile(function)

    for scale in (1.0, 0.5):  # arrays at other places
        given = [ri.tensor(scale * array) for array in arrays]
        assert_close([x.numpy() for x in compiled(*given)], function(*given))


FORKED = """
import reference_impl as ri
ri.set_threads({threads})
compiled = ri.compile(lambda x: ri.sum(ri.sort(x * 2.0) @ x))
x = ri.ones((512, 512))
needed = compiled(x)
plan = compiled._latest.program
"""


@needs_fork
@pytest.mark.parametrize("threads", [1, 2])
def test_a_process_that_is_forked_during_a_run_can_run(threads):
    prepare = FORKED.format(threads=threads)
    is_right = "compiled(x).item() == needed.item()"

    assert answer_of_a_child(prepare, lock="plan.lock", answer=is_right) == 1
