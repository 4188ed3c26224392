"""What a derivative keeps alive, and how deep an expression may be."""

import gc

import numpy as np
import pytest

import reference_impl as ri
from reference_impl.core.device import device

DEPTH = 100_000

pytestmark = pytest.mark.usefixtures("gc_disabled")


def loss(params, x):
    hidden = ri.exp(x @ params["weight"] + params["bias"])
    return ri.sum(ri.where(hidden > 1, hidden, ri.log(hidden)) * hidden)


@pytest.fixture
def args():
    rng = np.random.default_rng(0)
    params = {"weight": rng.normal(size=(4, 3)), "bias": rng.normal(size=3)}
    return ri.tree.map(ri.tensor, params), ri.tensor(rng.normal(size=(5, 4)))


def live_tensors():
    return sum(type(x) is ri.Tensor for x in gc.get_objects())


def live_bytes():
    return device("cpu").pool.statistics().requested_bytes


def second_order(params, x):
    def slope(params):
        return sum(map(ri.sum, ri.grad(loss)(params, x).values()))

    return ri.grad(slope)(params)


DERIVATIVES = {
    "grad": ri.grad(loss),
    "value_and_grad": ri.value_and_grad(loss),
    "jvp": lambda params, x: ri.jvp(lambda p: loss(p, x), (params,), (params,)),
    "second order": second_order,
    "compiled": ri.compile(ri.grad(loss)),
}


@pytest.mark.parametrize("derivative", DERIVATIVES.values(), ids=DERIVATIVES)
def test_a_derivative_leaves_nothing_but_its_result(derivative, args):
    derivative(*args)  # what is built once may stay
    tensors, nbytes = live_tensors(), live_bytes()

    result = derivative(*args)

    assert live_tensors() == tensors + len(ri.tree.flatten(result)[0])
    del result
    assert (live_tensors(), live_bytes()) == (tensors, nbytes)


def test_a_derivative_that_fails_leaves_nothing(args):
    def failing(params, x):
        loss(params, x)
        raise KeyError("on purpose")

    def attempt():
        with pytest.raises(KeyError):
            ri.grad(failing)(*args)

    attempt()
    tensors = live_tensors()
    attempt()
    gc.collect()  # an exception and its traceback may form a cycle

    assert live_tensors() == tensors


@pytest.mark.parametrize("part", ["value", "gradient"])
def test_a_result_has_no_history(part, args):
    value, gradient = ri.value_and_grad(loss)(*args)

    for x in [value] if part == "value" else gradient.values():
        assert (x.op, x.inputs) == (None, ())


def test_an_expression_dies_with_its_last_reader(args):
    before = live_tensors()
    out = loss(*args)

    del out
    assert live_tensors() == before


def deep(x):
    two, half = ri.tensor(2.0), ri.tensor(0.5)
    for _ in range(DEPTH // 2):
        x = x * two
        x = x * half
    return x


def test_the_depth_of_an_expression_has_no_limit():
    before = live_tensors()

    value, gradient = ri.value_and_grad(deep)(ri.tensor(3.0))
    assert (value.item(), gradient.item()) == (3, 1)
    del value, gradient
    assert live_tensors() == before


def test_the_depth_of_an_expression_has_no_limit_in_forward_mode():
    value, t = ri.jvp(deep, (ri.tensor(3.0),), (ri.tensor(2.0),))

    assert (value.item(), t.item()) == (3, 2)
