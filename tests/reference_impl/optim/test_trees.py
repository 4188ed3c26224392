import pytest

import reference_impl as ri
from reference_impl import nn
from reference_impl.optim.trees import (
    Flat,
    check_parameters,
    check_state,
    counter,
    matching,
)


def test_what_was_taken_apart_is_put_together_with_other_leaves():
    flat = Flat.of("f", {"a": ri.ones(2), "b": [None, ri.ones(1)]})

    assert len(flat.leaves) == 2
    assert flat.like([1, 2]) == {"a": 1, "b": [None, 2]}


def test_gradients_come_in_the_order_of_the_parameters():
    x, y = ri.ones(2), ri.ones(3)

    flat = Flat.of("f", {"a": x, "b": y})
    found = matching("f", "gradients", {"b": y, "a": x}, flat, flat.kinds)

    assert [g.shape for g in found] == [(2,), (3,)]


def test_a_count_begins_at_zero_even_without_parameters():
    assert counter({}).item() == counter([ri.ones(2)]).item() == 0


def test_a_statistic_is_refused_wherever_it_lies():
    model = [nn.Linear(ri.ones((1, 1)), None), {"norm": nn.BatchNorm.init(2)}]

    check_parameters("f", nn.partition(model)[0])
    with pytest.raises(ri.TreeError, match=r"^f: 1\.norm\.mean is a statistic, which"):
        check_parameters("f", model)


def test_a_state_has_the_names_that_are_needed_in_any_order():
    check_state("f", ["a", "b"], {"b": 1, "a": 2})
    with pytest.raises(ri.TreeError, match=r"f: a state of a, b is needed, .*; b came"):
        check_state("f", ["a", "b"], {"b": 1})
