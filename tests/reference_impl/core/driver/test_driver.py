"""One call runs all kernels."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reference_impl.core.driver import Tables, run
from reference_impl.core.errors import RangeError

each_count = pytest.mark.parametrize("count", [1, 2, 3])

group = st.tuples(
    st.integers(0, 40),
    st.integers(1, 15),
    st.booleans(),
    st.lists(
        st.tuples(st.integers(0, 2), st.integers(-3, 3), st.integers(-3, 3)), max_size=3
    ),
    st.integers(1, 3),
)


@each_count
@settings(deadline=None, max_examples=30)
@given(groups=st.lists(group, max_size=6))
def test_a_run_computes_what_a_loop_over_the_tables_does(tables, count, groups):
    came, needed = np.ones((2, 3, 120), np.int64)
    rows = []
    for extent, chunk, _, steps, unit in groups:
        words = [
            ("affine", (came[array].ctypes.data, factor, term), unit)
            for array, factor, term in steps
        ]
        # Parts of groups of different extents overlap, so every group has to wait.
        rows.append((extent, chunk, 1, words))
        for array, factor, term in steps:
            part = needed[array, : extent * unit]
            part[:] = part * factor + term

    run(tables(*rows), count)

    assert (came == needed).all()


@each_count
@pytest.mark.parametrize("chunk", [1, 3, 10, 1000])
@pytest.mark.parametrize("extent", [0, 1, 2, 3, 7, 30, 31])
def test_every_unit_is_computed_once(tables, count, extent, chunk):
    x = np.zeros(40, np.int64)

    run(tables((extent, chunk, 0, [("affine", (x.ctypes.data, 1, 1), 1)])), count)

    assert x.tolist() == [1] * extent + [0] * (40 - extent)


@each_count
def test_threads_wait_for_each_other_where_a_group_says_so(tables, count):
    x, y = np.zeros((2, 64), np.int64)
    both = (x.ctypes.data, y.ctypes.data, 64), (y.ctypes.data, x.ctypes.data, 64)
    rows = [(64, 4, 1, [("affine", (x.ctypes.data, 0, 1), 1)])]
    rows += [
        (64, 4, 1, [("affine", (x.ctypes.data, 0, 1), 1)]),
        (64, 4, 1, [("gather", both[0], 1)]),
        (64, 4, 1, [("affine", (y.ctypes.data, 0, 1), 1)]),
        (64, 4, 1, [("gather", both[1], 1)]),
    ] * 50

    run(tables(*rows), count)

    assert (x == 65).all()
    assert (y == 1).all()


@each_count
def test_thousands_of_runs_one_after_the_other(tables, count):
    x = np.zeros(8, np.int64)
    program = tables((8, 1, 0, [("affine", (x.ctypes.data, 1, 1), 1)]))

    for _ in range(3000):
        run(program, count)

    assert (x == 3000).all()


def test_arguments_may_change_between_runs(tables):
    x = np.zeros(1, np.int64)
    program = tables((1, 1, 0, [("affine", (x.ctypes.data, 1, 1), 1)]))
    run(program, 1)
    program.args[2] = 10
    run(program, 1)

    assert x.tolist() == [11]


@each_count
def test_an_empty_program_does_nothing(tables, count):
    run(tables(), count)


@each_count
def test_denormals_are_zero_inside_of_a_run_only(tables, count):
    program = tables((1, 1, 0, [("halve", (0,), 1)]))
    smallest = np.finfo(np.float64).smallest_normal
    program.args.view(np.float64)[0] = smallest

    run(program, count)

    assert program.args[0] == 0
    assert np.float64(smallest) * 0.5 > 0


@each_count
def test_denormal_operands_are_zero(tables, count):
    program = tables((1, 1, 0, [("halve", (0,), 1)]))
    program.args.view(np.float64)[0] = np.finfo(np.float64).smallest_subnormal * 3

    run(program, count)

    assert program.args[0] == 0


def table(shape, dtype=np.int64):
    return np.ones(shape, dtype)


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ((table((1, 4)), table((1, 3)), table(1)), "groups must be .* got int64"),
        ((table((1, 5)), table(3), table(1)), "instructions must be"),
        ((table((1, 5)), table((1, 3)), table((1, 1))), "args must be"),
        ((table((1, 5)), table((1, 3)), table(1, "i4")), "args must be .* got int32"),
        ((table((5, 1)).T[:, ::-1], table((1, 3)), table(2)[::2]), "must be"),
        ((0 * table((1, 5)), table((1, 3)), table(1)), "at least one unit"),
    ],
)
def test_tables_of_another_form_are_refused(arrays, message):
    with pytest.raises(RangeError, match=message):
        Tables(*arrays)
