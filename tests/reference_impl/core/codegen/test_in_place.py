"""Nests in place compute what they compute apart, in both languages."""

import copy
import math

import numpy as np
import pytest
from built_nests import built, built_by_cc
from loop_nests import typical, walk_of

import reference_impl as ri
from reference_impl.core.codegen import c_text
from reference_impl.core.codegen.in_place import in_place
from reference_impl.core.codegen.nest import (
    Apply,
    Array,
    Literal,
    Load,
    Nest,
    Reduce,
    Store,
)

COUNT = 37

# Vectors of sums, and functions other than C's library has.
TOLERANCE = 1e-5


def used_afterwards():
    """What was read of a row is needed for all of its elements, long after."""
    row, whole = Array(ri.float32, (1, 0)), Array(ri.float32, (None, 1))
    statements = (
        *(Load(0), Apply("square", (0,), ri.float32), Store(1, 1)),
        *(Load(2), Apply("multiply", (0, 3), ri.float32), Store(3, 4)),
    )
    return Nest("used_afterwards", (False, False), (row, row, whole, whole), statements)


def summed_afterwards():
    """What was read of a row is a factor in its sum."""
    row, whole = Array(ri.float32, (1, 0)), Array(ri.float32, (None, 1))
    statements = (
        *(Load(0), Apply("square", (0,), ri.float32), Store(1, 1)),
        *(Load(2), Apply("multiply", (0, 3), ri.float32)),
        *(Reduce("sum", 4, ri.float32), Store(3, 5)),
    )
    return Nest("summed_afterwards", (False, True), (row, row, whole, row), statements)


def all_but_independent():
    """A compiler may find out that the first result is zero whatever was read."""
    arrays = (Array(ri.int32, (1,)),) * 3
    statements = (
        *(Load(0), Literal(0, ri.int32), Literal(1, ri.int32)),
        *(Apply("multiply", (0, 1), ri.int32), Store(1, 3)),
        *(Apply("add", (0, 2), ri.int32), Store(2, 5)),
    )
    return Nest("all_but_independent", (False,), arrays, statements)


def nests():
    """Kernels of models, and some in which a compiler could go wrong."""
    harder = used_afterwards(), summed_afterwards(), all_but_independent()
    found = typical() | {nest.stem: nest for nest in harder}
    return {name: nest for name, nest in found.items() if set(in_place(nest))}


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    """The functions by a C compiler that does all it may."""
    folder = tmp_path_factory.mktemp("in_place")
    functions = built_by_cc(nests().values(), folder, level="-O3")
    return dict(zip(nests(), functions, strict=True))


def check(function, nest, rng):
    """For each pair of arrays that may be one, compare a call where they are."""
    sizes = [COUNT] * len(nest.reduced)
    for read, written in set(in_place(nest)):
        apart = walk_of(nest, sizes, rng=rng)
        together = copy.deepcopy(apart)
        together.memory[written] = together.memory[read]
        apart.evaluate()

        together.call(function, parts=2)

        for k in {x.array for x in nest.statements if isinstance(x, Store)}:
            came, right = together.memory[k], apart.memory[k]
            np.testing.assert_allclose(came, right, TOLERANCE, TOLERANCE)


@pytest.mark.parametrize("name", nests())
def test_python_works_in_place(name, rng):
    check(built(nests()[name]).call, nests()[name], rng)


@pytest.mark.parametrize("name", nests())
def test_c_works_in_place(name, library, rng):
    check(library[name], nests()[name], rng)


def test_c_says_that_an_array_is_alone_unless_it_may_be_written_over():
    text = c_text.source(used_afterwards()).text

    assert "const float *x0 =" in text
    assert "float *y0 =" in text
    assert "const float *restrict" not in text  # x1 and y1 are another pair


def test_an_array_of_other_steps_or_dtype_is_not_written_over():
    whole, row = Array(ri.float32, (None, 1)), Array(ri.float32, (0, 1))
    narrow = Array(ri.float16, (None, 1))
    statements = (
        *(Load(0), Load(1), Load(2), Apply("add", (0, 1), ri.float32)),
        *(Apply("add", (3, 2), ri.float32), Store(3, 4)),
    )
    nest = Nest("added", (False, False), (whole, row, narrow, whole), statements)

    assert list(in_place(nest)) == [(0, 3)]


def test_what_depends_on_a_reduction_is_not_written_over_what_was_reduced():
    whole, row = Array(ri.float32, (None, 1)), Array(ri.float32, (1, 0))
    statements = (
        *(Load(0), Load(1), Apply("multiply", (0, 1), ri.float32)),
        *(Reduce("sum", 2, ri.float32), Store(2, 3)),
    )
    nest = Nest("products", (False, True), (whole, row, row), statements)

    assert list(in_place(nest)) == []


NOTHING_NEEDED = [
    (ri.int32, ("multiply", 0, 1)),
    (ri.int32, ("subtract", 0, 0)),
    (ri.int32, ("bitwise_xor", 0, 0)),
    (ri.int32, ("bitwise_and", 0, 1)),
    (ri.bool, ("equal", 0, 0)),
    (ri.float32, ("pow", 0, 1)),
    (ri.float32, ("copysign", 1, 0)),
]


@pytest.mark.parametrize(("dtype", "op"), NOTHING_NEEDED)
def test_what_may_be_computed_without_the_element_is_not_written_over_it(dtype, op):
    name, *values = op
    assert pairs_of(dtype, (Apply(name, tuple(values), dtype),)) == []


def test_a_sum_with_another_array_is_written_over_either():
    for dtype in (ri.int32, ri.float32):
        statements = Load(1), Apply("add", (0, 2), dtype)
        assert pairs_of(dtype, statements) == [(0, 2), (1, 2)]


def test_a_difference_from_a_sum_is_not_written_over_what_cancels():
    statements = (
        *(Load(1), Apply("add", (0, 2), ri.int32)),
        Apply("subtract", (3, 0), ri.int32),
    )
    assert pairs_of(ri.int32, statements) == [(1, 2)]


def test_a_choice_is_written_over_what_its_condition_does_not_read():
    condition = Apply("equal", (0, 1), ri.bool)
    for chosen, needed in ((0, []), (2, [(1, 2)])):
        where = Apply("where", (3, chosen, 1), ri.float32)
        assert pairs_of(ri.float32, (Load(1), condition, where)) == needed


def test_a_choice_of_two_that_need_an_element_is_written_over_it():
    condition = Apply("greater", (0, 1), ri.bool)
    half = Apply("multiply", (0, 1), ri.float32)
    where = Apply("where", (2, 0, 3), ri.float32)
    assert pairs_of(ri.float32, (condition, half, where)) == [(0, 2)]


def test_a_sum_with_no_number_is_written_over_nothing():
    statements = Literal(math.nan, ri.float32), Apply("add", (0, 2), ri.float32)
    assert pairs_of(ri.float32, statements) == []


def pairs_of(dtype, statements):
    """Of the array 0, a zero, and what is made of them and stored in the array 2."""
    arrays = (Array(dtype, (1,)),) * 3
    first = Load(0), Literal(0, dtype)
    store = Store(2, len(statements) + 1)
    return sorted(
        in_place(Nest("made", (False,), arrays, (*first, *statements, store)))
    )
