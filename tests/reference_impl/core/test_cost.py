import numpy as np
import pytest

import reference_impl as ri
from reference_impl.core.cost import operations


def cost(function, *shapes):
    return operations(ri.capture(function, *map(np.zeros, shapes)))


LAWS = {
    "an element of a sum is one addition": (lambda x, y: x + y, [(3, 4)] * 2, 12),
    "a product of matrices multiplies and adds": (
        lambda x, y: x @ y,
        [(2, 3), (3, 5)],
        2 * 2 * 3 * 5,
    ),
    "every pair of a batch counts": (
        lambda x, y: x @ y,
        [(7, 2, 3), (7, 3, 5)],
        7 * 2 * 2 * 3 * 5,
    ),
    "a reduction reads every element": (ri.sum, [(3, 4)], 12),
    "what moves elements is free": (
        lambda x: ri.reshape(ri.permute_dims(x, (1, 0)), (2, 6)),
        [(3, 4)],
        0,
    ),
    "a choice is free, the comparison is not": (
        lambda x: ri.where(x > 0, x, 0),
        [(3, 4)],
        12,
    ),
    "a convolution is the product of filters and windows": (
        ri.conv,
        [(1, 3, 5, 5), (4, 3, 2, 2)],
        2 * (4 * 4) * 4 * (3 * 2 * 2),
    ),
    "a filter sees the channels of its group": (
        lambda x, w: ri.conv(x, w, groups=3),
        [(2, 6, 5, 5), (3, 2, 2, 2)],
        2 * 2 * (4 * 4) * 3 * (2 * 2 * 2),
    ),
    "a transposed convolution spreads every element by its filter": (
        lambda x, w: ri.conv_transpose(x, w, stride=2),
        [(2, 3, 5), (3, 4, 2)],
        2 * (2 * 3 * 5) * (4 * 2),
    ),
}


@pytest.mark.parametrize("law", LAWS)
def test_operations_are_those_of_the_formula(law):
    function, shapes, needed = LAWS[law]

    assert cost(function, *shapes) == needed


def test_either_gradient_of_a_convolution_costs_as_much_as_the_convolution():
    shapes = (2, 3, 7), (4, 3, 2)

    def gradient(i):
        return lambda x, w: ri.vjp(ri.conv, x, w)[1](np.ones((2, 4, 6)))[i]

    needed = cost(ri.conv, *shapes)
    assert [cost(gradient(i), *shapes) for i in (0, 1)] == [needed, needed]


def test_a_scan_counts_every_step():
    def sums(xs):
        return ri.scan(lambda carry, x: (carry + x, carry), ri.zeros(4), xs)

    assert operations(ri.capture(sums, np.zeros((5, 4), np.float32))) == 5 * 4


def test_a_branch_counts_as_the_dearer_of_two():
    def chosen(p, x):
        return ri.cond(p, lambda x: ri.exp(ri.exp(x)), lambda x: -x, x)

    assert operations(ri.capture(chosen, np.array(True), np.zeros(4))) == 2 * 4


def test_a_factorisation_is_cubic():
    graph = ri.capture(ri.qr, np.zeros((4, 3)))

    assert operations(graph) == 4 * 3 * 3
