"""Outputs lie over inputs that nobody reads afterwards, and over no others."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from played_kernels import played

import reference_impl as ri
from reference_impl.core.donation import places
from reference_impl.core.lowering.reuse import reusing
from reference_impl.core.passes import optimise
from reference_impl.core.passes.fusion import fuse
from reference_impl.core.plan.sharing import lowered_in_place

RNG = np.random.default_rng(0)
X = ri.tensor(RNG.normal(size=(6, 6)))
A, B = RNG.normal(size=(2, 4, 4))
TOLERANCE = 1e-12  # a few operations on float64 that are rounded in another way


@pytest.mark.parametrize(
    ("function", "is_shared"),
    [
        (lambda x: x * 2.0, True),
        (lambda x: ri.tanh(x) + x, True),
        (lambda x: ri.flip(x, 0) + x, False),  # reads other elements
        (lambda x: x @ x, False),
        (lambda x: ((y := ri.tanh(x)), y @ x), False),  # is read afterwards
        (lambda x: ((y := ri.tanh(x)), ri.sort(y)), False),  # may be refused
    ],
)
def test_an_output_lies_over_an_input_nobody_reads_later(function, is_shared):
    graph = fuse(ri.capture(function, X))

    found, shared = lowered_in_place(graph, {0: 0})

    assert shared == ({0: 0} if is_shared else {})
    assert (found.outputs[0].buffer is found.inputs[0].buffer) == is_shared


def test_those_that_are_safe_are_shared_without_the_others():
    graph = fuse(ri.capture(lambda x, y: (x @ x, y + 1.0), X, X * 2.0))

    _, shared = lowered_in_place(graph, {0: 0, 1: 1})

    assert shared == {1: 1}


def sharing(function, *arrays, passes=lambda graph: graph):
    """Which outputs lie over which inputs, all of which are given up; values hold."""
    tensors = [ri.tensor(x) for x in arrays]
    graph = ri.capture(function, *tensors)
    asked = places(graph, range(len(arrays)))
    found, shared = lowered_in_place(fuse(passes(graph)), asked)
    fixed = {view.buffer for view in (*found.inputs, *found.outputs)}
    steps = reusing(found.steps, {*fixed, *found.constants})
    needed = ri.tree.flatten(function(*tensors))[0]
    for kept in (found.steps, steps):
        came = played(replace(found, steps=kept), arrays)
        for x, y in zip(came, needed, strict=True):
            np.testing.assert_allclose(x, y, rtol=TOLERANCE, atol=TOLERANCE)
    return shared


def last(step, *carry, xs=None, length=3):
    return ri.scan(step, carry, xs, length=None if xs is not None else length)[0]


def test_a_carry_that_becomes_what_the_body_closes_over():
    def function(c, w):
        return last(lambda s, _: ((w,), ()), c)

    assert sharing(function, A, B) == {0: 0}


def test_carries_that_move_up():
    def function(a, b, w):
        return last(lambda s, _: ((w, s[0]), ()), a, b, length=1)

    sharing(function, A, B, A + B)


def test_a_carry_over_what_the_body_closes_over_waits_for_its_last_reader():
    def function(w, c):
        return w * 2.0 + last(lambda s, _: ((s[0] * w,), ()), c)[0]

    sharing(function, A, B)


def test_the_place_of_all_elements_is_no_zeros():
    assert sharing(lambda x: ri.pad(x, ((0, 0), (0, 0))), A) == {}


def test_all_elements_may_be_written_over_others():
    sharing(lambda x, y: ri.at(x)[:].set(y), A, B)
    sharing(lambda x, y: ri.at(y)[:].set(x), A, B)


def test_a_carry_lies_where_its_first_value_lay():
    def function(h, xs):
        return last(lambda s, x: ((s[0] * 0.5 + x,), ()), h, xs=xs)

    assert sharing(function, A[0], B) == {0: 0}


@pytest.mark.parametrize(
    "function",
    [
        lambda h, xs: last(lambda s, x: ((s[0] * h + x,), ()), h, xs=xs),
        lambda h, xs: (last(lambda s, x: ((s[0] + x,), ()), h, xs=xs), xs + h),
    ],
)
def test_a_carry_lies_elsewhere_if_its_first_value_is_read_again(function):
    assert 0 not in sharing(function, A[0], B)


def test_an_argument_that_is_returned_stays_where_it_is():
    assert sharing(lambda x, y: (x, x + y), A, B) == {0: 0, 1: 1}
    assert sharing(lambda x, y: (y, x), A, B) != {0: 0, 1: 1}


OPS = {
    "add": lambda x, y: x + y,
    "multiply": lambda x, y: x * y * 0.5,
    "flip": lambda x, y: ri.flip(x, axis=0),
    "roll": lambda x, y: ri.concat([x[1:], y[:1]]),
    "sum": lambda x, y: ri.sum(x, axis=0, keepdims=True) * 0.1 + y,
    "set": lambda x, y: ri.at(x)[:2].set(y[1:3]),
    "sort": lambda x, y: ri.sort(x),
}

number = st.integers(0, 20)
recipes = st.fixed_dictionaries(
    {
        "ops": st.lists(
            st.tuples(st.sampled_from(sorted(OPS)), number, number), max_size=4
        ),
        "carry": st.lists(number, min_size=3, max_size=3),
        "ys": number,
        "length": st.integers(0, 3),
        "reverse": st.booleans(),
        "after": st.lists(st.tuples(number, number), max_size=2),
    }
)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(recipe=recipes, passes=st.sampled_from([optimise, lambda graph: graph]))
def test_no_scan_reads_what_has_been_written_over(recipe, passes):
    def body(s, x, *free):
        pool = [*s, x, *free]
        for name, i, j in recipe["ops"]:
            pool.append(OPS[name](pool[i % len(pool)], pool[j % len(pool)]))
        carry = tuple(pool[i % len(pool)] for i in recipe["carry"])
        return carry, pool[recipe["ys"] % len(pool)]

    def function(a, b, c, xs, w):
        carry, ys = ri.scan(
            lambda s, x: body(s, x, w), (a, b, c), xs, reverse=recipe["reverse"]
        )
        pool = [*carry, w, a]
        more = [pool[i % 5] * pool[j % 5] for i, j in recipe["after"]]
        return *carry, ys, *more

    xs = RNG.normal(size=(recipe["length"], 4))
    sharing(function, *RNG.normal(size=(3, 4)), xs, RNG.normal(size=4), passes=passes)
