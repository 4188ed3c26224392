"""Graphs as steps, node by node: played on watched memory, and as machine code."""

import numpy as np
import pytest
from played_kernels import played

import reference_impl as ri
from reference_impl.core.kernel import Kernel, Loop
from reference_impl.core.lowering.lowered import lowered
from reference_impl.core.lowering.step import Library
from reference_impl.core.passes.fusion import fuse

RNG = np.random.default_rng(0)
X = RNG.normal(size=(4, 3))
XS = RNG.normal(size=(5, 4))

# A few operations on float64 that are rounded in another way.
TOLERANCE = 1e-12


def check(function, *arrays, shared=None):
    """The steps of a function whose results are those of its ops."""
    tensors = [ri.tensor(x) for x in arrays]
    needed = ri.tree.flatten(function(*tensors))[0]
    found = lowered(fuse(ri.capture(function, *tensors)), shared)
    came = played(found, [x.numpy() for x in tensors])
    for x, y in zip(came, needed, strict=True):
        np.testing.assert_allclose(x, y, rtol=TOLERANCE, atol=TOLERANCE)
    for x, y in zip(
        ri.tree.flatten(ri.compile(function)(*tensors))[0], needed, strict=True
    ):
        np.testing.assert_allclose(x, y, rtol=TOLERANCE, atol=TOLERANCE)
    return found.steps


def kinds(steps):
    return [type(step) for step in steps]


def test_views_are_no_steps():
    steps = check(lambda x: ri.exp(ri.reshape(x, (2, 6))[1:, ::-1].T), X)

    assert kinds(steps) == [Kernel]


@pytest.mark.parametrize(
    "function",
    [
        lambda x: x,
        lambda x: (x, x),
        lambda x: x.T,
        lambda x: (x[1:], x[::-1], x[2, 1]),
        lambda x: ri.broadcast_to(x, (2, 4, 3)),
        lambda x: (ri.exp(x).T, ri.exp(x)),
        lambda x: ri.split(x, 3, axis=1),
    ],
)
def test_outputs_that_are_views_are_copies(function):
    check(function, X)


def test_what_is_joined_is_written_to_its_part():
    steps = check(lambda x: ri.concat([x, x[1:2] * 2.0, x[:0]], axis=0), X)

    assert kinds(steps) == [Kernel] * 4


def test_what_is_put_into_zeros_leaves_zeros_around_it():
    check(ri.grad(lambda x: ri.sum(ri.square(x[1:3, ::2]))), X)


def test_an_op_without_generated_code_is_a_step_of_a_library():
    steps = check(lambda x: ri.sort(x * 2.0, axis=0) + 1.0, X)

    assert kinds(steps)[0] is kinds(steps)[-1] is Kernel
    assert "argsort" in [x.op.name for x in steps if isinstance(x, Library)]


@pytest.mark.parametrize("key", [np.s_[:, ::-1], np.s_[::-1, :0], np.s_[:0, ::-1]])
def test_a_library_may_read_a_view_however_small(key):
    check(lambda x: ri.sort(x[key], axis=0), X)


CARRIES = {
    "swapped": lambda c, x: ((c[1], c[0]), c[0] + x),
    "unchanged": lambda c, x: ((c[0], c[1] + x), c[0] * x),
    "both result and carry": lambda c, x: ((c[1] * x, c[1] * x), c[1] * x),
    "the slice": lambda c, x: ((x, c[0]), c[1]),
    "a view": lambda c, x: ((c[0][::-1], c[1] + x), x[::-1]),
    "no result": lambda c, x: ((c[0] + x, c[0]), None),
    "a constant": lambda c, x: ((ri.ones(4, dtype=ri.float64), c[0]), c[1]),
    "closed over": lambda c, x: ((c[0] + ri.tensor(XS[0]), c[1] * x), c[0]),
    "a number": lambda c, x: ((c[0] * x[1], c[1]), x[2]),
}


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("name", CARRIES)
def test_a_scan_is_a_loop_of_kernels_whatever_it_carries(name, reverse):
    steps = check(
        lambda h, xs: ri.scan(CARRIES[name], (h, h * 2.0), xs, reverse=reverse),
        XS[0],
        XS,
    )

    assert Loop in kinds(steps)


@pytest.mark.parametrize("length", [0, 1, 2])
def test_a_scan_of_few_steps_is_one(length):
    def function(h, xs):
        return ri.scan(lambda c, x: (c + x, c * x), h, xs)

    check(function, XS[0], XS[:length])


@pytest.mark.parametrize("reverse", [False, True])
def test_a_scan_over_numbers_reads_and_writes_its_own(reverse):
    def function(h, xs):
        return ri.scan(lambda c, x: (c * 0.5 + x, c - x), h, xs, reverse=reverse)

    check(function, np.float64(2.0), XS[:, 0].copy())


@pytest.mark.parametrize(
    "see", [lambda xs: xs[::-1], lambda xs: xs.T, lambda xs: xs[:, 1:2] * xs[0, 0]]
)
def test_a_scan_may_walk_over_a_view(see):
    def function(xs):
        zero = ri.zeros(see(xs).shape[1], dtype=ri.float64)
        return ri.scan(lambda c, x: (c + x, c * x), zero, see(xs))

    check(function, XS)


def test_the_derivative_of_a_scan_is_a_loop_too():
    def loss(w, xs):
        last, ys = ri.scan(lambda c, x: (c * w + x, c * x), ri.zeros_like(w), xs)
        return ri.sum(last * last) + ri.sum(ys)

    steps = check(ri.grad(loss, (0, 1)), XS[0], XS)
    assert not any(isinstance(step, Library) for step in steps)


@pytest.mark.parametrize(
    "step",
    [
        lambda c, x: (ri.sort(c + x), c),
        lambda c, x: (c + ri.scan(lambda d, y: (d + y, d), x[0] * 0.0, x)[0], c),
    ],
    ids=["a library", "a loop"],
)
def test_a_scan_that_holds_no_kernels_alone_is_a_step_of_a_library(step):
    steps = check(lambda h, xs: ri.scan(step, h, xs), XS[0], XS)

    assert [x.op.name for x in steps if isinstance(x, Library)] == ["scan"]


def test_an_output_is_written_at_once_where_it_belongs():
    found = lowered(
        fuse(
            ri.capture(
                lambda x, y: (x @ y, ri.exp(x)), ri.zeros((4, 4)), ri.zeros((4, 4))
            )
        )
    )

    written = [step.refs(step.writes)[0].buffer for step in found.steps]
    assert {view.buffer for view in found.outputs} <= set(written)


@pytest.mark.parametrize(
    "see", [lambda c: c, lambda c: c.T, lambda c: c[::-1], lambda c: c[:, :1]]
)
def test_constants_are_read_however_they_lie(see):
    constant = see(ri.tensor(XS))

    came = ri.compile(lambda x: x * constant + ri.sort(constant, axis=0))(constant)

    needed = constant.numpy() ** 2 + np.sort(constant.numpy(), axis=0)
    np.testing.assert_allclose(came, needed, rtol=TOLERANCE)
