"""An op that is captured and replayed does what it does eagerly."""

import pytest
from compiled import assert_as_eager

import reference_impl as ri
from reference_impl.core import tree
from reference_impl.core.replay import Program
from reference_impl.core.tensor import variable
from reference_impl.core.walk import pullback, pushforward


def assert_equal_bits(came, needed):
    assert (came.shape, came.dtype) == (needed.shape, needed.dtype)
    assert came.numpy().tobytes() == needed.numpy().tobytes()


def replayed(function, *args):
    """What the rules of the captured nodes compute, one after the other."""
    graph = ri.capture(function, *args)
    given = [ri.tensor(x).data for x in tree.flatten(args)[0] if not isinstance(x, int)]
    arrays = Program(graph).run(given)
    return tree.unflatten(graph.structure, [ri.tensor(x) for x in arrays])


def test_a_symbol_has_the_shape_and_dtype_of_the_eager_result(sample):
    symbols = ri.capture(sample.apply, sample.tensors).outputs

    for symbol, eager in zip(symbols, sample.apply(sample.tensors), strict=True):
        assert (symbol.shape, symbol.dtype) == (eager.shape, eager.dtype)


def test_a_replay_computes_the_eager_result_bit_for_bit(sample):
    eager = sample.apply(sample.tensors)

    tree.map(assert_equal_bits, replayed(sample.apply, sample.tensors), eager)


def test_compiled_an_op_computes_the_eager_result(sample):
    assert_as_eager(
        ri.compile(sample.apply)(sample.tensors), sample.apply(sample.tensors)
    )


@pytest.fixture
def derivatives(inexact_sample, rng):
    """The derivatives of an op by both walks, and what they take."""
    sample = inexact_sample

    def walks(inputs, g, tangents):
        variables = [variable(inputs[i]) for i in sample.inexact]
        out = sample.apply_inexact(variables, inputs)
        down = pullback(out, g, variables)
        return down, pushforward(out, variables, tangents)

    tangents = [t for t in sample.tangents(rng) if t is not None]
    return walks, (sample.tensors, sample.cotangents(rng), tangents)


def test_a_replayed_derivative_has_the_bits_of_the_eager_one(derivatives):
    function, args = derivatives

    tree.map(assert_equal_bits, replayed(function, *args), function(*args))


def test_compiled_a_derivative_is_the_eager_one(derivatives):
    function, args = derivatives
    if args[0][0].dtype != ri.float64:
        pytest.skip("the text of a kernel names its dtype, and is the same else")

    assert_as_eager(ri.compile(function)(*args), function(*args))


# Its derivative is an error, so that no domain has it.
@pytest.mark.parametrize(
    "factors",
    [lambda x: ri.svd(x, full_matrices=True), lambda x: ri.qr(x, mode="complete")],
    ids=["svd", "qr"],
)
@pytest.mark.parametrize("shape", [(4, 2), (2, 4), (3, 3)], ids=str)
def test_a_symbol_of_a_completed_basis_has_its_shape(factors, shape, rng):
    x = ri.tensor(rng.normal(size=shape))

    symbols = ri.capture(factors, x).outputs

    assert [out.shape for out in factors(x)] == [out.shape for out in symbols]
