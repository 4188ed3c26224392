"""The five tables of layers mirror each other, and name what the strategies draw."""

import ast

import pytest
from random_models.kinds import KINDS
from random_models.refusals import REFUSALS, always
from random_models.worker import LAYERS

from adapters.contract import FRAMEWORKS

OWN = ("reduce_all", "differentiated")


def public_names(framework):
    found = []
    for node in ast.parse((LAYERS / f"{framework}.py").read_text()).body:
        if isinstance(node, ast.FunctionDef):
            found.append(node.name)
        elif isinstance(node, ast.Assign):
            found += [target.id for target in node.targets]
    return [name for name in found if not name.startswith("_")]


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_a_table_has_every_kind_in_the_order_of_the_kinds(framework):
    kinds = [name for name in public_names(framework) if name not in OWN]
    refused = {
        kind
        for refusal in REFUSALS
        if refusal.framework == framework and refusal.when is always
        for kind in refusal.kinds
    }

    assert kinds == [kind for kind in KINDS if kind not in refused]
    assert set(OWN) <= set(public_names(framework))


def test_refusals_name_kinds_and_frameworks():
    assert {kind for refusal in REFUSALS for kind in refusal.kinds} <= set(KINDS)
    assert {refusal.framework for refusal in REFUSALS} <= set(FRAMEWORKS)
