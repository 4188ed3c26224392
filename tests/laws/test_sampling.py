"""Nothing escapes the laws unseen."""

import copy

import pytest
from laws.sampling import WITHOUT_DOMAIN, entries

from reference_impl.core.op import PRIMITIVES


def test_an_op_without_a_domain_is_refused():
    op = copy.copy(PRIMITIVES["solve"])
    op.domain = lambda draw: []

    with pytest.raises(ValueError, match=r"^op solve: its domain must have an entry"):
        entries(op)


def test_a_reason_for_an_op_that_has_a_domain_is_refused(monkeypatch):
    monkeypatch.setitem(WITHOUT_DOMAIN, "solve", "a reason")

    with pytest.raises(ValueError, match=r"^op solve: .*; it has 2$"):
        entries(copy.copy(PRIMITIVES["solve"]))


def test_an_op_that_the_laws_leave_out_exists():
    assert WITHOUT_DOMAIN.keys() <= PRIMITIVES.keys()
