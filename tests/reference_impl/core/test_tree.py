from collections import OrderedDict, defaultdict
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pytest

from reference_impl.core import tree
from reference_impl.core.errors import TreeError


class Pair(NamedTuple):
    first: Any
    second: Any


@dataclass(frozen=True)
class Layer:
    weight: Any
    bias: Any
    activation: str = field(default="relu", metadata={"static": True})


TREES = [
    (1, [1], ["value"]),
    (None, [], []),
    ({}, [], []),
    ((), [], []),
    ([1, (2, 3)], [1, 2, 3], ["0", "1.0", "1.1"]),
    ({"b": 1, "a": {"c": 2}}, [1, 2], ["b", "a.c"]),
    (OrderedDict(x=1, y=None), [1], ["x"]),
    (defaultdict(list, x=1), [1], ["x"]),
    (Pair(1, [2]), [1, 2], ["first", "second.0"]),
    (Layer(1, None, "tanh"), [1], ["weight"]),
    ({"hidden": Layer(1, 2)}, [1, 2], ["hidden.weight", "hidden.bias"]),
]

each_tree = pytest.mark.parametrize(("whole", "leaves", "names"), TREES, ids=str)


@each_tree
def test_leaves_come_in_the_order_in_which_they_are_written(whole, leaves, names):
    assert tree.flatten(whole)[0] == leaves


@each_tree
def test_a_leaf_is_named_by_its_path(whole, leaves, names):
    assert tree.names(whole) == names


@each_tree
def test_unflatten_undoes_flatten(whole, leaves, names):
    leaves, structure = tree.flatten(whole)

    rebuilt = tree.unflatten(structure, leaves)

    assert rebuilt == whole
    assert type(rebuilt) is type(whole)


@each_tree
def test_equal_trees_have_equal_structures_and_hashes(whole, leaves, names):
    first = tree.flatten(whole)[1]
    second = tree.flatten(tree.map(lambda leaf: leaf, whole))[1]

    assert first == second
    assert hash(first) == hash(second)


def test_trees_of_different_containers_have_different_structures():
    structures = {tree.flatten(whole)[1] for whole, _, _ in TREES}

    assert len(structures) == len(TREES)


def test_a_static_field_belongs_to_the_structure():
    assert tree.flatten(Layer(1, 2, "tanh"))[1] != tree.flatten(Layer(1, 2, "relu"))[1]


def test_map_applies_to_matching_leaves():
    sums = tree.map(lambda x, y: x + y, {"a": 1, "b": [2]}, {"a": 10, "b": [20]})

    assert sums == {"a": 11, "b": [22]}


def test_map_keeps_none_and_static_fields():
    doubled = tree.map(lambda x: 2 * x, Layer(1, None, "tanh"))

    assert doubled == Layer(2, None, "tanh")


def test_map_refuses_trees_that_differ_and_names_the_leaves_of_both():
    with pytest.raises(TreeError, match=r"weight, bias are needed, weight came"):
        tree.map(min, {"weight": 1, "bias": 2}, {"weight": 1})


ONE_ORDER = {"w": 1, "inner": [OrderedDict(a=2, b=Layer({"x": 3, "y": 4}, 5))]}
OTHER_ORDER = {"inner": [OrderedDict(b=Layer({"y": 4, "x": 3}, 5), a=2)], "w": 1}


def test_dicts_are_matched_by_their_keys_in_the_order_of_the_first():
    pairs = tree.map(lambda x, y: (x, y), ONE_ORDER, OTHER_ORDER)

    leaves, structure = tree.flatten(ONE_ORDER)
    assert pairs == tree.unflatten(structure, [(x, x) for x in leaves])
    assert tree.names(tree.map(max, ONE_ORDER, OTHER_ORDER)) == tree.names(ONE_ORDER)


def test_reordered_changes_the_order_of_keys_and_nothing_else():
    structure = tree.flatten(ONE_ORDER)[1]

    assert tree.flatten(tree.reordered(OTHER_ORDER, structure))[1] == structure
    for stranger in (3, {"w": 1}, [1], {"w": [2], "inner": Layer(1, 2, "tanh")}):
        assert tree.reordered(stranger, structure) == stranger


def test_a_static_field_is_not_lost_when_keys_are_reordered():
    structure = tree.flatten(Layer({"a": 1, "b": 2}, None))[1]

    with pytest.raises(TreeError, match=r"^who: the trees differ"):
        tree.matching("who", structure, Layer({"b": 2, "a": 1}, None, "tanh"))


def test_a_defaultdict_keeps_its_factory():
    made = tree.map(lambda x: x + 1, defaultdict(list, x=1))

    assert made["y"] == []


@pytest.mark.parametrize("leaves", [[1], [1, 2, 3]])
def test_unflatten_refuses_a_wrong_number_of_leaves(leaves):
    structure = tree.flatten([0, 0])[1]

    with pytest.raises(TreeError, match=f"2 leaves are needed, {len(leaves)} came"):
        tree.unflatten(structure, leaves)


def test_a_class_is_a_leaf_even_if_its_objects_are_trees():
    assert tree.flatten([Layer])[0] == [Layer]


def test_leaves_below_a_marked_field_are_marked():
    @dataclass(frozen=True)
    class Mean:
        weight: Any
        mean: Any = field(metadata={"mark": True})

    model = [Mean(1, {"a": 2, "b": [3]}), Mean(None, None), 4]
    _, structure = tree.flatten(model)

    assert tree.names(model) == ["0.weight", "0.mean.a", "0.mean.b.0", "2"]
    assert tree.marked(structure, "mark") == [False, True, True, False]
    assert tree.marked(structure, "another") == [False] * 4
