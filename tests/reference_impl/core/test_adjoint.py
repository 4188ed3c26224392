"""The gradient of a graph is a graph whose text one can read."""

import runpy

import numpy as np
import pytest

import reference_impl as ri
from reference_impl.core.errors import GradientError

X = ri.tensor(np.random.default_rng(0).normal(size=(4, 3)))
W = ri.tensor(np.random.default_rng(1).normal(size=(3, 2)))


def loss(x, w):
    h = ri.exp(x @ w)
    return ri.sum(h * h)


# The names h3 and h4 are those of the product and the sum, which no cotangent reads.
GRADIENT_AS_SOURCE = """\
import reference_impl as ri


def grad_loss(x, w):
    h1 = x @ w        # float64[4, 2]
    h2 = ri.exp(h1)   # float64[4, 2]
    h5 = 1.0 * h2     # float64[4, 2]
    h6 = 1.0 * h2     # float64[4, 2]
    g_h2 = h5 + h6    # float64[4, 2]
    g_h1 = g_h2 * h2  # float64[4, 2]
    h7 = x.T          # float64[3, 4]
    g_w = h7 @ g_h1   # float64[3, 2]
    return g_w
"""


def test_the_text_is_forward_statements_and_then_adjoint_ones():
    text = ri.source(ri.gradient(ri.capture(loss, X, W), 1))

    assert text == GRADIENT_AS_SOURCE


@pytest.fixture
def imported(tmp_path):
    def run(graph):
        path = tmp_path / f"{graph.name}.py"
        path.write_text(ri.source(graph))
        return runpy.run_path(str(path))[graph.name]

    return run


def assert_equal_bits(came, needed):
    assert (came.shape, came.dtype) == (needed.shape, needed.dtype)
    assert came.numpy().tobytes() == needed.numpy().tobytes()


@pytest.mark.parametrize("argnums", [0, 1, (0, 1), (1,)])
def test_it_computes_the_gradient_as_a_graph_and_as_text(argnums, imported):
    graph = ri.gradient(ri.capture(loss, X, W), argnums)
    needed = ri.grad(loss, argnums)(X, W)

    came = imported(graph)(X, W)

    assert type(came) is type(needed)
    for x, y, z in zip(
        ri.tree.flatten(came)[0],
        ri.tree.flatten(needed)[0],
        graph.apply(X, W),
        strict=True,
    ):
        assert_equal_bits(x, y)
        assert_equal_bits(z, y)


def test_the_text_can_be_differentiated_again(imported):
    first = imported(ri.gradient(ri.capture(loss, X, W), 1))

    came = ri.grad(lambda x, w: ri.sum(first(x, w)), 1)(X, W)

    needed = ri.grad(lambda x, w: ri.sum(ri.grad(loss, 1)(x, w)), 1)(X, W)
    np.testing.assert_allclose(came, needed, rtol=1e-12)


def test_a_gradient_has_a_gradient(imported):
    def curve(x):
        return ri.exp(x) * x

    x = ri.tensor(np.array(0.5))
    graph = ri.capture(curve, x)
    for order in range(1, 4):
        graph = ri.gradient(graph)
        (came,) = graph.apply(x)
        # The derivatives of x exp(x) are (x + n) exp(x).
        np.testing.assert_allclose(came, (0.5 + order) * np.exp(0.5), rtol=1e-12)
        assert_equal_bits(imported(graph)(x), came)


def test_an_input_that_is_not_read_has_zeros():
    (came,) = ri.gradient(ri.capture(lambda x, w: ri.sum(x), X, W), 1).apply(X, W)

    np.testing.assert_array_equal(came, np.zeros((3, 2)))


def test_scopes_of_the_forward_statements_stay():
    def function(x):
        with ri.scope("inner"):
            x = ri.exp(x)
        return ri.sum(x * x)

    assert "# inner\n    h1 = ri.exp(x)" in ri.source(
        ri.gradient(ri.capture(function, X))
    )


@pytest.mark.parametrize(
    ("function", "argnums", "message"),
    [
        (lambda x, n: x, 0, r"must compute one .* it computes float64\[4, 3\]"),
        (lambda x, n: (), 0, "it computes nothing"),
        (lambda x, n: ri.sum(n), 0, r"it computes int64\[\]"),
        (lambda x, n: ri.sum(x), 2, "input 2 is to be differentiated, .* has 2 inputs"),
        (lambda x, n: ri.sum(x), -1, "input -1 is to be differentiated"),
        (lambda x, n: ri.sum(x), 1, "input n is int64"),
    ],
)
def test_what_has_no_gradient_is_refused(function, argnums, message):
    graph = ri.capture(function, X, ri.tensor([1, 2]))

    with pytest.raises(GradientError, match=message):
        ri.gradient(graph, argnums)
