"""What the tests of the core share."""

import gc

import numpy as np
import pytest

import reference_impl as ri


@pytest.fixture
def x(request):
    """The array `X` of a module of tests, as a tensor."""
    return ri.tensor(request.module.X)


@pytest.fixture
def w(request):
    """The array `W` of a module of tests, as a tensor."""
    return ri.tensor(request.module.W)


@pytest.fixture
def gc_disabled():
    """Only reference counts free memory: whatever a cycle holds stays."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.fixture
def assert_all_ways_agree():
    """A function that compares derivatives of control flow, eager and captured."""
    return _assert_all_ways_agree


def _assert_all_ways_agree(function, *args):
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
