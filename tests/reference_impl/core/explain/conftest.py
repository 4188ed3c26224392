"""Functions that are explained, one of each kind."""

import numpy as np
import pytest

import reference_impl as ri

rng = np.random.default_rng(0)


def normal(*shape):
    return ri.tensor(rng.normal(size=shape).astype(np.float32))


def step(params, x, y):
    """A training step of a small perceptron."""

    def loss(params):
        hidden = ri.tanh(x @ params["w"] + params["b"])
        return ri.mean((hidden @ params["v"] - y) ** 2)

    value, grads = ri.value_and_grad(loss)(params)
    return value, ri.tree.map(lambda p, g: p - 0.1 * g, params, grads)


def roll(h, xs):
    def cell(h, x):
        h = ri.tanh(h * 0.5 + x)
        return h, h

    return ri.scan(cell, h, xs)


def spectrum(a):
    values, _ = ri.eigh(a + ri.matrix_transpose(a))
    return ri.sum(values * values)


@pytest.fixture
def training():
    """A compiled training step that is given the former parameters, and arguments."""
    params = {"w": normal(16, 32), "b": normal(32), "v": normal(32, 1)}
    return ri.compile(step, donate=0), (params, normal(8, 16), normal(8, 1))


@pytest.fixture
def loop():
    """A function with a loop of seven iterations."""
    return ri.compile(roll), (normal(4), normal(7, 4))


@pytest.fixture
def library():
    """A function with a step that LAPACK computes."""
    return ri.compile(spectrum), (normal(3, 3),)


@pytest.fixture
def nothing():
    """A function without results."""
    return ri.compile(lambda: ()), ()
