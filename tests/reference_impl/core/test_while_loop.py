"""Loops of unknown length: eager, captured, and what derivatives they have."""

import numpy as np
import pytest

import reference_impl as ri
from reference_impl.core.errors import GradientError, ShapeError, TreeError

pytestmark = pytest.mark.filterwarnings("ignore:compile.*a while_loop")

X = np.array([0.5, 1.0, 1.5])
W = np.array([1.0, -2.0, 3.0])


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
    with pytest.raises(TreeError, match="is a tensor before and a tuple of 1 after"):
        ri.while_loop(lambda s: ri.sum(s) > 0.0, lambda s: (s,), x)


@pytest.mark.parametrize("style", [lambda f: f, ri.compile])
def test_a_step_may_return_its_state_in_another_order_of_keys(x, style):
    def fibonacci(x):
        return ri.while_loop(
            lambda s: ri.sum(s["b"]) < 100.0 * ri.sum(x),
            lambda s: {"b": s["a"] + s["b"], "a": s["b"]},
            {"a": x, "b": x},
        )

    came = style(fibonacci)(x)

    assert list(came) == ["a", "b"]
    np.testing.assert_allclose(came["a"], 89 * X, rtol=1e-12)
    np.testing.assert_allclose(came["b"], 144 * X, rtol=1e-12)


@pytest.mark.parametrize("style", [lambda f: f, ri.compile])
def test_a_state_that_begins_as_a_python_float_is_not_float64_after_a_step(x, style):
    def beyond_two(x):
        return ri.while_loop(lambda c: c < 2.0, lambda c: c + ri.sum(x), 0.0)

    with pytest.raises(
        ShapeError,
        match=r"while_loop: .* value is float32\[\] before and float64\[\] after",
    ):
        style(beyond_two)(x)
