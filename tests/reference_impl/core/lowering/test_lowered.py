"""Graphs as steps, node by node: played on watched memory, and as machine code."""

import numpy as np
import pytest

import reference_impl as ri
from reference_impl.core.kernel import Kernel
from reference_impl.core.lowering.lowered import lowered
from reference_impl.core.lowering.step import Library
from reference_impl.core.passes.fusion import fuse

RNG = np.random.default_rng(0)
X = RNG.normal(size=(4, 3))
XS = RNG.normal(size=(5, 4))

# A few operations on float64 that are rounded in another way.
TOLERANCE = 1e-12


def kinds(steps):
    return [type(step) for step in steps]


def test_views_are_no_steps(steps_of):
    steps = steps_of(lambda x: ri.exp(ri.reshape(x, (2, 6))[1:, ::-1].T), X)

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
def test_outputs_that_are_views_are_copies(steps_of, function):
    steps_of(function, X)


def test_what_is_joined_is_written_to_its_part(steps_of):
    steps = steps_of(lambda x: ri.concat([x, x[1:2] * 2.0, x[:0]], axis=0), X)

    assert kinds(steps) == [Kernel] * 4


def test_what_is_put_into_zeros_leaves_zeros_around_it(steps_of):
    steps_of(ri.grad(lambda x: ri.sum(ri.square(x[1:3, ::2]))), X)


def test_an_op_without_generated_code_is_a_step_of_a_library(steps_of):
    steps = steps_of(lambda x: ri.sort(x * 2.0, axis=0) + 1.0, X)

    assert kinds(steps)[0] is kinds(steps)[-1] is Kernel
    assert "argsort" in [x.op.name for x in steps if isinstance(x, Library)]


@pytest.mark.parametrize("key", [np.s_[:, ::-1], np.s_[::-1, :0], np.s_[:0, ::-1]])
def test_a_library_may_read_a_view_however_small(steps_of, key):
    steps_of(lambda x: ri.sort(x[key], axis=0), X)


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
