"""Nests printed as C compute what NumPy computes."""

import copy

import numpy as np
import pytest
from built_nests import built_by_cc
from hypothesis import Phase, given, note, settings
from hypothesis import strategies as st
from loop_nests import (
    every_op,
    integer_pairs,
    random_elements,
    typical,
    walk_of,
    walks,
)

import reference_impl as ri
from reference_impl.core.codegen.c_text import source
from reference_impl.core.codegen.nest import Array, Load, Nest, Store
from reference_impl.core.codegen.printer import WIDTH

COUNT = 200

# C's libraries of functions err by up to 4 units, `erfc` of float32 far out by more.
TOLERANCE = {ri.float32: 3e-6, ri.float64: 1e-14, ri.float16: 2.0**-10}
INTEGERS = [ri.int8, ri.int32, ri.uint32, ri.int64, ri.uint64]
DTYPES = [ri.float32, ri.float64, ri.float16, *INTEGERS, ri.bool]


def evaluated(walk):
    """What NumPy makes of a walk's arrays."""
    needed = copy.deepcopy(walk)
    with np.errstate(all="ignore"):
        needed.evaluate()
    return needed.memory


# One call of the compiler builds many nests, so none is made smaller after a failure.
@settings(max_examples=3, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(drawn=st.lists(walks(), min_size=6, max_size=10))
def test_a_printed_nest_computes_what_numpy_computes(drawn, tmp_path_factory):
    functions = built_by_cc([x.nest for x in drawn], tmp_path_factory.mktemp("nests"))

    for walk, function in zip(drawn, functions, strict=True):
        note(source(walk.nest).text)
        needed = evaluated(walk)
        walk.call(function, parts=2)
        for came, right in zip(walk.memory, needed, strict=True):
            np.testing.assert_array_equal(came, right)


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    """Functions that compute every op, one for each dtype."""
    nests = [every_op(dtype)[1] for dtype in DTYPES]
    functions = built_by_cc(nests, tmp_path_factory.mktemp("ops"))
    return dict(zip(DTYPES, functions, strict=True))


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_every_elementwise_op_computes_what_numpy_computes(library, dtype, rng):
    names, nest = every_op(dtype)
    walk = walk_of(nest, [COUNT], [random_elements(dtype, COUNT, rng) for _ in "xy"])
    needed = evaluated(walk)

    walk.call(library[dtype])

    for name, came, right in zip(names, walk.memory[2:], needed[2:], strict=True):
        tolerance = TOLERANCE.get(came.dtype, 0)
        np.testing.assert_allclose(
            came.astype(float), right.astype(float), tolerance, tolerance, err_msg=name
        )


@pytest.mark.parametrize("dtype", INTEGERS, ids=str)
def test_integers_are_shifted_and_divided_however_large_the_operands(library, dtype):
    names, nest = every_op(dtype)
    x, y = integer_pairs(dtype)
    walk = walk_of(nest, [x.size], [x, y])
    needed = evaluated(walk)

    walk.call(library[dtype])

    for name, came, right in zip(names, walk.memory[2:], needed[2:], strict=True):
        np.testing.assert_array_equal(came, right, err_msg=name)


@pytest.mark.parametrize("dtype", [ri.float16, ri.bfloat16], ids=str)
def test_a_16_bit_float_is_rounded_as_numpy_rounds(dtype, tmp_path):
    arrays = [Array(each, (1,)) for each in (dtype, ri.float32, ri.float32, dtype)]
    statements = (Load(0), Load(1), Store(2, 0), Store(3, 1))
    nest = Nest("halves", (False,), tuple(arrays), statements)
    with np.errstate(invalid="ignore", over="ignore"):
        every = np.arange(1 << 16).astype(np.uint16).view(dtype)
        wide = every.astype(np.float32)
        between = np.append((wide[:-1] + wide[1:]) / 2, np.float32(1))
    walk = walk_of(nest, [every.size], [every, between])

    walk.call(built_by_cc([nest], tmp_path)[0])

    np.testing.assert_array_equal(walk.memory[2], wide)
    with np.errstate(over="ignore"):
        needed = between.astype(dtype).astype(np.float32)
    np.testing.assert_array_equal(walk.memory[3].astype(np.float32), needed)


def test_lines_fit_the_page():
    texts = [source(nest).text for nest in typical().values()]
    texts += [source(every_op(dtype)[1]).text for dtype in (ri.float32, ri.int64)]

    assert max(len(line) for text in texts for line in text.splitlines()) <= WIDTH


def test_a_text_reads_as_if_a_person_wrote_it():
    text = source(typical()["sum_of_squares"]).text

    assert (
        text.split("(int64_t *args", 1)[1]
        == """\
, int64_t begin, int64_t end) {
    /* y0[i0] = sum_i1(square(x0[i0, i1])) */
    const float *restrict x0 = (const float *)args[0];
    float *restrict y0 = (float *)args[1];
    const int64_t n1 = args[2];
    const int64_t x0_s0 = args[3];

    for (int64_t i0 = begin; i0 < end; i0++) {
        int64_t x0_i0 = i0 * x0_s0;
        float v2 = 0.0f;
        for (int64_t b1 = 0; b1 < n1; b1 += 4096) {
            float p2 = 0.0f;
            for (int64_t i1 = b1; i1 < (b1 + 4096 < n1 ? b1 + 4096 : n1); i1++) {
                float v0 = x0[x0_i0 + i1];
                float v1 = v0 * v0;
                p2 = p2 + v1;
            }
            v2 = v2 + p2;
        }
        y0[i0] = v2;
    }
}
"""
    )
