"""Functions with a derivative of their own."""

import weakref

import numpy as np
import pytest

import reference_impl as ri
from reference_impl.core.errors import GradientError

# Cotangents of one tensor may be added in another order.
TOLERANCE = 1e-14

X = np.array([0.5, 1.0, 1.5])
W = np.array([1.0, -2.0, 0.5])


@pytest.fixture
def x():
    return ri.tensor(X)


@pytest.fixture
def w():
    return ri.tensor(W)


def net(wrap):
    """Two blocks that share a weight from outside; `wrap` is put around each."""

    def function(x, w):
        @wrap
        def block(x):
            return {"y": ri.exp(x * w) * x, "z": x + 1.0}

        first = block(x)
        return ri.sum(block(first["y"] * 0.1)["y"] * first["z"])

    return function


PLAIN, REMEMBERED = net(lambda block: block), net(ri.checkpoint)


def curvature(function):
    def squared(x, w):
        by_x, by_w = ri.grad(function, (0, 1))(x, w)
        return ri.sum(by_x * by_x * by_w)

    return ri.grad(squared, (0, 1))


@pytest.mark.parametrize("derivative", [lambda f: ri.grad(f, (0, 1)), curvature])
@pytest.mark.parametrize("captured", [False, True])
def test_a_checkpoint_changes_no_derivative(x, w, derivative, captured):
    way = ri.compile(derivative(REMEMBERED)) if captured else derivative(REMEMBERED)

    for came, needed in zip(way(x, w), derivative(PLAIN)(x, w), strict=True):
        np.testing.assert_allclose(came, needed, rtol=TOLERANCE)


def test_a_checkpoint_changes_no_derivative_of_a_compiled_function(x, w):
    came = ri.grad(ri.compile(REMEMBERED), (0, 1))(x, w)

    for one, other in zip(came, ri.grad(PLAIN, (0, 1))(x, w), strict=True):
        np.testing.assert_array_equal(one, other)


def test_forward_mode_and_hessians_go_through_a_checkpoint(x, w):
    np.testing.assert_array_equal(
        ri.jvp(REMEMBERED, (x, w), (w, x))[1], ri.jvp(PLAIN, (x, w), (w, x))[1]
    )
    np.testing.assert_array_equal(ri.hessian(REMEMBERED)(x, w), ri.hessian(PLAIN)(x, w))


def test_a_checkpoint_keeps_nothing_of_what_is_inside(gc_disabled):
    inner = []

    @ri.checkpoint
    def block(x):
        y = ri.exp(x)
        inner.append(weakref.ref(y))
        return y * y

    x = ri.variable(ri.tensor(X))
    loss = ri.sum(block(x))

    assert inner[0]() is None  # let go although `loss` can still be differentiated
    np.testing.assert_allclose(ri.backward(loss, x), 2 * np.exp(2 * X), rtol=1e-14)
    assert len(inner) == 1  # its ops are applied again, not the function


def test_a_checkpoint_applies_what_it_did_though_its_surroundings_have_changed(x):
    ws, y = [ri.tensor(W), ri.tensor(W + 1), ri.tensor(W + 2)], x

    def chain(x, wrap):
        for w in ws:
            x = wrap(lambda x: ri.sin(x * w))(x)  # noqa: B023, the trap is meant
        return ri.sum(x)

    np.testing.assert_allclose(
        ri.grad(lambda x: chain(x, ri.checkpoint))(y),
        ri.grad(lambda x: chain(x, lambda block: block))(y),
        rtol=TOLERANCE,
    )


def noise(key):
    return ri.random.normal(key, (3,), dtype="float64")


def test_a_checkpoint_may_use_a_key(x):
    def loss(x):
        key = ri.random.key(3)
        noisy = ri.checkpoint(
            lambda x: x * ri.random.normal(key, (3,), dtype="float64")
        )
        return ri.sum(noisy(x))

    needed = ri.random.normal(ri.random.key(3), (3,), dtype="float64")
    np.testing.assert_array_equal(ri.grad(loss)(x), needed)


def test_a_checkpoint_may_look_at_values_eagerly(x):
    @ri.checkpoint
    def relu(x):
        return x * 2.0 if ri.sum(x).item() > 0 else x * 0.0

    np.testing.assert_array_equal(ri.grad(lambda x: ri.sum(relu(x)))(x), [2, 2, 2])
    np.testing.assert_array_equal(ri.grad(lambda x: ri.sum(relu(x)))(-x), [0, 0, 0])


def test_a_reverse_rule_replaces_the_derivative(x):
    tripled = ri.custom_vjp(ri.exp, lambda g, out, x: (g * out * 3.0,))

    def loss(x):
        return ri.sum(tripled(x))

    np.testing.assert_array_equal(tripled(x), np.exp(X))
    for way in (ri.grad(loss), ri.compile(ri.grad(loss)), ri.grad(ri.compile(loss))):
        np.testing.assert_allclose(way(x), 3 * np.exp(X), rtol=1e-14)


def test_a_rule_is_differentiated_again(x):
    tripled = ri.custom_vjp(lambda x: x * x, lambda g, out, x: (g * x * 6.0,))

    second = ri.grad(lambda x: ri.sum(ri.grad(lambda x: ri.sum(tripled(x)))(x)))(x)

    np.testing.assert_array_equal(second, [6.0, 6.0, 6.0])


def test_a_rule_thinks_in_the_trees_of_its_function(x, w):
    def affine(params, x, label):
        return {"y": params["w"] * x + params["b"], "label": label}

    def rule(g, out, params, x, label):
        return {"w": g["y"] * x, "b": g["y"]}, None, None

    op = ri.custom_vjp(affine, rule)

    def loss(params, x):
        out = op(params, x, ri.tensor(3))
        assert out["label"].item() == 3
        return ri.sum(out["y"])

    by_params, by_x = ri.grad(loss, (0, 1))({"w": w, "b": w}, x)

    np.testing.assert_array_equal(by_params["w"], X)
    np.testing.assert_array_equal(by_params["b"], np.ones(3))
    np.testing.assert_array_equal(by_x, np.zeros(3))  # the rule said so


def test_a_forward_rule_serves_both_modes(x, w):
    product = ri.custom_jvp(
        lambda x, w: ri.exp(x) * w, lambda t, out, x, w: t[0] * out + t[1] * ri.exp(x)
    )

    def loss(x, w):
        return ri.sum(product(x, w) * product(x, w))

    def plain(x, w):
        return ri.sum(ri.exp(x) * w * (ri.exp(x) * w))

    for derivative in (lambda f: ri.grad(f, (0, 1)), curvature):
        for way in (derivative(loss), ri.compile(derivative(loss))):
            pairs = zip(way(x, w), derivative(plain)(x, w), strict=True)
            for came, needed in pairs:
                np.testing.assert_allclose(came, needed, rtol=1e-12)
    np.testing.assert_allclose(
        ri.jvp(loss, (x, w), (w, x))[1], ri.jvp(plain, (x, w), (w, x))[1], rtol=1e-12
    )


def test_a_reverse_rule_is_refused_in_forward_mode(x):
    op = ri.custom_vjp(ri.exp, lambda g, out, x: (g,))

    with pytest.raises(GradientError, match=r"custom_vjp: forward mode .*`custom_jvp`"):
        ri.jvp(op, (x,), (x,))


def test_a_function_that_closes_over_what_is_differentiated_is_refused(x, w):
    def loss(w):
        op = ri.custom_vjp(lambda x: x * w, lambda g, out, x: (g,))
        return ri.sum(op(x))

    with pytest.raises(GradientError, match=r"custom_vjp: .*pass it as an argument"):
        ri.grad(loss)(w)


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        (lambda g, out, x: g, r"must return a tuple .* 1 arguments, Tensor came"),
        (lambda g, out, x: (ri.sum(g),), r"for value what is like it, float64\[3\]"),
        (lambda g, out, x: ((g, g),), r"must return 1 tensors .* 2 came"),
    ],
    ids=["no tuple", "shape", "count"],
)
def test_what_a_rule_returns_must_fit(x, rule, message):
    op = ri.custom_vjp(ri.exp, rule)

    with pytest.raises(GradientError, match=message):
        ri.grad(lambda x: ri.sum(op(x)))(x)


def test_without_a_derivative_only_the_function_runs(x):
    op = ri.custom_vjp(ri.exp, None)

    np.testing.assert_array_equal(op(x), np.exp(X))
    assert op(x).op is None


def test_control_flow_in_a_rule_sees_the_tangents_that_it_closes_over():
    x = ri.tensor([0.3, -0.7], dtype="float64")

    def rule(tangents, out, x):
        (t,) = tangents
        return ri.cond(out < 9.0, lambda: t[1], lambda: t[0])

    second = ri.custom_jvp(lambda x: x[1] + 0 * x[0], rule)

    for way in (ri.grad(second), ri.compile(ri.grad(second))):
        np.testing.assert_array_equal(way(x), [0.0, 1.0])


def test_a_compiled_hessian_of_a_function_with_a_rule_is_the_eager_one():
    def power(x):
        return ri.scan(lambda c, _: (c * x[1], None), x[0], None, length=2)[0]

    ruled = ri.custom_jvp(power, lambda t, out, x: ri.jvp(power, (x,), t)[1])
    hessian = ri.hessian(ruled)
    x = ri.tensor(X)

    needed = [[0, 2 * X[1], 0], [2 * X[1], 2 * X[0], 0], [0, 0, 0]]
    np.testing.assert_allclose(hessian(x), needed, rtol=TOLERANCE)
    np.testing.assert_allclose(ri.compile(hessian)(x), needed, rtol=TOLERANCE)
