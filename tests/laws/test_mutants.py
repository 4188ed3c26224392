"""The laws themselves are tested: they notice every mistake planted in a rule.

A law that cannot fail proves nothing. Here each op's rules are spoiled in turn, as a
tired person would: a sign is wrong, a term is missing, a factor is off by a thousandth,
an axis is turned round. Each time the laws must fail.
"""

import numpy as np
import pytest
from laws.sampling import cases, chosen
from laws.test_derivative import (
    test_jvp_and_vjp_are_adjoint as adjoint_law,
)
from laws.test_derivative import (
    test_vjp_equals_finite_differences as difference_law,
)

import reference_impl as ri


def turned(g):
    """The elements in the opposite order."""
    return ri.flip(g.reshape(-1), axis=0).reshape(*g.shape)


SPOILED = {
    "sign": lambda g: -g,
    "term": lambda g: None,
    "factor": lambda g: g * 1.001,
    "order": turned,
}


@pytest.fixture(**cases([ri.float64]))
def op_and_sample(request, rng):
    sample = chosen(request.param, rng)
    return sample.op, sample


def is_visible(g, mistake):
    """Whether a mistake changes anything: zero has no sign, one element no order."""
    if g is None or not np.any(g.numpy()):
        return False
    spoiled = SPOILED[mistake](g)
    return spoiled is None or not np.array_equal(spoiled.numpy(), g.numpy())


def spoiled_at(rule, position, mistake):
    """A rule with a mistake in one of its results."""

    def wrong(*args, **options):
        found = rule(*args, **options)
        if not isinstance(found, (tuple, list)):
            return SPOILED[mistake](found)
        parts = list(found)
        parts[position] = SPOILED[mistake](parts[position])
        return tuple(parts)

    return wrong


def seed():
    return np.random.default_rng(1)


@pytest.mark.parametrize("mistake", SPOILED)
def test_a_mistake_in_a_reverse_rule_breaks_a_law(op_and_sample, mistake, monkeypatch):
    op, sample = op_and_sample
    right, rule = sample.vjp(sample.cotangents(seed())), op.vjp

    for position, g in enumerate(right):
        if is_visible(g, mistake):
            monkeypatch.setattr(op, "vjp", spoiled_at(rule, position, mistake))
            with pytest.raises(AssertionError):
                difference_law(sample, seed())
            with pytest.raises(AssertionError):
                adjoint_law(sample, seed())


@pytest.mark.parametrize("mistake", SPOILED)
def test_a_mistake_in_a_forward_rule_breaks_a_law(op_and_sample, mistake, monkeypatch):
    op, sample = op_and_sample
    right, rule = sample.jvp(sample.tangents(seed())), op.jvp

    for position, t in enumerate(right):
        if is_visible(t, mistake):
            monkeypatch.setattr(op, "jvp", spoiled_at(rule, position, mistake))
            with pytest.raises(AssertionError):
                adjoint_law(sample, seed())
