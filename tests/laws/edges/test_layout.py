"""Layouts in memory: strides, order and repetition change no result."""

import numpy as np
import pytest
from laws.edges.comparison import ELEMENTWISE, OF_FLOATS, arity, assert_same
from laws.sampling import cases, chosen

import reference_impl as ri
from reference_impl.core.tensor import known, variable
from reference_impl.core.walk import pullback

# Another layout in memory may change the order in which a few elements are summed.
LAYOUT_TOLERANCE = 64 * np.finfo(np.float64).eps


@pytest.fixture(**cases([ri.float64]))
def plain_sample(request, rng):
    return chosen(request.param, rng)


def spread(x):
    """The same elements, every second one of a larger array, read backwards."""
    if not x.ndim:
        return x
    wide = np.zeros((*x.shape[:-1], 2 * x.shape[-1]), x.dtype)
    wide[..., ::-2] = x
    return wide[..., ::-2]


def read_only(x):
    view = x.view()
    view.flags.writeable = False
    return view


LAYOUTS = {"Fortran": np.asfortranarray, "spread": spread, "read-only": read_only}


def value_and_gradients(sample, inputs, g):
    variables = [variable(inputs[i]) for i in sample.inexact]
    outs = sample.apply_inexact(variables, inputs)
    return [x.numpy() for x in (*outs, *pullback(outs, g, variables))]


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
def test_the_layout_in_memory_changes_no_result(plain_sample, layout, rng):
    g = plain_sample.cotangents(rng)
    laid = [known(layout(array)) for array in plain_sample.arrays]

    came = value_and_gradients(plain_sample, laid, g)

    needed = value_and_gradients(plain_sample, plain_sample.tensors, g)
    for x, y in zip(came, needed, strict=True):
        np.testing.assert_allclose(x, y, rtol=LAYOUT_TOLERANCE, atol=LAYOUT_TOLERANCE)


@pytest.mark.parametrize("op", ELEMENTWISE, ids=lambda op: op.name)
def test_one_number_repeated_without_memory_is_as_good_as_copies(op, rng):
    dtype = ri.float64 if op in OF_FLOATS else ri.int64
    numbers = rng.uniform(*op.domain, size=arity(op)).astype(dtype)
    repeated = [np.broadcast_to(number, (3, 5000)) for number in numbers]

    out = op(*map(known, repeated))

    assert_same(out, op(*(known(x.copy()) for x in repeated)).numpy())
