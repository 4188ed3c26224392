"""What is missing counts as zero, and what nobody needs may be left out.

A rule meets `None` where no tangent or cotangent flows, and it may say `None` where
none is asked for. Neither may change anything else.
"""

import itertools

import numpy as np
from laws.sampling import elements

import reference_impl as ri


def assert_same(came, needed, like):
    for each, other, x in zip(came, needed, like, strict=True):
        np.testing.assert_array_equal(elements(each, x), elements(other, x))


def without(parts, i, missing=None):
    return [*parts[:i], missing, *parts[i + 1 :]]


def test_a_missing_tangent_counts_as_zero(sample_with_several_inputs, rng):
    sample = sample_with_several_inputs
    tangents = sample.tangents(rng)

    for i in sample.inexact:
        came = sample.jvp(without(tangents, i))
        needed = sample.jvp(without(tangents, i, ri.zeros_like(tangents[i])))

        assert_same(came, needed, sample.compute())


def test_a_missing_cotangent_counts_as_zero(sample_with_several_results, rng):
    sample = sample_with_several_results
    g = sample.cotangents(rng)

    *selections, _ = itertools.product((True, False), repeat=len(g))
    for are_there in selections:  # without the last: a walk has one at least
        given = list(zip(g, are_there, strict=True))
        came = sample.vjp([x if there else None for x, there in given])
        needed = sample.vjp([x if there else ri.zeros_like(x) for x, there in given])

        assert_same(came, needed, sample.arrays)


def test_a_cotangent_asked_for_alone_is_the_same(sample_with_several_inputs, rng):
    sample = sample_with_several_inputs
    g = sample.cotangents(rng)
    whole = sample.vjp(g)

    for i in sample.inexact:
        needs = [position == i for position in range(len(sample.arrays))]
        came = sample.vjp(g, needs=needs)

        assert_same([came[i]], [whole[i]], [sample.arrays[i]])
