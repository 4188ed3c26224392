"""Results in the place of operands: fewer buffers, the same values."""

from dataclasses import replace

import numpy as np
import pytest
from played_kernels import played

import reference_impl as ri
from reference_impl.core.lowering.lowered import lowered
from reference_impl.core.lowering.reuse import reusing
from reference_impl.core.passes.fusion import fuse

X = np.random.default_rng(0).normal(size=(4, 4))
TOLERANCE = 1e-12  # of a few operations on float64


def reused(function, *arrays):
    """The steps of a function with buffers used again; how many buffers became none."""
    tensors = [ri.tensor(x) for x in arrays]
    found = lowered(fuse(ri.capture(function, *tensors)))
    fixed = [view.buffer for view in (*found.inputs, *found.outputs)]
    steps = reusing(found.steps, {*fixed, *found.constants})
    after = replace(found, steps=steps)
    for x, y in zip(
        played(after, arrays), ri.tree.flatten(function(*tensors))[0], strict=True
    ):
        np.testing.assert_allclose(x, y, rtol=TOLERANCE, atol=TOLERANCE)
    return len(touched(found.steps)) - len(touched(steps))


def touched(steps):
    kernels = [kernel for step in steps for kernel in getattr(step, "body", (step,))]
    return {
        ref.buffer
        for kernel in kernels
        if hasattr(kernel, "refs")
        for ref in kernel.refs((*kernel.reads, *kernel.writes))
    } | {view.buffer for step in steps for view in getattr(step, "inputs", ())}


def sorted_after(function):
    """A function whose results no kernel can be fused with on either side."""
    return lambda *args: ri.sort(function(ri.sort(args[0], axis=0), *args[1:]), axis=0)


def test_an_op_on_elements_writes_where_its_operand_was():
    assert reused(sorted_after(lambda t: ri.abs(t) * 2.0), X) == 1


@pytest.mark.parametrize(
    "function",
    [
        lambda t: t + t.T,
        lambda t: t + t[::-1],
        lambda t: t + t[:, ::-1],
        lambda t: t + ri.broadcast_to(t[:1], (4, 4)),
    ],
)
def test_an_operand_that_is_read_in_two_ways_stays(function):
    assert reused(sorted_after(function), X) == 0


def test_what_was_moved_is_used_again_where_it_is_read_in_one_way():
    assert reused(sorted_after(lambda t: t + ri.roll(t, 1, axis=0)), X) == 1


def test_an_operand_that_is_read_later_stays():
    def function(x):
        t = ri.sort(x, axis=0)
        return ri.concat([ri.sort(t * 2.0, axis=0), t])

    assert reused(function, X) == 0
