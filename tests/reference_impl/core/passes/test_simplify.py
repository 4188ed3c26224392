import numpy as np
import pytest
from hypothesis import given, settings
from passes_checks import (
    assert_close,
    assert_same_bits,
    captured,
    drawn,
    ops,
    special,
)
from random_graphs import programs

import reference_impl as ri
from reference_impl.core.passes.rewrite import made
from reference_impl.core.passes.simplify import IDENTITIES, simplify


@settings(max_examples=100, deadline=None)
@given(programs())
def test_values_stay(program):
    graph = ri.capture(program, *program.arguments())
    after = simplify(graph)

    assert_close(graph, after)
    assert_close(graph, after, special(graph))
    assert simplify(after) is after


def one(x):
    return ri.tensor(1.0, dtype=x.dtype)


# Functions of (3, 4) or of two of them, and what remains of them.
SIMPLER = {
    "x * 1": (lambda x, y: x * 1.0, {}),
    "1 * x": (lambda x, y: 1.0 * x, {}),
    "x * -1": (lambda x, y: x * -1.0, {"negative": 1}),
    "x / 1": (lambda x, y: x / 1.0, {}),
    "x / 8": (lambda x, y: x / 8.0, {"multiply": 1}),
    "x / -1": (lambda x, y: x / -1.0, {"negative": 1}),
    "1 / x": (lambda x, y: 1.0 / x, {"reciprocal": 1}),
    "x - 0": (lambda x, y: x - 0.0, {}),
    "x + -0": (lambda x, y: x + -0.0, {}),
    "-0 + x": (lambda x, y: -0.0 + x, {}),
    "-0 - x": (lambda x, y: -0.0 - x, {"negative": 1}),
    "x + -y": (lambda x, y: x + -y, {"subtract": 1}),
    "-x + y": (lambda x, y: -x + y, {"subtract": 1}),
    "x - -y": (lambda x, y: x - -y, {"add": 1}),
    "minus minus": (lambda x, y: ri.negative(-x), {}),
    "abs of abs": (lambda x, y: ri.abs(ri.abs(x)), {"abs": 1}),
    "abs of minus": (lambda x, y: ri.abs(-x), {"abs": 1}),
    "square of minus": (lambda x, y: ri.square(-x), {"square": 1}),
    "cos of minus": (lambda x, y: ri.cos(-x), {"cos": 1}),
    "relu of relu": (lambda x, y: ri.relu(ri.relu(x)), {"relu": 1}),
    "maximum of one": (lambda x, y: ri.maximum(x, x), {}),
    "choice of one": (lambda x, y: ri.where(y > 0.0, x, x), {}),
    "power of one": (lambda x, y: ri.pow(x, ri.broadcast_to(one(x), (3, 4))), {}),
    "stop_gradient": (lambda x, y: ri.stop_gradient(x), {}),
    "wider and back": (lambda x, y: x.astype("complex128").astype("bool"), None),
    "reshaped twice": (
        lambda x, y: ri.reshape(ri.reshape(x, (2, 6)), (12,)),
        {"reshape": 1},
    ),
    "reshaped back": (lambda x, y: ri.reshape(ri.reshape(x, (12,)), (3, 4)), {}),
    "permuted back": (lambda x, y: x.T.T, {}),
    "ones moved": (
        lambda x, y: ri.permute_dims(x[:, None], (1, 0, 2)),
        {"reshape": 1},
    ),
    "broadcast twice": (
        lambda x, y: ri.broadcast_to(ri.broadcast_to(x, (2, 3, 4)), (5, 2, 3, 4)),
        {"broadcast_to": 1},
    ),
    "broadcast not": (lambda x, y: ri.broadcast_to(x, (3, 4)), {}),
    "slice of all": (lambda x, y: x[:, 0:4], {}),
    "slice of slice": (lambda x, y: x[1:3, ::-1][-1:, 1:4:2], {"slice": 1}),
    "row of slice": (lambda x, y: x[1:3, ::-1][-1, 1:], {"slice": 1}),
    "slice of a part": (lambda x, y: ri.concat([x, y])[4:6, 1], {"slice": 1}),
    "row of a part": (lambda x, y: ri.concat([x, y])[4], {"slice": 1}),
    "flipped part": (lambda x, y: ri.concat([x, y])[5:3:-1], {"slice": 1}),
    "concat of one": (lambda x, y: ri.concat([x]), {}),
    "concat of concat": (
        lambda x, y: ri.concat([ri.concat([x, y]), x]),
        {"concat": 1},
    ),
    "joined again": (lambda x, y: ri.concat(ri.split(x, 2, axis=1), axis=1), {}),
    "one part of a split": (
        lambda x, y: ri.split(x, 2, axis=1)[1],
        {"slice": 1},
    ),
    "largest of one": (lambda x, y: ri.max(x[None], axis=0), {}),
}

# What looks like one of them, and differs in some bit, or in many.
NOT_SIMPLER = {
    "x + 0": lambda x, y: x + 0.0,
    "0 - x": lambda x, y: 0.0 - x,
    "x - -0": lambda x, y: x - (-0.0),
    "x * 0": lambda x, y: x * 0.0,
    "x / 3": lambda x, y: x / 3.0,
    "x - x": lambda x, y: x - x,
    "-(x - y)": lambda x, y: -(x - y),
    "narrower and back": lambda x, y: x.astype("float32").astype("float64"),
    "sum of one": lambda x, y: ri.sum(x[:1], axis=0),
}


@pytest.mark.parametrize("name", SIMPLER)
def test_a_rule_keeps_every_bit_of_special_values_and_does_its_job(name):
    function, remains = SIMPLER[name]
    graph = captured(function, (3, 4), (3, 4))
    after = simplify(graph)

    if remains is not None:
        assert ops(after) == remains
    assert sum(ops(after).values()) <= sum(ops(graph).values())
    assert_same_bits(graph, after, drawn(graph)[:2])
    for seed in range(8):
        assert_same_bits(graph, after, special(graph, seed))


@pytest.mark.parametrize("name", NOT_SIMPLER)
def test_what_differs_in_some_bit_stays(name):
    graph = captured(NOT_SIMPLER[name], (3, 4), (3, 4))

    assert simplify(graph) is graph


@pytest.mark.parametrize("dtype", [ri.float16, ri.bfloat16, ri.float32], ids=str)
@pytest.mark.parametrize("name", ["x / 8", "x + -0", "x * 1", "x - -y"])
def test_rules_hold_in_narrow_dtypes(name, dtype):
    graph = captured(SIMPLER[name][0], (3, 4), (3, 4), dtype=dtype)
    after = simplify(graph)

    assert ops(after) == SIMPLER[name][1]
    assert_same_bits(graph, after)


def test_an_integer_has_one_zero_and_is_never_divided_by_a_product():
    graph = captured(
        lambda x: [x + 0, 0 + x, x - 0, x * 1, 0 - x, x // 2], (3,), dtype=ri.int64
    )

    assert ops(simplify(graph)) == {"negative": 1, "floor_divide": 1}


@pytest.mark.parametrize(
    ("dtype", "wide", "is_exact"),
    [
        ("int8", "bfloat16", True),
        ("int16", "float32", True),
        ("int32", "float32", False),
        ("uint32", "float64", True),
        ("int64", "float64", False),
        ("uint64", "float64", False),
    ],
)
def test_an_integer_comes_back_from_an_inexact_dtype_that_holds_its_digits(
    dtype, wide, is_exact
):
    graph = captured(
        lambda x: x.astype(wide).astype(dtype), (3,), dtype=getattr(ri, dtype)
    )
    after = simplify(graph)
    digits = np.iinfo(dtype).bits - 2

    assert ("astype" not in ops(after)) == is_exact
    assert_same_bits(graph, after, [np.array([1, 2**digits + 1, 0], dtype)])


def test_complex_products_stay():
    graph = captured(lambda x: [x * 1.0, x / 2.0], (3,), dtype=ri.complex128)

    assert ops(simplify(graph)) == ops(graph)


@pytest.mark.parametrize("number", [2.0**15, 2.0**-20, 0.0, np.inf, np.nan])
def test_a_quotient_by_another_number_stays(number):
    graph = captured(lambda x: x / number, (3,))

    assert simplify(graph) is graph


# A square is rounded once; a power of a library may err by a unit in the last place.
POWER = 2.0**-52


def test_a_power_of_two_is_a_square():
    graph = captured(lambda x: ri.pow(x, ri.broadcast_to(one(x) * 2.0, (3,))), (3,))
    after = simplify(graph)

    assert ops(after) == {"square": 1}
    assert_close(graph, after, tolerance=4 * POWER)


def test_what_is_sliced_where_it_was_placed_is_there():
    slices = ((1, 3, 1), (0, 4, 2))
    graph = captured(
        lambda x: made(
            "slice", made("place", x, slices=slices, shape=(5, 4)), slices=slices
        ),
        (2, 2),
    )

    assert simplify(graph).outputs[0] is graph.inputs[0]


def test_rules_reach_the_bodies_of_loops():
    graph = captured(
        lambda h, x: ri.scan(lambda h, x: (h * 1.0 + x, None), h, x)[0], (3,), (4, 3)
    )

    assert ops(simplify(graph)) == {"scan": 1, "add": 1}


def test_rules_go_through_many_nodes_at_once():
    def function(x):
        for _ in range(20):
            x = ri.negative(-(x * 1.0)).T.T / 1.0
        return x

    graph = captured(function, (2, 3))

    assert simplify(graph).nodes() == []


def test_every_rule_is_about_an_op_that_there_is():
    for name in IDENTITIES:
        assert name in ri.core.op.PRIMITIVES
