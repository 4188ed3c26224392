"""`vjp`, `has_aux` and `backward`: the ways to reverse mode other than `grad`."""

import numpy as np
import pytest

import reference_impl as ri
from reference_impl.core.errors import GradientError, TreeError

X = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
W = np.array([[1.0, -1.0], [0.5, 2.0], [3.0, 0.0]])


def test_vjp_returns_the_value_and_a_pullback_to_every_argument(x, w):
    out, pull = ri.vjp(lambda a, b: a @ b, x, w)
    g = np.array([[1.0, 2.0], [3.0, 4.0]])

    gx, gw = pull(ri.tensor(g))

    np.testing.assert_array_equal(out, X @ W)
    np.testing.assert_array_equal(gx, g @ W.T)
    np.testing.assert_array_equal(gw, X.T @ g)


def test_a_pullback_may_be_called_again(x, w):
    _, pull = ri.vjp(lambda a, b: a @ b, x, w)
    g = ri.tensor(np.ones((2, 2)))

    first, again = pull(g), pull(g * 2.0)

    np.testing.assert_array_equal(again[0], 2 * first[0].numpy())


def test_a_pullback_takes_a_tree_like_the_result(x):
    out, pull = ri.vjp(lambda a: {"double": a * 2.0, "triple": (a * 3.0,)}, x)

    (gx,) = pull({"double": ri.ones_like(x), "triple": (ri.ones_like(x),)})

    assert set(out) == {"double", "triple"}
    np.testing.assert_array_equal(gx, np.full_like(X, 5.0))


def test_tangents_and_cotangents_are_matched_by_key(x):
    def function(p):
        return {"u": 2.0 * p["a"], "v": 3.0 * p["b"]}

    primal, direction = {"a": x, "b": x}, {"b": 10.0 * x, "a": x}

    _, moved = ri.jvp(function, (primal,), (direction,))
    _, pull = ri.vjp(function, primal)
    (flown,) = pull({"v": 10.0 * x, "u": x})

    np.testing.assert_allclose(moved["u"], 2 * X, rtol=1e-15)
    np.testing.assert_allclose(moved["v"], 30 * X, rtol=1e-15)
    np.testing.assert_allclose(flown["a"], 2 * X, rtol=1e-15)
    np.testing.assert_allclose(flown["b"], 30 * X, rtol=1e-15)


def test_a_cotangent_of_another_structure_or_shape_is_refused(x):
    _, pull = ri.vjp(lambda a: a * 2.0, x)

    with pytest.raises(TreeError, match="vjp"):
        pull((ri.ones_like(x), ri.ones_like(x)))
    with pytest.raises(GradientError, match=r"cotangent must be like its result"):
        pull(ri.tensor(1.0))


def test_a_pullback_is_differentiable_in_its_cotangent_and_in_the_primal(x):
    def squared_pull(a, g):
        _, pull = ri.vjp(lambda b: b * b, a)
        return ri.sum(pull(g)[0] * g)

    by_a, by_g = ri.grad(squared_pull, (0, 1))(x, ri.ones_like(x))

    np.testing.assert_array_equal(by_a, np.full_like(X, 2.0))  # of 2 a g g
    np.testing.assert_array_equal(by_g, 4 * X)


def test_what_comes_along_is_returned_and_not_differentiated(x):
    def loss(a):
        return ri.sum(a * a), {"mean": ri.mean(a), "count": 6, "name": "text"}

    (value, aux), gradient = ri.value_and_grad(loss, has_aux=True)(x)
    gradient_alone, again = ri.grad(loss, has_aux=True)(x)

    assert value.item() == (X * X).sum()
    assert (aux["mean"].item(), aux["count"], aux["name"]) == (3.5, 6, "text")
    np.testing.assert_array_equal(gradient, 2 * X)
    np.testing.assert_array_equal(gradient_alone, gradient)
    assert again["mean"].inputs == ()


def test_vjp_hands_out_what_comes_along(x):
    out, _, aux = ri.vjp(lambda a: (a * 2.0, a + 1.0), x, has_aux=True)

    np.testing.assert_array_equal(out, 2 * X)
    np.testing.assert_array_equal(aux, X + 1)


def test_a_function_that_returns_no_pair_is_refused_with_has_aux(x):
    with pytest.raises(GradientError, match=r"must return a pair.* Tensor came"):
        ri.grad(ri.sum, has_aux=True)(x)


def test_what_comes_along_keeps_its_place_in_an_outer_derivative(x):
    def outer(a):
        _, aux = ri.grad(lambda b: (ri.sum(b * b), b * a), has_aux=True)(a)
        return ri.sum(aux)

    np.testing.assert_array_equal(ri.grad(outer)(x), 2 * X)


def test_backward_gives_the_gradients_of_variables(x, w):
    variables = {"x": ri.variable(x), "w": ri.variable(w)}
    loss = ri.sum(variables["x"] @ variables["w"])

    came = ri.backward(loss, variables)

    needed = ri.grad(lambda v: ri.sum(v["x"] @ v["w"]))({"x": x, "w": w})
    for name in needed:
        np.testing.assert_array_equal(came[name], needed[name])


@pytest.mark.parametrize("data", [3.0, [3.0], np.array(3.0)], ids=str)
def test_a_variable_is_made_of_what_a_tensor_is_made_of(data):
    w = ri.variable(data)

    assert ri.backward(ri.sum(w * w), w).item() == 6


@pytest.mark.parametrize("between", [ri.variable, lambda h: h], ids=["variable", "op"])
def test_backward_goes_past_a_variable_to_those_it_was_computed_from(between):
    w = ri.variable(ri.tensor([1.0, 2.0]))
    h = between(w * 2)
    loss = ri.sum(h * h)

    of_w, of_h = ri.backward(loss, [w, h])

    assert of_w.tolist() == ri.backward(loss, w).tolist() == [8.0, 16.0]
    assert of_h.tolist() == [4.0, 8.0]


def test_backward_refuses_what_is_no_variable(x):
    with pytest.raises(GradientError, match=r"backward: .* is no variable"):
        ri.backward(ri.sum(x), x)


def test_backward_of_backward_needs_the_graph(x):
    x = ri.variable(x)

    gx = ri.backward(ri.sum(x * x * x), x, keep_graph=True)
    plain = ri.backward(ri.sum(x * x * x), x)

    np.testing.assert_array_equal(ri.backward(ri.sum(gx), x), 6 * X)
    with pytest.raises(GradientError, match="from no variable"):
        ri.backward(ri.sum(plain), x)


def test_backward_keeps_the_graph_for_a_younger_variable(x):
    x = ri.variable(x)
    w = ri.variable(ri.tensor(2.0, dtype="float64"))

    gx = ri.backward(ri.sum(x * x * w), x, keep_graph=True)

    assert ri.backward(ri.sum(gx), w).item() == 2 * X.sum()


def test_the_gradient_by_a_complex_number_descends():
    z = ri.tensor(np.array([3 + 4j, 1 - 2j]))

    gradient = ri.grad(lambda z: ri.sum(ri.real(z * ri.conj(z))))(z)

    np.testing.assert_allclose(gradient, 2 * z.numpy())


def test_a_complex_loss_is_refused():
    with pytest.raises(GradientError, match="`real` or `abs` for complex"):
        ri.grad(ri.sum)(ri.tensor(np.array([1j])))
