import numpy as np
import pytest
from hypothesis import given, settings
from passes_checks import (
    assert_close,
    assert_same_bits,
    captured,
    node_of,
    ops,
    run,
    special,
)
from random_graphs import programs

import reference_impl as ri
from reference_impl.core.errors import IndexRangeError
from reference_impl.core.graph import Graph
from reference_impl.core.passes.constants import SMALL_BYTES, constants
from reference_impl.core.passes.rewrite import cut_out
from reference_impl.core.tree import flatten


def bound(function, *arrays, **free):
    """A graph in which arrays that were arguments have become constants."""
    known = [ri.tensor(array) for array in arrays]
    graph = ri.capture(function, *known, *free.values())
    count = len(known)
    fixed = dict(zip([x.serial for x in graph.inputs[:count]], known, strict=True))
    ends = {"x": graph.inputs[count:]}
    return cut_out("bound", ends, {"out": graph.outputs}, fixed)


X = np.array([0.5, -1.0, 2.0])


@settings(max_examples=60, deadline=None)
@given(programs())
def test_values_stay(program):
    graph = ri.capture(program, *program.arguments())
    after = constants(graph)

    assert_close(graph, after)
    assert_close(graph, after, special(graph))
    assert constants(after) is after


@settings(max_examples=60, deadline=None)
@given(programs())
def test_a_program_of_constants_is_computed_now(program):
    arrays = [x.numpy() for x in program.arguments()]
    graph = bound(program, *arrays)
    after = constants(graph)

    assert isinstance(after, Graph)
    assert "pick" in {x.op.name for x in after.nodes()} or not after.nodes()
    assert_close(graph, after)


def test_only_what_depends_on_inputs_remains():
    graph = bound(lambda c, x: x * ri.exp(ri.sin(c)), X, x=ri.tensor(X))
    after = constants(graph)

    assert ops(after) == {"multiply": 1}
    assert_same_bits(graph, after)


def test_a_number_that_is_repeated_stays_one_number():
    def function(c, x):
        large = ri.broadcast_to(c, (1000, 1000))
        large = ri.permute_dims(ri.exp(large) * 2.0, (1, 0))
        return x + ri.reshape(ri.where(large > 0.0, large, 1.0), (500, 2000))

    graph = bound(function, np.array(0.3), x=ri.zeros((500, 2000), dtype=ri.float64))
    after = constants(graph)
    (constant,) = after.constants()

    assert ops(after) == {"add": 1}
    assert constant.numpy().strides == (0, 0)
    assert_same_bits(graph, after)


def test_a_constant_whose_elements_are_all_the_same_becomes_one_number():
    ones = np.ones((100, 3))
    ones_but_one = ones.copy()
    ones_but_one[50] = 0.0
    for array, strides in ((ones, (0, 0)), (ones_but_one, (24, 8)), (0 * ones, (0, 0))):
        x = ri.zeros((100, 3), dtype="float64")
        graph = bound(lambda c, x: x + c, array, x=x)
        (constant,) = constants(graph).constants()

        assert constant.numpy().strides == strides
        np.testing.assert_array_equal(constant.numpy(), array)


def test_a_large_array_is_not_made_of_a_small_one():
    size = SMALL_BYTES // 8 // len(X) + 1
    graph = bound(
        lambda c, x: x + ri.concat([c[None]] * size),
        X,
        x=ri.zeros((size, 3), dtype="float64"),
    )

    after = constants(graph)

    assert ops(after)["concat"] == 1


def test_what_raises_an_error_goes_on_to_raise_it_when_the_graph_runs():
    graph = bound(lambda c, i: ri.take(c, i), X, np.array([7]))

    after = constants(graph)

    assert ops(after) == {"gather": 1}
    with pytest.raises(IndexRangeError):
        run(after, [])


def test_nothing_warns_before_the_run():
    graph = bound(lambda c: 1.0 / c, np.array([0.0, 1.0]))

    with np.errstate(all="raise"):
        assert constants(graph).nodes() == []


def test_a_loop_knows_the_elements_that_never_change():
    def function(h, x):
        ones = ri.ones((4, 3), dtype=ri.float64)
        return ri.scan(lambda h, xs: (h + xs[0] * ri.exp(xs[1]), None), h, (x, ones))

    graph = captured(function, (3,), (4, 3))
    after = constants(graph)

    assert node_of(after, "scan").attrs["slices"] == 1
    assert "exp" not in ops(constants(after))
    assert_same_bits(graph, constants(after))


def test_elements_of_every_dtype_are_folded():
    for dtype in (ri.float16, ri.bfloat16, ri.int32, ri.complex64, ri.uint8):
        x = ri.tensor(np.ones(3), dtype=dtype)
        graph = bound(lambda c, x: x * (c + c), np.ones(3, dtype), x=x)

        assert ops(constants(graph)) == {"multiply": 1}
        assert constants(graph).constants()[0].dtype == dtype


def test_the_structure_of_the_result_stays():
    graph = captured(lambda x: {"a": x + 1.0}, (3,))

    assert constants(graph).structure == flatten({"a": 0})[1]
