"""A function for every slice: eager, captured, and differentiated both ways."""

import gc
import weakref

import numpy as np
import pytest

import reference_impl as ri
from reference_impl.core.errors import ShapeError, TreeError

X = np.array([0.5, 1.0, 1.5])
W = np.array([1.0, -2.0, 3.0])
STEPS = np.array([[0.1, 0.2, 0.3], [1.0, 0.5, 0.25], [-0.3, 0.7, 0.2], [0.0, 1.0, 2.0]])

# Of a dozen roundings.
TOLERANCE = 1e-14


@pytest.fixture
def steps():
    return ri.tensor(STEPS)


def recurrent(w, h, steps, **options):
    """A recurrence whose function closes over the weights."""

    def step(h, x):
        h = ri.exp(-(h * w + x) * (h * w + x))
        return h, ri.sum(h * x)

    last, ys = ri.scan(step, h, steps, **options)
    return ri.sum(last * last) + ri.sum(ys * ys)


def test_scan_hands_the_carry_on_and_stacks_results(steps):
    for scan in (
        ri.scan,
        lambda *a: ri.compile(lambda h, xs: ri.scan(a[0], h, xs))(*a[1:]),
    ):
        last, sums = scan(lambda h, x: (h + x, h), ri.zeros(3, dtype=ri.float64), steps)

        np.testing.assert_allclose(last, STEPS.sum(axis=0), rtol=TOLERANCE)
        before = np.cumsum(STEPS, axis=0) - STEPS
        np.testing.assert_allclose(sums, before, atol=TOLERANCE)


def test_a_reversed_scan_begins_at_the_end_and_keeps_places(steps):
    step = lambda h, x: (h + x, h + x)  # noqa: E731
    zero = ri.zeros(3, dtype=ri.float64)
    needed = np.cumsum(STEPS[::-1], axis=0)[::-1]

    _, eager = ri.scan(step, zero, steps, reverse=True)
    _, captured = ri.compile(lambda h, xs: ri.scan(step, h, xs, reverse=True))(
        zero, steps
    )

    np.testing.assert_allclose(eager, needed, rtol=TOLERANCE)
    np.testing.assert_allclose(captured, needed, rtol=TOLERANCE)


@pytest.mark.parametrize("reverse", [False, True])
def test_derivatives_of_a_scan_are_those_of_its_steps(
    w, x, steps, reverse, assert_all_ways_agree
):
    assert_all_ways_agree(lambda *a: recurrent(*a, reverse=reverse), w, x, steps)


def test_the_derivative_of_a_linear_recurrence_is_a_power(steps):
    def last(h):
        return ri.sum(ri.scan(lambda h, x: (h * 0.5, None), h, steps)[0])

    for way in (ri.grad(last), ri.compile(ri.grad(last))):
        np.testing.assert_array_equal(way(ri.ones(3, dtype=ri.float64)), 0.5**4)


def test_a_captured_scan_is_one_op_however_long(w, x):
    for length in (3, 300):
        graph = ri.capture(recurrent, w, x, ri.ones((length, 3), dtype=ri.float64))

        assert [node.op.name for node in graph.nodes()].count("scan") == 1
        assert len(graph.nodes()) < 20


def test_a_scan_over_trees_with_integers(steps):
    def step(carry, slice_):
        total, count = carry["total"] + slice_["x"], carry["count"] + slice_["k"]
        return {"total": total, "count": count}, None

    init = {"total": ri.zeros(3, dtype=ri.float64), "count": ri.tensor(0)}
    xs = {"x": steps, "k": ri.tensor(np.arange(4))}

    def loss(init, xs):
        carry, nothing = ri.scan(step, init, xs)
        assert nothing is None
        return ri.sum(carry["total"] * carry["total"]), carry["count"]

    def by_steps(x):
        return ri.grad(lambda x: loss(init, {**xs, "x": x}), has_aux=True)(x)

    for way in (by_steps, ri.compile(by_steps)):
        gradient, count = way(steps)
        assert count.item() == 6
        needed = np.broadcast_to(2 * STEPS.sum(axis=0), STEPS.shape)
        np.testing.assert_allclose(gradient, needed, rtol=TOLERANCE)


def test_a_scan_without_sequences_counts_steps(x):
    for way in (ri.scan, ri.compile(lambda f, h, xs: ri.scan(f, h, xs, length=5))):
        options = {"length": 5} if way is ri.scan else {}
        last, _ = way(lambda h, _: (h * 2.0, None), x, None, **options)
        np.testing.assert_array_equal(last, 32 * X)


@pytest.mark.parametrize("captured", [False, True])
def test_a_scan_of_no_steps_returns_its_first_carry(x, captured):
    def run(h, xs):
        return ri.scan(lambda h, x: (h + x, ri.sum(x)), h, xs)

    way = ri.compile(run) if captured else run
    last, ys = way(x, ri.zeros((0, 3), dtype=ri.float64))

    np.testing.assert_array_equal(last, X)
    assert (ys.shape, ys.dtype) == ((0,), ri.float64)


def test_what_does_not_fit_a_scan_is_refused(x, steps):
    with pytest.raises(ShapeError, match=r"scan: sequences of one length .* \(3,\)"):
        ri.scan(lambda h, s: (h, None), x, (steps, x))
    with pytest.raises(ShapeError, match=r"scan: .* no sequences and length=None"):
        ri.scan(lambda h, s: (h, None), x, None)
    with pytest.raises(TreeError, match=r"scan: a step must return a pair"):
        ri.scan(lambda h, s: h, x, steps)
    with pytest.raises(ShapeError, match=r"scan: the carry before and after a step"):
        ri.scan(lambda h, s: (ri.sum(h), None), x, steps)
    with pytest.raises(ShapeError, match=r"scan: .* no sequences and length=-1 came"):
        ri.scan(lambda h, s: (h, None), x, None, length=-1)


in_both_styles = pytest.mark.parametrize("style", [lambda f: f, ri.compile])


@in_both_styles
def test_a_carry_that_begins_as_a_python_float_is_not_float64_after_a_step(style):
    def total(xs):
        return ri.scan(lambda c, x: ({"sum": c["sum"] + x}, c), {"sum": 0.0}, xs)

    with pytest.raises(
        ShapeError,
        match=r"scan: .* sum is float32\[\] before and float64\[\] after; begin with",
    ):
        style(total)(ri.tensor(X))


@in_both_styles
def test_a_step_may_return_its_carry_in_another_order_of_keys(x, steps, style):
    def carried(h, steps):
        def step(c, s):
            return {"b": c["a"] + c["b"], "a": c["b"] - s}, s

        return ri.scan(step, {"a": h, "b": 2.0 * h}, steps)

    carry, ys = style(carried)(x, steps)

    a, b = X, 2 * X
    for s in steps.numpy():
        a, b = b - s, a + b
    assert list(carry) == ["a", "b"]
    np.testing.assert_allclose(carry["a"], a, rtol=1e-12)
    np.testing.assert_allclose(carry["b"], b, rtol=1e-12)
    np.testing.assert_array_equal(ys, steps)


@in_both_styles
def test_a_step_that_changes_the_structure_of_its_carry_is_refused(x, steps, style):
    def widened(h, steps):
        return ri.scan(lambda h, s: ({"h": (h["h"], s)}, None), {"h": h}, steps)

    with pytest.raises(
        TreeError, match=r"scan: .* h is a tensor before and a tuple of 2 after"
    ):
        style(widened)(x, steps)


def test_a_compiled_scan_that_is_let_go_takes_its_constants_along():
    constants = []

    def once(x):
        constant = ri.tensor(np.ones(4))
        constants.append(weakref.ref(constant))
        loop = ri.compile(
            lambda x: ri.scan(lambda c, s: (c * ri.sum(constant), None), x[0], x)[0]
        )
        return loop(x)

    once(ri.tensor(X))
    gc.collect()

    assert constants[0]() is None
