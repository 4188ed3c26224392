"""Trees that come again: as `tree` sees them, and seen to be others where they are."""

import dataclasses
import textwrap
from collections import OrderedDict, defaultdict, namedtuple
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

import reference_impl as ri
from reference_impl import nn, tree
from reference_impl.core.codegen import known_tree
from reference_impl.core.codegen.known_tree import builder, taker

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


@dataclass
class Labelled(dict):
    """A dict that has fields: its items are what it holds."""

    label: str = "none"


def defaults(factory, **items):
    return defaultdict(factory, items)


TREES = {
    "leaf": A,
    "dict": {"b": A, "a": B},
    "list": [A, (B, None), []],
    "named tuple": Pair(A, [B]),
    "defaultdict": defaults(list, x=A),
    "subclass": Own(x=A, y={"z": B}),
    "record that is a dict": Labelled(),
    "ordered": OrderedDict(y=A, x=B),
    "record": Record([A, B], 2),
    "slots": Slotted(A),
    "empty record": (Empty(), A),
    "wide": [A] * 300,
    "nothing": [{}, (), [], None],
    "layer": nn.Sequential({"a": nn.Linear(A, B), "b": nn.LayerNorm(A, B)}),
}

TREES["record that is a dict"]["x"] = A

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
    build = builder(structure)

    found = taker(structure, [None] * len(leaves))(TREES[name])

    assert all(x is y for x, y in zip(found, leaves, strict=True))
    for _ in range(3):
        again, same = tree.flatten(build(leaves))
        assert same == structure
        assert all(x is y for x, y in zip(again, leaves, strict=True))


@pytest.mark.parametrize("name", OTHERS)
def test_another_tree_is_seen_to_be_another(name):
    for one, other in (OTHERS[name], OTHERS[name][::-1]):
        leaves, structure = tree.flatten(one)
        found = taker(structure, [None] * len(leaves))(other)

        # What stands where a leaf stood may be no leaf: who reads it will see.
        assert found is None or not all(isinstance(x, ri.Tensor) for x in found)


def test_no_number_is_the_same_static_value_again():
    structure = tree.flatten(Record(A, float("nan")))[1]

    assert taker(structure, [None])(Record(B, -float("nan"))) == [B]


@pytest.mark.parametrize("other", [2, 1.0, True, "1", [1], None, np.ones(2), A])
def test_leaves_that_are_part_of_a_program_are_what_they_were(other):
    structure = tree.flatten({"a": 1, "b": A})[1]
    take = taker(structure, [tree.Static(1), None])

    assert take({"a": 1, "b": B}) == [B]
    assert take({"a": other, "b": B}) is None


def test_what_is_generated_can_be_read():
    _, structure = tree.flatten((nn.Linear(A, B), C))

    text = taker(structure, [None] * 3).__doc__

    assert textwrap.indent(text, "    ") in known_tree.__doc__


HOSTILE = ["tree_0", "len", "tuple", "leaves", "None", "Static", "x", "é", "a b", "if"]


@pytest.mark.parametrize("name", HOSTILE)
def test_classes_and_keys_may_be_called_as_they_like(name):
    kind = dataclasses.make_dataclass("Made", [("x_1", Any), ("new", Any)])
    kind.__name__ = name
    given = {name: kind({"\n": A}, [B]), ("a", 1): type(name, (dict,), {})(b=C)}
    leaves, structure = tree.flatten(given)
    build = builder(structure)

    assert taker(structure, [None] * 3)(given) == leaves
    for _ in range(2):
        assert tree.flatten(build(leaves)) == (leaves, structure)


def test_what_can_be_written_to_is_new_in_every_tree():
    @dataclass
    class Open:
        power: Any = field(default=1, metadata={"static": True})

    class Heir(Empty):
        """Of which attributes can be set, as of no `Empty`."""

    _, structure = tree.flatten([Open(), Heir(), {}, Empty(), nn.Activation(ri.relu)])
    build = builder(structure)

    first, second, third = (build([]) for _ in range(3))

    assert [x is y for x, y in zip(second, third, strict=True)] == [
        *[False] * 3,
        *[True] * 2,
    ]
    assert [x is y for x, y in zip(first, second, strict=True)][:3] == [False] * 3


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
        assert vars(build(changed)) == vars(needed)


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
    build(leaves)
    monkeypatch.setattr(type(layer), "__post_init__", None)

    again = build(leaves)

    given = {f.name: getattr(layer, f.name) for f in dataclasses.fields(layer)}
    assert vars(again).keys() == given.keys()
    assert tree.flatten(again)[1] == structure
