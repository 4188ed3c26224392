"""No elements, and no axes: an axis of size zero is an axis, a scalar one element."""

from dataclasses import replace

import numpy as np
import pytest
from laws.edges.comparison import OF_FLOATS, arity, assert_same, slope
from laws.sampling import cases, chosen

import reference_impl as ri
from reference_impl.core.dtype import FLOATING, bool_
from reference_impl.core.tensor import variable
from reference_impl.core.walk import pullback


def without(size, sample):
    """The sample with nothing along every axis of one size."""
    cut = (
        array[tuple(slice(0 if n == size else n) for n in array.shape)]
        for array in sample.arrays
    )
    return replace(sample, arrays=tuple(cut))


# Attributes that fit every size; others, such as slices, were made for one.
SIZELESS = {"axes", "axis", "keepdims", "descending", "dtype", "order", "upper"}

# Primitives whose public functions see to it that there are elements.
GUARDED = {"last_writer", "previous_writer"}


def can_be_empty(sample):
    """Whether an axis of size 0 makes sense: no attribute counts elements."""
    return sample.op.name not in GUARDED and sample.attrs.keys() <= SIZELESS


@pytest.fixture(**cases([ri.float64], where=can_be_empty))
def emptied_sample(request, rng):
    return chosen(request.param, rng)


def test_an_op_on_no_elements_keeps_its_promises_or_refuses(emptied_sample):
    for size in {size for array in emptied_sample.arrays for size in array.shape}:
        sample = without(size, emptied_sample)
        try:
            eager = sample.apply(sample.tensors)
        except ri.MappingError:
            continue
        symbols = ri.capture(sample.apply, sample.tensors).outputs
        replayed = ri.compile(sample.apply)(sample.tensors)
        variables = [variable(sample.tensors[i]) for i in sample.inexact]
        outs = sample.apply_inexact(variables)
        gradients = pullback(outs, [ri.zeros_like(x) for x in outs], variables)

        for x, symbol, again in zip(eager, symbols, replayed, strict=True):
            assert (x.shape, x.dtype) == (symbol.shape, symbol.dtype)
            np.testing.assert_array_equal(again.numpy(), x.numpy())
        assert [x.shape for x in gradients] == [x.shape for x in variables]


@pytest.mark.parametrize("shape", [(0,), (2, 0, 3), ()], ids=str)
@pytest.mark.parametrize("op", OF_FLOATS, ids=lambda op: op.name)
def test_elementwise_ops_take_no_elements_and_no_axes(op, shape, rng):
    line = rng.uniform(*op.domain, size=(arity(op), 1))
    operands = [np.resize(x, shape) for x in line]

    out = op(*map(ri.tensor, operands))

    assert out.shape == shape
    if shape == ():
        assert out.numpy() == op(*map(ri.tensor, line)).numpy()[0]
    if out.dtype != bool_:
        assert slope(op, *operands).shape == shape


REDUCTIONS = {
    "sum": np.sum,
    "prod": np.prod,
    "mean": np.mean,
    "max": np.max,
    "min": np.min,
    "var": np.var,
    "std": np.std,
    "norm": lambda x, axis: np.sqrt(np.sum(x * x, axis)),
    "logsumexp": lambda x, axis: np.log(np.sum(np.exp(x), axis)),
}


@pytest.mark.parametrize("axis", [None, 0, 1, 2], ids=str)
@pytest.mark.parametrize("name", REDUCTIONS)
@pytest.mark.filterwarnings("ignore:(Mean of empty|Degrees of freedom):RuntimeWarning")
def test_reductions_of_nothing_are_those_of_numpy(name, axis):
    x = np.zeros((2, 0, 3))

    def reduced(x):
        return getattr(ri, name)(x, axis=axis)

    try:
        needed = REDUCTIONS[name](x, axis=axis)
    except ValueError:
        with pytest.raises(ri.ShapeError, match=f"^{name}: at least one element"):
            reduced(ri.tensor(x))
    else:
        assert_same(reduced(ri.tensor(x)), needed)
        assert slope(reduced, x).shape == x.shape


@pytest.mark.parametrize("name", REDUCTIONS)
@pytest.mark.parametrize("dtype", FLOATING, ids=str)
def test_a_reduction_takes_a_tensor_without_axes_for_one_element(name, dtype):
    function, x = getattr(ri, name), np.asarray(0.75, dtype)
    needed = function(ri.tensor(x.reshape(1))).numpy()

    assert_same(function(ri.tensor(x)), needed)
    assert_same(function(ri.tensor(x), axis=()), needed)


FAMILIES = {
    "sort": (ri.sort, np.sort),
    "argsort": (ri.argsort, np.argsort),
    "flip": (ri.flip, np.flip),
    "cumulative_sum": (lambda x: ri.cumulative_sum(x, axis=1), lambda x: x.cumsum(1)),
    "cumulative_prod": (
        lambda x: ri.cumulative_prod(x, axis=1),
        lambda x: x.cumprod(1),
    ),
    "diff": (ri.diff, np.diff),
    "roll": (lambda x: ri.roll(x, 1, axis=1), lambda x: np.roll(x, 1, 1)),
    "softmax": (lambda x: ri.softmax(x, axis=1), np.copy),
    "log_softmax": (lambda x: ri.log_softmax(x, axis=1), np.copy),
    "concat": (lambda x: ri.concat([x, x]), lambda x: np.concatenate([x, x])),
    "stack": (lambda x: ri.stack([x, x]), lambda x: np.stack([x, x])),
    "repeat": (lambda x: ri.repeat(x, 2, axis=1), lambda x: np.repeat(x, 2, 1)),
    "tile": (lambda x: ri.tile(x, 2), lambda x: np.tile(x, 2)),
    "pad": (lambda x: ri.pad(x, 1), lambda x: np.pad(x, 1)),
    "reshape": (lambda x: ri.reshape(x, (3, 0)), lambda x: x.reshape(3, 0)),
    "flatten": (ri.flatten, np.ravel),
    "tril": (ri.tril, np.tril),
    "getitem": (lambda x: x[:, 1:], lambda x: x[:, 1:]),
    "matmul": (lambda x: x @ x.mT, lambda x: x @ x.swapaxes(1, 2)),
    "inner matmul": (lambda x: x.mT @ x, lambda x: x.swapaxes(1, 2) @ x),
    "einsum": (lambda x: ri.einsum("bij->j", x), lambda x: x.sum((0, 1))),
}


@pytest.mark.parametrize(("ours", "numpys"), FAMILIES.values(), ids=FAMILIES)
def test_an_axis_of_size_zero_is_an_axis_for_every_family(ours, numpys):
    x = np.zeros((2, 0, 3))

    assert_same(ours(ri.tensor(x)), numpys(x))
    assert_same(ri.compile(lambda x: ours(x))(ri.tensor(x)), numpys(x))
    if numpys(x).dtype.kind == "f":
        assert slope(ours, x).shape == x.shape
