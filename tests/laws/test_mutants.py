"""The laws themselves are tested: they notice mistakes in the source of rules.

A law that cannot fail proves nothing. Here the syntax tree of a function that a rule
consists of is changed in one place, as a tired person would: a sign is flipped, an
addend or a factor dropped, an axis swapped, the sum over stretched axes or a conjugate
forgotten, a branch always or never taken. While the function runs the code of the
changed tree, a law must fail, or the rule must not run at all.

A few mistakes of each kind are planted here, always the same ones. All of them take
most of a minute, and print who survives by file and line:

    PYTHONPATH=tests .venv/bin/python -m laws.mutation
"""

import functools
import random

import pytest
from laws.mutation.equivalent import EQUIVALENT
from laws.mutation.mutants import Mutant, mutants
from laws.mutation.verdict import noticed_by

KINDS = [
    *("sign", "addend", "factor", "axis", "call"),
    *("branch", "condition", "cotangent", "number"),
]
COUNT = 5  # of each kind


@functools.cache
def planted_ones(kind: str) -> list[Mutant]:
    found = [
        mutant
        for mutant in mutants()
        if mutant.mistake == kind and mutant.key not in EQUIVALENT
    ]
    return random.Random(20240607).sample(found, COUNT)


@pytest.mark.parametrize("number", range(COUNT))
@pytest.mark.parametrize("kind", KINDS)
def test_a_law_notices_a_mistake(kind, number):
    mutant = planted_ones(kind)[number]

    assert noticed_by(mutant), mutant


def test_a_law_notices_that_broadcasting_does_not_sum_back():
    unsummed = [
        mutant
        for mutant in mutants()
        if mutant.key[1] == "_summed_back" and mutant.mistake == "call"
    ]

    assert unsummed
    for mutant in unsummed:
        assert noticed_by(mutant), mutant
