"""Scans as loops of kernels, or written out one after the other."""

import numpy as np
import pytest

import reference_impl as ri
from reference_impl.core.kernel import Loop
from reference_impl.core.lowering import loops
from reference_impl.core.lowering.lowered import lowered
from reference_impl.core.lowering.step import Library
from reference_impl.core.passes.fusion import fuse

XS = np.random.default_rng(0).normal(size=(5, 4))


def kinds(steps):
    return [type(step) for step in steps]


CARRIES = {
    "swapped": lambda c, x: ((c[1], c[0]), c[0] + x),
    "unchanged": lambda c, x: ((c[0], c[1] + x), c[0] * x),
    "both result and carry": lambda c, x: ((c[1] * x, c[1] * x), c[1] * x),
    "the slice": lambda c, x: ((x, c[0]), c[1]),
    "a view": lambda c, x: ((c[0][::-1], c[1] + x), x[::-1]),
    "no result": lambda c, x: ((c[0] + x, c[0]), None),
    "a constant": lambda c, x: ((ri.ones(4, dtype=ri.float64), c[0]), c[1]),
    "closed over": lambda c, x: ((c[0] + ri.tensor(XS[0]), c[1] * x), c[0]),
    "a number": lambda c, x: ((c[0] * x[1], c[1]), x[2]),
}


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("name", CARRIES)
def test_a_scan_is_a_loop_of_kernels_whatever_it_carries(steps_of, name, reverse):
    steps = steps_of(
        lambda h, xs: ri.scan(CARRIES[name], (h, h * 2.0), xs, reverse=reverse),
        XS[0],
        XS,
    )

    assert Loop in kinds(steps)


@pytest.mark.parametrize("length", [0, 1, 2])
def test_a_scan_of_few_steps_is_one(steps_of, length):
    def function(h, xs):
        return ri.scan(lambda c, x: (c + x, c * x), h, xs)

    steps_of(function, XS[0], XS[:length])


@pytest.mark.parametrize("reverse", [False, True])
def test_a_scan_over_numbers_reads_and_writes_its_own(steps_of, reverse):
    def function(h, xs):
        return ri.scan(lambda c, x: (c * 0.5 + x, c - x), h, xs, reverse=reverse)

    steps_of(function, np.float64(2.0), XS[:, 0].copy())


@pytest.mark.parametrize(
    "see", [lambda xs: xs[::-1], lambda xs: xs.T, lambda xs: xs[:, 1:2] * xs[0, 0]]
)
def test_a_scan_may_walk_over_a_view(steps_of, see):
    def function(xs):
        zero = ri.zeros(see(xs).shape[1], dtype=ri.float64)
        return ri.scan(lambda c, x: (c + x, c * x), zero, see(xs))

    steps_of(function, XS)


def test_the_derivative_of_a_scan_is_a_loop_too(steps_of):
    def loss(w, xs):
        last, ys = ri.scan(lambda c, x: (c * w + x, c * x), ri.zeros_like(w), xs)
        return ri.sum(last * last) + ri.sum(ys)

    steps = steps_of(ri.grad(loss, (0, 1)), XS[0], XS)
    assert not any(isinstance(step, Library) for step in steps)


def sums(c, x):
    return c + x, c * x


def sorting(c, x):
    return ri.sort(c * 0.5 + x), c


def libraries(steps):
    return [step.op.name for step in steps if isinstance(step, Library)]


@pytest.mark.parametrize("reverse", [False, True])
def test_a_short_loop_inside_of_a_loop_is_kernels_of_every_iteration(steps_of, reverse):
    def function(h, xs):
        def step(c, x):
            inner, ys = ri.scan(sums, x[0], c * x, reverse=not reverse)
            return c + inner, ys

        return ri.scan(step, h, xs, reverse=reverse)

    steps = steps_of(function, XS[0], XS)
    assert not libraries(steps)
    assert kinds(steps).count(Loop) == 1


def test_the_derivative_of_a_loop_inside_of_a_loop_needs_no_library(steps_of):
    def loss(h, xs):
        def step(c, x):
            return c + ri.scan(sums, x[0], ri.tanh(c * x))[0], c

        last, ys = ri.scan(step, h, xs)
        return ri.sum(last * last) + ri.sum(ys)

    assert not libraries(steps_of(ri.grad(loss, (0, 1)), XS[0], XS))


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("length", [0, 1, 5])
def test_a_short_scan_with_a_step_of_a_library_is_written_out(
    steps_of, length, reverse
):
    def function(h, xs):
        return ri.scan(sorting, h, xs, reverse=reverse)

    steps = steps_of(function, XS[0], XS[:length])
    assert "scan" not in libraries(steps)
    assert libraries(steps).count("argsort") == length


@pytest.mark.parametrize("name", CARRIES)
def test_written_out_a_scan_carries_whatever_it_carries(steps_of, name):
    def step(c, x):
        carry, y = CARRIES[name](c, x)
        return carry, (y, ri.sort(c[1] + x))

    steps = steps_of(lambda h, xs: ri.scan(step, (h, h * 2.0), xs), XS[0], XS)
    assert "scan" not in libraries(steps)


@pytest.mark.filterwarnings("ignore:compile")
def test_a_long_scan_with_a_step_of_a_library_is_one_and_says_why(
    steps_of, monkeypatch
):
    monkeypatch.setattr(loops, "MOST_STEPS", 9)

    steps = steps_of(lambda h, xs: ri.scan(sorting, h, xs), XS[0], XS)

    assert libraries(steps) == ["scan"]
    (why,) = (step.why for step in steps if isinstance(step, Library))
    assert "argsort has no kernel" in why
    assert "too many to write out" in why


def test_a_long_loop_inside_of_one_is_a_loop_at_every_iteration(steps_of, monkeypatch):
    monkeypatch.setattr(loops, "MOST_STEPS", 130)

    def step(c, x):
        return c + ri.scan(sums, x[0], ri.concat([x] * 20))[0], c

    steps = steps_of(lambda h, xs: ri.scan(step, h, xs), XS[0], XS)
    assert not libraries(steps)
    assert kinds(steps).count(Loop) == len(XS)


def test_what_is_carried_unchanged_is_not_copied_at_every_iteration():
    def step(c, x):
        return (c[0], c[1] + c[0] * x), c[1]

    x = ri.tensor(XS)
    graph = ri.capture(lambda h, xs: ri.scan(step, (h, h), xs), x[0], x)
    found = lowered(fuse(graph))

    (loop,) = (step for step in found.steps if isinstance(step, Loop))
    unchanged = found.outputs[0].buffer
    assert all(
        ref.buffer is not unchanged
        for kernel in loop.body
        for ref in kernel.refs(kernel.writes)
    )


ROWS = np.array([2, 0, 4, -1, 2])


def looked_up(table, rows):
    """Each step of a scan takes a row by a number of its own."""
    return ri.scan(lambda c, i: (c + ri.take(table, i, axis=0), c), table[0], rows)


@pytest.mark.parametrize("is_known", [False, True])
def test_a_step_may_take_rows_by_numbers_of_a_sequence(steps_of, is_known):
    given = (XS,) if is_known else (XS, ROWS)
    known = (ri.tensor(ROWS),) if is_known else ()

    assert not libraries(steps_of(lambda *args: looked_up(*args, *known), *given))


@pytest.mark.parametrize("is_known", [False, True])
def test_a_number_out_of_range_is_found_at_whatever_step(is_known):
    wrong = ri.tensor(np.array([0, 1, 2, 5, 0]))
    given = (ri.tensor(XS),) if is_known else (ri.tensor(XS), wrong)
    known = (wrong,) if is_known else ()

    with pytest.raises(ri.RangeError, match="5"):
        ri.compile(lambda *args: looked_up(*args, *known))(*given)
