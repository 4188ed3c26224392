"""Functions with a derivative rule that somebody wrote."""

import numpy as np
import pytest

import reference_impl as ri
from reference_impl.core import tree
from reference_impl.core.errors import GradientError

# Cotangents of one tensor may be added in another order.
TOLERANCE = 1e-14

X = np.array([0.5, 1.0, 1.5])
W = np.array([1.0, -2.0, 0.5])


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

    first = lambda f: ri.grad(f, (0, 1))  # noqa: E731
    second = lambda f: ri.jacobian(first(f), (0, 1))  # noqa: E731
    for derivative in (first, second):
        needed = tree.flatten(derivative(plain)(x, w))[0]
        for way in (derivative(loss), ri.compile(derivative(loss))):
            for came, each in zip(tree.flatten(way(x, w))[0], needed, strict=True):
                np.testing.assert_allclose(came, each, rtol=1e-12)
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
        (lambda g, out, x: ((g, g),), r"a tree with the leaves value; 0, 1 came"),
    ],
    ids=["no tuple", "shape", "count"],
)
def test_what_a_rule_returns_must_fit(x, rule, message):
    op = ri.custom_vjp(ri.exp, rule)

    with pytest.raises(GradientError, match=message):
        ri.grad(lambda x: ri.sum(op(x)))(x)


def test_a_cotangent_that_does_not_fit_is_named_by_its_place_in_the_argument(x):
    op = ri.custom_vjp(
        lambda params: params["scale"] * params["w"],
        lambda g, out, params: ({"scale": None, "w": ri.sum(g)},),
    )

    with pytest.raises(GradientError, match="must return for w what is like it"):
        ri.grad(lambda x: ri.sum(op({"scale": 2.0, "w": x})))(x)


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


def test_what_a_rule_returns_is_taken_by_name(x, w):
    def rule(g, out, params):
        return ({"b": g, "w": 5 * g},)

    total = ri.custom_vjp(lambda params: params["w"] * 5 + params["b"], rule)
    pair = ri.custom_jvp(
        lambda x: {"p": x, "q": x}, lambda t, out, x: {"q": t[0] * 2, "p": t[0]}
    )

    gradient = ri.grad(lambda params: ri.sum(total(params)))({"w": x, "b": w})
    _, moved = ri.jvp(pair, (x,), (w,))

    assert (gradient["w"].tolist(), gradient["b"].tolist()) == ([5.0] * 3, [1.0] * 3)
    assert (moved["p"].tolist(), moved["q"].tolist()) == (W.tolist(), (2 * W).tolist())


@pytest.mark.parametrize(
    ("cotangent", "came"),
    [
        (lambda g: {"bias": g, "w": g}, "bias, w"),
        (lambda g: [g, g], "0, 1"),
        (lambda g: {"w": g}, "w"),
        (lambda g: {}, "nothing"),
    ],
    ids=["foreign key", "list", "missing key", "nothing"],
)
def test_a_rule_must_name_what_it_is_asked_for(x, cotangent, came):
    function = ri.custom_vjp(
        lambda params: params["w"] + params["b"],
        lambda g, out, params: (cotangent(g),),
    )

    with pytest.raises(
        GradientError,
        match=f"^custom_vjp: the rule must .* the leaves w, b; {came} came",
    ):
        ri.grad(lambda params: ri.sum(function(params)))({"w": x, "b": x})
