"""Nests printed as Python compute what NumPy computes, a vector at a time."""

import copy

import numpy as np
import pytest
from built_nests import built, has_vectors
from hypothesis import Phase, given, note, settings
from loop_nests import (
    every_op,
    integer_pairs,
    random_elements,
    typical,
    walk_of,
    walks,
)

import reference_impl as ri
from reference_impl.core.codegen import elementary, language, scalars
from reference_impl.core.codegen.nest import Array, Literal, Load, Nest, Reduce, Store
from reference_impl.core.codegen.printer import BLOCK, WIDTH, wrapped
from reference_impl.core.codegen.python_text import MODULES, source

# Some functions of C's library err by 2 units, NumPy's by as many to the other side.
TOLERANCE = {ri.float32: 1e-6, ri.float64: 1e-14}

COUNT = 200


def evaluated(walk):
    """What NumPy makes of a walk's arrays."""
    needed = copy.deepcopy(walk)
    with np.errstate(all="ignore"):
        needed.evaluate()
    return needed.memory


# Every nest takes a build of 0.2 s, so none is made smaller after a failure.
@settings(max_examples=15, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(walks())
def test_a_printed_nest_computes_what_numpy_computes(walk):
    note(source(walk.nest).text)
    needed = evaluated(walk)

    walk.call(built(walk.nest).call, parts=2)

    for came, right in zip(walk.memory, needed, strict=True):
        np.testing.assert_array_equal(came, right)


@pytest.mark.parametrize(
    "dtype",
    [ri.float32, ri.float64, ri.bfloat16, ri.int8, ri.int64, ri.uint64, ri.bool],
    ids=str,
)
def test_every_elementwise_op_computes_what_numpy_computes(dtype, rng):
    names, nest = every_op(dtype)
    walk = walk_of(nest, [COUNT], [random_elements(dtype, COUNT, rng) for _ in "xy"])
    needed = evaluated(walk)

    walk.call(built(nest).call)

    for name, came, right in zip(names, walk.memory[2:], needed[2:], strict=True):
        tolerance = TOLERANCE.get(came.dtype, 0)
        if came.dtype == ri.bfloat16:  # rounded alike, unless near the middle
            tolerance = 2.0**-8
        np.testing.assert_allclose(
            came.astype(float), right.astype(float), tolerance, tolerance, err_msg=name
        )


@pytest.mark.parametrize(
    "dtype", [ri.int8, ri.int32, ri.uint32, ri.int64, ri.uint64], ids=str
)
def test_integers_are_shifted_and_divided_however_large_the_operands(dtype):
    names, nest = every_op(dtype)
    x, y = integer_pairs(dtype)
    walk = walk_of(nest, [x.size], [x, y])
    needed = evaluated(walk)

    walk.call(built(nest).call)

    for name, came, right in zip(names, walk.memory[2:], needed[2:], strict=True):
        np.testing.assert_array_equal(came, right, err_msg=name)


@pytest.mark.parametrize("name", typical())
def test_a_typical_kernel_works_on_vectors(name):
    assert has_vectors(built(typical()[name]).assembly)


@pytest.mark.parametrize("name", typical())
def test_a_typical_kernel_computes_what_numpy_computes(name, rng):
    nest = typical()[name]
    sizes = [3, 37][: len(nest.reduced)] if len(nest.reduced) < 3 else [2, 5, 37]
    walk = walk_of(nest, sizes, rng=rng)
    needed = evaluated(walk)

    walk.call(built(nest).call)

    for came, right in zip(walk.memory, needed, strict=True):
        np.testing.assert_allclose(came, right, rtol=1e-5, atol=1e-6)


def test_a_float32_sum_is_about_as_exact_as_one_by_pairs(rng):
    nest = typical()["sum_of_rows"]
    walk = walk_of(nest, [1, 100_000], rng=rng)
    x, y = walk.memory
    x[:] = abs(x)

    walk.call(built(nest).call)

    # By pairs the error is some 1e-7, one by one 1e-5.
    np.testing.assert_allclose(y, x.sum(dtype=np.float64), rtol=1e-6)


@pytest.mark.parametrize("count", [0, 1, BLOCK - 1, BLOCK, 3 * BLOCK + 5])
def test_a_sum_of_blocks_is_that_of_all(count):
    nest = typical()["sum_of_rows"]
    walk = walk_of(nest, [2, count], [np.full(2 * count, 0.1, np.float32)])

    walk.call(built(nest).call)

    # Equal numbers are rounded alike each time, which is the worst that can happen.
    np.testing.assert_allclose(walk.memory[1], np.float32(0.1) * count, rtol=1e-5)


def test_the_maximum_of_what_holds_a_nan_is_nan(rng):
    nest = typical()["max_over_rows"]
    walk = walk_of(nest, [2, 37], rng=rng)
    walk.memory[0][40] = np.nan

    walk.call(built(nest).call)

    np.testing.assert_array_equal(np.isnan(walk.memory[1]), [False, True])


@pytest.mark.parametrize("dtype", [ri.float16, ri.bfloat16], ids=str)
def test_a_16_bit_float_is_rounded_as_numpy_rounds(dtype, rng):
    arrays = (Array(ri.float32, (1,)), Array(dtype, (1,)))
    nest = Nest("rounded", (False,), arrays, (Load(0), Store(1, 0)))
    with np.errstate(invalid="ignore", over="ignore"):
        every = np.arange(1 << 16).astype(np.uint16).view(dtype).astype(np.float32)
        between = (every[:-1] + every[1:]) / 2
        values = np.concatenate(
            [every, between, np.nextafter(between, 0), [1e38, 1e-9]]
        )
    values = values.astype(np.float32)
    walk = walk_of(nest, [values.size], [values])

    walk.call(built(nest).call)

    with np.errstate(over="ignore"):
        needed = values.astype(dtype).astype(np.float32)
    np.testing.assert_array_equal(walk.memory[1].astype(np.float32), needed)


def test_a_16_bit_sum_is_not_rounded_on_its_way():
    arrays = (Array(ri.float16, (0, 1)), Array(ri.float32, (None, 0)))
    nest = Nest(
        "sum",
        (False, True),
        arrays,
        (Load(0), Reduce("sum", 0, ri.float32), Store(1, 1)),
    )
    walk = walk_of(nest, [1, 5000], [np.ones(5000, np.float16)])

    walk.call(built(nest).call)

    assert walk.memory[1] == 5000  # float16 ends counting at 2048


def test_integers_wrap():
    arrays = (Array(ri.int8, (0, 1)), Array(ri.int8, (None, 0)))
    nest = Nest(
        "sum", (False, True), arrays, (Load(0), Reduce("sum", 0, ri.int8), Store(1, 1))
    )
    walk = walk_of(nest, [1, 3], [np.array([100, 100, 100], np.int8)])

    walk.call(built(nest).call)

    assert walk.memory[1] == 300 - 256


def test_an_empty_part_writes_nothing():
    nest = typical()["sum_of_rows"]
    walk = walk_of(nest, [3, 5])
    walk.memory[1][:] = 7

    walk.call(built(nest).call, parts=5)  # some of which are empty
    written = walk.memory[1].copy()
    walk.memory[1][:] = 7
    words = walk.arguments()
    built(nest).call(words.ctypes.data_as(built(nest).call.argtypes[0]), 2, 2)

    assert (written != 7).all()
    assert (walk.memory[1] == 7).all()


@pytest.mark.parametrize("value", [0.1, -2.5e-30, np.inf, -np.inf, np.nan, 1 / 3])
@pytest.mark.parametrize("dtype", [ri.float16, ri.bfloat16, ri.float32, ri.float64])
def test_a_literal_is_the_number_nearest_to_it(value, dtype):
    nest = Nest(
        "number", (False,), (Array(dtype, (1,)),), (Literal(value, dtype), Store(0, 0))
    )
    line = next(x for x in source(nest).text.splitlines() if "store(y0" in x)
    text = line.split(", ", 3)[3].removesuffix(")")

    printed = eval(text, {"np": np})

    nearest = np.asarray(value, dtype).astype(float)
    np.testing.assert_array_equal(float(printed.astype(dtype)), nearest)


def test_lines_fit_the_page():
    texts = [source(nest).text for nest in typical().values()]
    texts += [source(every_op(dtype)[1]).text for dtype in (ri.float32, ri.int64)]

    for text in texts:
        compile(text.replace("{name}", "f"), "text", "exec")
        assert max(map(len, text.splitlines())) <= WIDTH


def test_a_line_is_broken_inside_of_the_parentheses_around_all_of_it():
    long = "v1 = first(" + "x" * 40 + ") if condition else second(" + "y" * 40 + ")"

    whole, two = "\n".join(wrapped(f"f({long[5:]})", "")), "\n".join(wrapped(long, ""))

    assert whole.startswith("f(\n")
    assert two.startswith("v1 = (\n")
    compile(two, "text", "exec")


def test_equal_nests_are_one_source_and_different_ones_two():
    rows, largest = typical()["sum_of_rows"], typical()["max_over_rows"]

    assert source(rows) == source(copy.deepcopy(rows))
    assert source(rows).name != source(largest).name


def test_a_text_reads_as_if_a_person_wrote_it():
    text = source(typical()["sum_of_squares"]).text

    assert (
        text.split("(args", 1)[1]
        == '''\
, begin, end):
    """y0[i0] = sum_i1(square(x0[i0, i1]))"""
    x0 = array(args, 0, "float32")
    y0 = array(args, 1, "float32")
    n1 = args[2]
    x0_s0 = args[3]

    for i0 in range(begin, end):
        x0_i0 = i0 * x0_s0
        v2 = np.float32(0)
        for b1 in range(0, n1, 4096):
            p2 = np.float32(0)
            for i1 in range(b1, min(b1 + 4096, n1)):
                v0 = load(x0, 0, x0_i0 + i1)
                v1 = v0 * v0
                p2 = plus(p2, v1)
            v2 = v2 + p2
        store(y0, 1, i0, v2)
'''
    )


def test_what_texts_import_is_there():
    for module in (elementary, language, scalars):
        for name in MODULES[module.__name__.rpartition(".")[2]]:
            assert callable(getattr(module, name))
