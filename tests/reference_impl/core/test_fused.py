"""The op that computes a graph at once, and its derivatives."""

import numpy as np
import pytest

import reference_impl as ri
from reference_impl.core.bundle import results
from reference_impl.core.fused import _fused

X = np.random.default_rng(0).uniform(0.5, 1.5, size=(4, 3))
TOLERANCE = 1e-12  # a few operations on float64, rounded in another way


def plain(x, y):
    z = ri.exp(x) * y
    return z, ri.sum(z, axis=0)


@pytest.fixture
def body():
    return ri.capture(plain, ri.tensor(X), ri.tensor(X))


@pytest.fixture
def fused(body):
    """The same function by one op."""
    return lambda x, y: tuple(results(_fused(x, y, body=body)))


def test_it_computes_what_its_graph_does(fused):
    came, needed = fused(*map(ri.tensor, (X, X))), plain(*map(ri.tensor, (X, X)))

    for x, y in zip(came, needed, strict=True):
        np.testing.assert_array_equal(x, y)


def test_its_shapes_and_dtypes_are_those_of_its_graph(fused):
    graph = ri.capture(fused, ri.tensor(X), ri.tensor(X))

    assert [(x.shape, x.dtype) for x in graph.outputs] == [
        ((4, 3), ri.float64),
        ((3,), ri.float64),
    ]


@pytest.mark.parametrize("order", [1, 2])
def test_its_derivatives_are_those_of_its_graph(fused, order):
    def scalar(function):
        def loss(x, y):
            z, total = function(x, y)
            return ri.sum(z * z) + ri.sum(ri.sin(total))

        for _ in range(order):
            loss = (
                lambda of: lambda x, y: sum(map(ri.sum, ri.grad(of, (0, 1))(x, y)))
            )(loss)
        return loss

    args = ri.tensor(X), ri.tensor(X + 0.5)
    needed = scalar(plain)(*args)
    np.testing.assert_allclose(scalar(fused)(*args), needed, rtol=TOLERANCE)


def test_it_is_compiled_as_it_is(fused):
    compiled = ri.compile(fused, passes=lambda graph: graph)

    for x, y in zip(compiled(X, X), plain(*map(ri.tensor, (X, X))), strict=True):
        np.testing.assert_allclose(x, y, rtol=TOLERANCE)


def test_tangents_pass_through(fused):
    args = (ri.tensor(X), ri.tensor(X)), (ri.tensor(X), ri.tensor(-X))

    for x, y in zip(ri.jvp(fused, *args), ri.jvp(plain, *args), strict=True):
        for one, other in zip(x, y, strict=True):
            np.testing.assert_allclose(one, other, rtol=TOLERANCE)


def test_what_nobody_differentiates_has_no_cotangent(fused):
    x = ri.tensor(X)

    came = ri.grad(lambda y: ri.sum(fused(x, y)[1]))(x)

    np.testing.assert_allclose(came, np.exp(X), rtol=TOLERANCE)
