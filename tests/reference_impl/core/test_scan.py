"""A function for every slice: eager, captured, and differentiated both ways."""

import gc
import weakref

import numpy as np
import pytest

import reference_impl as ri
from reference_impl.core.device import HOST
from reference_impl.core.errors import (
    GradientError,
    NoValueError,
    ShapeError,
    TreeError,
)

X = np.array([0.5, 1.0, 1.5])
W = np.array([1.0, -2.0, 3.0])
STEPS = np.array([[0.1, 0.2, 0.3], [1.0, 0.5, 0.25], [-0.3, 0.7, 0.2], [0.0, 1.0, 2.0]])

# Of a dozen roundings.
TOLERANCE = 1e-14

# Of second derivatives through all steps, of the largest element.
SEVERAL_STEPS = 1e-10


@pytest.fixture
def steps():
    return ri.tensor(STEPS)


def recurrent(w, h, steps, *, style=lambda step: step, **options):
    """A recurrence whose function closes over the weights."""

    def step(h, x):
        h = ri.exp(-(h * w + x) * (h * w + x))
        return h, ri.sum(h * x)

    last, ys = ri.scan(style(step), h, steps, **options)
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


CHANGING = {
    "structure": (lambda t: (t, t) if t == 0 else [t, t], TreeError, "one structure"),
    "keys": (lambda t: {"a": t} if t == 0 else {"b": t}, TreeError, "one structure"),
    "shape": (lambda t: ri.ones(t + 1), ShapeError, "equal shapes and dtypes"),
}


@pytest.mark.parametrize(("y", "kind", "needed"), CHANGING.values(), ids=CHANGING)
def test_a_step_that_returns_another_kind_of_result_is_refused(y, kind, needed):
    with pytest.raises(kind, match=rf"^scan: the results y of all steps .* {needed}"):
        ri.scan(lambda t, _: (t + 1, y(t.item())), 0, None, length=2)


@pytest.mark.parametrize("reverse", [False, True])
def test_results_may_come_in_another_order_of_keys(reverse):
    def step(t, _):
        pairs = [("a", t), ("b", 10 * t)]
        return t + 1, dict(pairs if t.item() % 2 else pairs[::-1])

    ys = ri.scan(step, 1, None, length=3, reverse=reverse)[1]

    order = [3, 2, 1] if reverse else [1, 2, 3]
    assert ys["a"].tolist() == order
    assert ys["b"].tolist() == [10 * t for t in order]


def kinds_of_steps(w):
    """Steps (carry, x) -> (carry, y) whose parts come from everywhere."""
    three, eye = ri.tensor([0.0, 1.0, 2.0], dtype=ri.float64), ri.tensor(np.eye(3))

    def split(h, x):
        a, b = ri.split(h * w + x, [1])
        return ri.concat([b, a * ri.tanh(b[:1])]), a

    def eigenvalues(h, x):
        values, vectors = ri.eigh(ri.outer(h, h) + eye * (w * w) + ri.outer(x, x))
        return ri.tanh(values), vectors * vectors

    def nested(h, x):
        return ri.scan(lambda c, s: (ri.tanh(c * s), c * w), h, ri.stack([x, h]))

    def chosen(h, x):
        return ri.cond(ri.sum(h) > 0, lambda: ri.tanh(h * w), lambda: h + x), h

    return {
        "a constant": lambda h, x: (ri.tanh(h * w + x), three),
        "a number": lambda h, x: (ri.tanh(h * w + x), 2.0),
        "the carry before": lambda h, x: (ri.tanh(h * w + x), (h, h)),
        "what comes in": lambda h, x: (ri.tanh(h * w + x), (x, h, w)),
        "an integer": lambda h, x: (ri.tanh(h * w + x), ri.argmax(h)),
        "nothing": lambda h, x: (h, None),
        "a carry from outside": lambda h, x: (w, h * x),
        "a carry that is the slice": lambda h, x: (x, h * w),
        "a carry that depends on nothing": lambda h, x: (three, h * x),
        "a gradient": lambda h, x: (ri.grad(lambda z: ri.sum(z * z * w))(h + x), h),
        "what is computed again": lambda h, x: (
            ri.checkpoint(lambda z: ri.tanh(z * w))(h + x),
            x,
        ),
        "an op of several results": split,
        "several results that are read": eigenvalues,
        "a loop inside": nested,
        "a choice inside": chosen,
    }


def weighed(step, w, h, xs, **options):
    """A number that depends on all that a loop returns."""
    found = ri.tree.flatten(ri.scan(step, h, xs, **options))[0]
    squares = [
        ri.sum(y * y) * (i + 1) for i, y in enumerate(found) if y.dtype == h.dtype
    ]
    return sum(squares[1:], squares[0])


@pytest.mark.parametrize("name", kinds_of_steps(None))
def test_a_loop_as_one_op_has_the_derivatives_of_python_s_loop(name, w, x, steps):
    def of(style):
        return lambda *a: weighed(style(kinds_of_steps(a[0])[name]), *a, reverse=True)

    def each_order(f):
        g = ri.grad(f, (0, 1, 2))
        squared = lambda *a: sum((ri.sum(x * x) for x in g(*a)[1:]), ri.sum(g(*a)[0]))  # noqa: E731
        along = lambda *a: ri.jvp(f, a, a)[1]  # noqa: E731
        return [
            *(f(w, x, steps), *g(w, x, steps), along(w, x, steps)),
            *ri.grad(squared, (0, 1, 2))(w, x, steps),
            *ri.grad(along, (0, 1, 2))(w, x, steps),
            *ri.jvp(g, (w, x, steps), (w, x, steps))[1],
        ]

    loop, op = each_order(of(lambda step: step)), each_order(of(ri.compile))
    for came, needed in zip(op, loop, strict=True):
        scale = max(1, np.abs(needed.numpy()).max())
        np.testing.assert_allclose(came, needed, rtol=0, atol=SEVERAL_STEPS * scale)


@pytest.mark.parametrize("reverse", [False, True])
def test_derivatives_of_a_compiled_step_are_those_of_its_steps(
    w, x, steps, reverse, assert_all_ways_agree
):
    options = {"style": ri.compile, "reverse": reverse}
    assert_all_ways_agree(lambda *a: recurrent(*a, **options), w, x, steps)


def test_a_compiled_step_is_called_once(x, steps):
    calls = []

    def step(h, s):
        calls.append(h)
        return h + s, None

    last, _ = ri.scan(ri.compile(step), x, steps)

    assert len(calls) == 1
    np.testing.assert_allclose(last, X + STEPS.sum(axis=0), rtol=TOLERANCE)


def test_a_compiled_step_has_no_values(x, steps):
    with pytest.raises(NoValueError, match=r"^item: the value of .* is not known"):
        ri.scan(ri.compile(lambda h, s: (h * ri.sum(s).item(), None)), x, steps)


def test_reverse_mode_computes_no_step_again(w, x, steps, monkeypatch):
    run, names = HOST.run, []

    def counted(op, arrays, attrs):
        names.append(op.name)
        return run(op, arrays, attrs)

    monkeypatch.setattr(HOST, "run", counted)
    ri.grad(lambda w: recurrent(w, x, steps, style=ri.compile))(w)

    assert names.count("exp") == len(STEPS)


def test_residuals_are_kept_only_where_a_derivative_may_ask(w, x, steps):
    def nbytes(w):
        with HOST.trace() as events:
            recurrent(w, x, steps, style=ri.compile)
        return sum(event.nbytes for event in events)

    assert nbytes(w) < nbytes(ri.variable(w))


def test_a_step_without_a_pullback_still_has_tangents(x, steps):
    def halved(h, s):
        return ri.while_loop(lambda s: ri.sum(s) > 1, lambda s: s * 0.5, h * s), None

    def last(h):
        return ri.scan(ri.compile(halved), h, ri.abs(steps) + 1)[0]

    _, moved = ri.jvp(last, (x,), (x,))
    np.testing.assert_allclose(moved, last(x), rtol=TOLERANCE)  # a linear map
    with pytest.raises(GradientError, match=r"^while_loop: reverse mode"):
        ri.grad(lambda h: ri.sum(last(h)))(x)
