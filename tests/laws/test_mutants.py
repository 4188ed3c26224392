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


def seed():
    return np.random.default_rng(1)


def is_visible(g, mistake):
    """Whether a mistake changes anything: zero has no sign, one element no order."""
    if g is None or not np.any(g.numpy()):
        return False
    spoiled = SPOILED[mistake](g)
    return spoiled is None or not np.array_equal(spoiled.numpy(), g.numpy())


def places(rule):
    """Fixture parameters: all results of a rule in which a mistake can be seen."""
    params, ids = [], []
    made = cases([ri.float64])
    for case, name in zip(made["params"], made["ids"], strict=True):
        sample = chosen(case, np.random.default_rng(20240607))
        for position, g in enumerate(rule(sample)):
            for mistake in SPOILED:
                if is_visible(g, mistake):
                    params.append((sample, position, mistake))
                    ids.append(f"{name}-{position}-{mistake}")
    return {"params": params, "ids": ids}


@pytest.fixture(**places(lambda sample: sample.vjp(sample.cotangents(seed()))))
def reverse_place(request):
    return request.param


@pytest.fixture(**places(lambda sample: sample.jvp(sample.tangents(seed()))))
def forward_place(request):
    return request.param


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


def test_a_mistake_in_a_reverse_rule_breaks_a_law(reverse_place, monkeypatch):
    sample, position, mistake = reverse_place
    rule = sample.op.vjp
    monkeypatch.setattr(sample.op, "vjp", spoiled_at(rule, position, mistake))

    for law in (difference_law, adjoint_law):
        with pytest.raises(AssertionError):
            law(sample, seed())


def test_a_mistake_in_a_forward_rule_breaks_a_law(forward_place, monkeypatch):
    sample, position, mistake = forward_place
    rule = sample.op.jvp
    monkeypatch.setattr(sample.op, "jvp", spoiled_at(rule, position, mistake))

    with pytest.raises(AssertionError):
        adjoint_law(sample, seed())
