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


def counted(x, places):
    """Instructions that write an iteration's number, from 1 on, to moving places."""
    first, by = places
    return ("affine", ((x[first:].ctypes.data, 8 * by), 0, (1, 1)), 1)


@each_count
@pytest.mark.parametrize("places", [(0, 1), (-1, -1)])
def test_the_iterations_of_a_loop_are_counted(looped, count, places):
    iterations = 1_000_000 if count == 1 else 5000
    x = np.zeros(iterations, np.int64)
    program = looped((iterations, [(1, 1, 1, [counted(x, places)])]))

    run(program, count)

    assert (x[:: places[1]] == np.arange(1, iterations + 1)).all()


@each_count
def test_a_loop_that_one_thread_does(looped, count):
    iterations = 1_000_000
    x = np.zeros(iterations, np.int64)
    program = looped(
        (iterations, [(1, 1, 0, [counted(x, (0, 1))])]),
        serial_stages=1,
        serial_groups=1,
    )

    run(program, count)

    assert (x == np.arange(1, iterations + 1)).all()


@each_count
def test_a_loop_of_no_iterations_does_nothing(looped, count):
    x = np.zeros(3, np.int64)
    once = (1, [(3, 1, 0, [("affine", (x.ctypes.data, 1, 1), 1)])])
    none = (0, [(1, 1, 1, [counted(x, (0, 1))])])

    run(looped(none), count)
    run(looped(none, once, none, once, none), count)

    assert x.tolist() == [2, 2, 2]


@each_count
@settings(deadline=None, max_examples=30)
@given(
    loops=st.lists(
        st.tuples(
            st.integers(0, 6),
            st.integers(1, 9),
            st.lists(st.tuples(st.integers(-1, 1), st.integers(0, 2)), max_size=4),
        ),
        max_size=4,
    )
)
def test_stages_of_different_loops(looped, count, loops):
    came, needed = np.ones((2, 40), np.int64)
    stages = []
    for iterations, extent, steps in loops:
        groups = []
        for by, term in steps:
            first = 8 * (14 + by)
            words = ((came.ctypes.data + first, 8 * by), 2, (term, 1))
            groups.append((extent, 2, 1, [("affine", words, 1)]))
        stages.append((iterations, groups))
        for number in range(iterations):
            for by, term in steps:
                part = needed[14 + by + by * number :][:extent]
                part[:] = part * 2 + term + number

    run(looped(*stages), count)

    assert (came == needed).all()


@each_count
def test_the_first_args_may_change_between_runs_of_a_loop(looped, count):
    x, y = np.zeros((2, 50), np.int64)
    program = looped((50, [(1, 1, 1, [counted(x, (0, 1))])]))
    run(program, count)
    program.args[0] = y.ctypes.data
    run(program, count)

    assert (x == y).all()
    assert (y == np.arange(1, 51)).all()


@each_count
def test_serial_groups_are_done_by_one_thread_in_order(tables, looped, count):
    x, y = np.zeros((2, 64), np.int64)
    add = ("affine", (x.ctypes.data, 1, 1), 1)
    fold = ("gather", (x.ctypes.data, y.ctypes.data, 64), 1)
    groups = [(64, 4, 0, [add]), (64, 4, 0, [fold])] * 20

    run(looped((1, groups), serial_groups=1), count)

    assert (y == 64 * sum(range(1, 21))).all()


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
    ("wrong", "message"),
    [
        ({"groups": table((1, 4))}, r"groups must be .*; got int64 \(1, 4\)"),
        ({"instructions": table(3)}, "instructions must be"),
        ({"args": table((1, 1))}, "args must be"),
        ({"args": table(1, "i4")}, "args must be .* got int32"),
        ({"args": table(4)[::2]}, "args must be"),
        ({"groups": table((6, 1)).T[:, ::-1]}, "groups must be"),
        ({"stages": table((1, 6))}, "stages must be"),
        ({"strides": table(2)}, r"strides must be .* shape \(1,\)"),
        ({"groups": 0 * table((1, 6))}, "at least one unit"),
    ],
)
def test_tables_of_another_form_are_refused(wrong, message):
    right = {
        "stages": table((1, 7)),
        "groups": table((1, 6)),
        "instructions": table((1, 3)),
        "args": table(1),
        "strides": table(1),
    }

    with pytest.raises(RangeError, match=message):
        Tables(**(right | wrong))
