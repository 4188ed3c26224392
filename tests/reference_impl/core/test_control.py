"""Control flow: eager, captured, and differentiated both ways, against closed forms."""

import gc
import weakref

import numpy as np
import pytest

import reference_impl as ri
from reference_impl.core.errors import (
    DtypeError,
    GradientError,
    ShapeError,
    TreeError,
)

X = np.array([0.5, 1.0, 1.5])
W = np.array([1.0, -2.0, 3.0])
STEPS = np.array([[0.1, 0.2, 0.3], [1.0, 0.5, 0.25], [-0.3, 0.7, 0.2], [0.0, 1.0, 2.0]])

# Of a dozen roundings.
TOLERANCE = 1e-14


@pytest.fixture
def x():
    return ri.tensor(X)


@pytest.fixture
def w():
    return ri.tensor(W)


@pytest.fixture
def steps():
    return ri.tensor(STEPS)


def assert_all_ways_agree(function, *args):
    """First and second derivatives of a scalar function, eager and captured."""
    wanted = tuple(range(len(args)))

    def squared(*args):
        gradients = ri.grad(function, wanted)(*args)
        return sum((ri.sum(g * g) for g in gradients), ri.tensor(0.0, dtype=ri.float64))

    def along(*args):
        return ri.jvp(function, args, args)[1]

    for of in (function, squared, along):
        gradient = ri.grad(of, wanted)
        needed = gradient(*args)
        for came in (
            ri.compile(gradient)(*args),
            ri.grad(ri.compile(of), wanted)(*args),
        ):
            for a, b in zip(came, needed, strict=True):
                np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(
            ri.compile(along)(*args), along(*args), rtol=1e-12, atol=1e-12
        )


# cond


def branched(x, w):
    return ri.cond(
        ri.sum(x) > 2.0,
        lambda x: ri.sum(ri.exp(x) * w),
        lambda x: ri.sum(x * x * w),
        x,
    )


@pytest.mark.parametrize("scale", [1.0, 0.1])
def test_the_chosen_function_runs_and_is_differentiated(x, w, scale):
    x = x * scale
    needed = np.exp(x) * W if scale == 1.0 else 2 * x.numpy() * W

    for way in (ri.grad(branched), ri.compile(ri.grad(branched))):
        np.testing.assert_allclose(way(x, w), needed, rtol=TOLERANCE)
    assert_all_ways_agree(branched, x, w)


def test_one_compiled_function_takes_either_branch(x, w):
    compiled = ri.compile(branched)

    for scale in (1.0, 0.1, 2.0):
        needed = branched(x * scale, w)
        np.testing.assert_allclose(compiled(x * scale, w), needed, rtol=TOLERANCE)


def test_only_the_chosen_function_runs(x):
    def fails(x):
        raise AssertionError("the other branch ran")

    assert ri.cond(ri.tensor(True), ri.sum, fails, x).item() == X.sum()


def test_a_branch_returns_a_tree_of_several_dtypes(x):
    def pair(name):
        return lambda x: {name: x * 2.0, "count": ri.tensor(3)}

    compiled = ri.compile(lambda p, x: ri.cond(p, pair("same"), pair("same"), x))
    came = compiled(ri.tensor(True), x)

    assert came["count"].item() == 3
    np.testing.assert_array_equal(came["same"], 2 * X)


def test_branches_that_differ_are_refused(x):
    def choose(true, false):
        return ri.compile(lambda p, x: ri.cond(p, true, false, x))(ri.tensor(True), x)

    with pytest.raises(ShapeError, match=r"cond: .* float64\[3\] and float64\[\]"):
        choose(lambda x: x, ri.sum)
    with pytest.raises(TreeError, match="cond"):
        choose(lambda x: x, lambda x: (x, x))


def test_a_predicate_is_one_boolean(x):
    with pytest.raises(ShapeError, match=r"cond: one boolean .*`where`"):
        ri.cond(x > 1.0, ri.sum, ri.sum, x)
    with pytest.raises(DtypeError, match="cond: boolean elements are needed"):
        ri.cond(ri.tensor(1.0), ri.sum, ri.sum, x)


# scan


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
def test_derivatives_of_a_scan_are_those_of_its_steps(w, x, steps, reverse):
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
    with pytest.raises(TreeError, match="scan: carry"):
        ri.compile(lambda h, s: ri.scan(lambda h, s: ((h, h), None), h, s))(x, steps)


# while_loop


def root(a):
    """Five steps of Newton's method for the square root."""

    def step(state):
        guess, count = state
        return (guess + a / guess) * 0.5, count + 1

    guess, _ = ri.while_loop(lambda s: s[1] < 5, step, (a, ri.tensor(0)))
    return ri.sum(guess)


def test_a_loop_runs_as_long_as_its_condition_holds(x):
    for way in (root, ri.compile(root)):
        assert way(x).item() == pytest.approx(np.sqrt(X).sum(), rel=1e-12)


def test_forward_mode_goes_through_a_loop_in_both_styles(x, w):
    def along(x, w):
        return ri.jvp(root, (x,), (w,))[1]

    needed = (W / (2 * np.sqrt(X))).sum()
    assert along(x, w).item() == pytest.approx(needed, rel=1e-9)
    assert ri.compile(along)(x, w).item() == pytest.approx(needed, rel=1e-9)


def test_reverse_mode_goes_through_an_eager_loop(x):
    np.testing.assert_allclose(ri.grad(root)(x), 1 / (2 * np.sqrt(X)), rtol=1e-9)


def test_reverse_mode_through_a_captured_loop_is_refused_with_advice(x):
    with pytest.raises(GradientError, match=r"while_loop: .*use `scan`"):
        ri.compile(ri.grad(root))(x)


def test_what_does_not_fit_a_loop_is_refused(x):
    with pytest.raises(ShapeError, match="the condition must be one boolean"):
        ri.while_loop(lambda s: s, lambda s: s, x)
    with pytest.raises(ShapeError, match="the state before and after a step"):
        ri.while_loop(lambda s: ri.sum(s) > 0.0, ri.sum, x)
    with pytest.raises(TreeError, match="while_loop: state"):
        ri.while_loop(lambda s: ri.sum(s) > 0.0, lambda s: (s,), x)


def test_a_compiled_loop_that_is_let_go_takes_its_constants_along():
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
