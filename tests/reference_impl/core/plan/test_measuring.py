import numpy as np
import pytest

import reference_impl as ri
from reference_impl.core.device import HOST
from reference_impl.core.passes.fusion import fuse
from reference_impl.core.plan import measuring
from reference_impl.core.plan.measuring import measured
from reference_impl.core.plan.plan import Plan
from reference_impl.core.plan.stages import Stage

X = np.random.default_rng(0).normal(size=(6, 6))


def two_libraries(x):
    return ri.cholesky(ri.inv(x @ x.T + np.eye(6)))


def loop_between(x):
    last, _ = ri.scan(lambda c, row: (ri.tanh(c + row), None), x[0] * 2.0, x)
    return ri.sum(last) + x


def plan_of(function, shared=None):
    return Plan(fuse(ri.capture(function, ri.tensor(X))), HOST, shared)


@pytest.mark.parametrize("function", [two_libraries, loop_between])
def test_every_group_and_every_kernel_of_it_has_a_time(function):
    plan = plan_of(function)

    times = measured(plan, [X])

    groups = [
        len(group.kernels)
        for stage in plan.stages
        for group in (stage.groups if isinstance(stage, Stage) else [None])
        if group is not None
    ]
    libraries = sum(not isinstance(stage, Stage) for stage in plan.stages)
    assert len(times.seconds) == len(groups) + libraries
    assert sum(map(len, times.kernel_seconds)) == sum(groups) + libraries
    assert all(seconds >= 0 for seconds in times.seconds)
    assert times.call_seconds > 0


def test_inputs_in_whose_place_outputs_lie_are_left_alone():
    plan, x = plan_of(lambda x: x * 2.0, {0: 0}), X.copy()
    assert plan.shared == {0: 0}

    measured(plan, [x])

    assert np.array_equal(x, X)


def test_every_round_begins_with_the_same_inputs():
    # A number that is squared again and again would not be finite for long.
    plan = plan_of(lambda x: x * x * 4.0, {0: 0})

    with np.errstate(all="raise"):
        measured(plan, [X])
        (out,) = plan.run([x := X.copy()], [x])

    assert np.array_equal(out, X * X * 4.0)


def test_a_long_loop_has_times_that_stand_for_all_iterations(monkeypatch):
    plan = plan_of(loop_between)
    (before,) = plan.run([X], plan.outputs([X]))
    monkeypatch.setattr(measuring, "MOST_ITERATIONS", 2)  # of six

    times = measured(plan, [X])

    (after,) = plan.run([X], plan.outputs([X]))
    assert np.array_equal(before, after)
    assert len(times.seconds) == sum(len(stage.groups) for stage in plan.stages)


def test_a_plan_runs_as_before():
    plan = plan_of(loop_between)
    (before,) = plan.run([X], plan.outputs([X]))

    measured(plan, [X])

    (after,) = plan.run([X], plan.outputs([X]))
    assert np.array_equal(before, after)
