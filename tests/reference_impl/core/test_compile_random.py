"""Random programs: eager = captured = optimised = fused = planned and built."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from random_graphs import programs

import reference_impl as ri
from reference_impl.core.passes.fusion import fuse
from reference_impl.core.replay import Program

# Sums are taken in another order, and elementary functions rounded in another way.
TOLERANCE = {ri.float64: 1e-12, ri.float32: 1e-5}


def assert_close(came, needed, dtype):
    assert came.dtype == needed.dtype
    assert came.shape == needed.shape
    scale = np.abs(needed).max(initial=1.0)
    np.testing.assert_allclose(came, needed, rtol=0, atol=TOLERANCE[dtype] * scale)


@pytest.mark.parametrize("dtype", [ri.float64, ri.float32], ids=str)
@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
@given(program=programs())
def test_every_form_of_a_program_computes_the_same(dtype, program):
    arguments = program.arguments(dtype)
    eager = [x.numpy() for x in program(*arguments)]
    captured = ri.capture(program, *arguments)
    optimised = ri.optimise(captured)
    forms = [captured, optimised, fuse(captured), fuse(optimised)]
    arrays = [ri.tensor(x).numpy() for x in arguments]

    for graph in forms:
        for came, needed in zip(Program(graph).run(arrays), eager, strict=True):
            assert_close(came, needed, dtype)
    for came, needed in zip(ri.compile(program)(*arguments), eager, strict=True):
        assert_close(came.numpy(), needed, dtype)
