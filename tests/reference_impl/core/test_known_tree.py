"""Trees that come again: as `tree` sees them, and seen to be others where they are."""

import dataclasses
from collections import OrderedDict, defaultdict, namedtuple
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

import reference_impl as ri
from reference_impl import nn, tree
from reference_impl.core.known_tree import builder, taker

A, B, C = (ri.tensor(float(i)) for i in range(3))

Pair = namedtuple("Pair", "x y")


class Own(dict):
    """A dict of somebody's own."""


@dataclass(frozen=True)
class Record:
    weight: Any
    power: Any = field(default=1, metadata={"static": True})


@dataclass(frozen=True, slots=True)
class Slotted:
    weight: Any


@dataclass(frozen=True)
class Empty:
    pass


def defaults(factory, **items):
    return defaultdict(factory, items)


TREES = {
    "leaf": A,
    "dict": {"b": A, "a": B},
    "list": [A, (B, None), []],
    "named tuple": Pair(A, [B]),
    "defaultdict": defaults(list, x=A),
    "subclass": Own(x=A, y={"z": B}),
    "ordered": OrderedDict(y=A, x=B),
    "record": Record([A, B], 2),
    "slots": Slotted(A),
    "empty record": (Empty(), A),
    "layer": nn.Sequential({"a": nn.Linear(A, B), "b": nn.LayerNorm(A, B)}),
}

# Two trees of which one is no tree of the other's structure.
OTHERS = {
    "order": ({"a": A, "b": B}, {"b": B, "a": A}),
    "key": ({"a": A}, {"b": A}),
    "length": ([A], [A, B]),
    "class": ([A], (A,)),
    "factory": (defaults(list, x=A), defaults(int, x=A)),
    "no factory": (defaults(list, x=A), {"x": A}),
    "named tuple": (Pair(A, B), (A, B)),
    "subclass": (Own(x=A), {"x": A}),
    "static": (Record(A, 1), Record(A, 2)),
    "kind of number": (Record(A, 1), Record(A, 1.0)),
    "sign of zero": (Record(A, 0.0), Record(A, -0.0)),
    "container": ({"a": A}, {"a": [A]}),
    "none": ([A, None], [A, B]),
    "deep": ({"a": [A, {"b": B}]}, {"a": [A, {"c": B}]}),
}


@pytest.mark.parametrize("name", TREES)
def test_a_tree_is_taken_apart_and_built_as_by_tree(name):
    leaves, structure = tree.flatten(TREES[name])
    take, build, found = taker(structure), builder(structure), []

    assert take(TREES[name], found)
    assert all(x is y for x, y in zip(found, leaves, strict=True))
    for _ in range(3):
        remaining = iter(leaves)
        made = build(remaining)
        again, same = tree.flatten(made)
        assert same == structure
        assert all(x is y for x, y in zip(again, leaves, strict=True))
        assert not list(remaining)


@pytest.mark.parametrize("name", OTHERS)
def test_another_tree_is_seen_to_be_another(name):
    for one, other in (OTHERS[name], OTHERS[name][::-1]):
        assert not taker(tree.flatten(one)[1])(other, [])


def test_no_number_is_the_same_static_value_again():
    structure = tree.flatten(Record(A, float("nan")))[1]

    assert taker(structure)(Record(B, -float("nan")), [])


@dataclass
class Doubling:
    x: Any

    def __post_init__(self):
        self.x = self.x * 2


@dataclass
class Sometimes:
    x: Any

    def __post_init__(self):
        self.x = max(self.x, 0)


@dataclass
class Counting:
    x: Any

    def __post_init__(self):
        self.count = 1


@dataclass
class Heir(Doubling):
    y: Any = 0


@dataclass(frozen=True)
class Fitted(nn.Embedding):
    """A layer whose parent only checks."""

    def __post_init__(self):
        object.__setattr__(self, "weight", abs(self.weight))


@dataclass
class Written:
    x: Any

    def __init__(self, x):
        self.x = abs(x)


CHANGING = [
    (Doubling, "x"),
    (Sometimes, "x"),
    (Counting, "x"),
    (Heir, "x"),
    (Fitted, "weight"),
    (Written, "x"),
]


@pytest.mark.parametrize(("kind", "name"), CHANGING)
def test_a_constructor_that_does_more_than_set_fields_runs_every_time(kind, name):
    example = kind(**{name: 1})
    leaves, structure = tree.flatten(example)
    build = builder(structure)

    for x in (1, 2, -3, 4):
        changed = [x if y is leaves[0] else y for y in leaves]
        needed = tree.unflatten(structure, changed)
        assert vars(build(iter(changed))) == vars(needed)


def test_every_call_of_a_compiled_function_constructs_its_record():
    compiled = ri.compile(lambda x: Doubling(x + 1.0))

    came = [float(compiled(A).x) for _ in range(3)]

    # Once by the function, and once around the result.
    assert came == [4.0, 4.0, 4.0]


def layers():
    """Layers of this framework whose constructor checks something."""
    return [
        nn.LayerNorm.init(3),
        nn.RMSNorm.init(3),
        nn.GroupNorm.init(1, 3),
        nn.BatchNorm.init(3),
        nn.Embedding.init(ri.random.key(0), 3, 2),
        nn.Dropout(0.5),
        nn.Sequential({"a": nn.Dropout(0.5)}),
    ]


@pytest.mark.parametrize("layer", layers(), ids=lambda x: type(x).__name__)
def test_what_constructors_of_layers_check_is_not_checked_again(layer, monkeypatch):
    leaves, structure = tree.flatten(layer)
    build = builder(structure)
    build(iter(leaves))
    monkeypatch.setattr(type(layer), "__post_init__", None)

    again = build(iter(leaves))

    given = {f.name: getattr(layer, f.name) for f in dataclasses.fields(layer)}
    assert vars(again).keys() == given.keys()
    assert tree.flatten(again)[1] == structure


def test_leaves_may_be_anything():
    leaves, structure = tree.flatten({"a": 1, "b": "text", "c": np.zeros(2)})
    found: list[Any] = []

    assert taker(structure)({"a": 2, "b": "text", "c": leaves[2]}, found)
    assert found == [2, "text", leaves[2]]
