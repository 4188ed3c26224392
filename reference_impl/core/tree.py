"""Nested containers of tensors: parameters, gradients, states, models.

A tree is a dict, list, tuple, named tuple or dataclass of trees; `None` is a tree
without leaves and anything else is a leaf. `flatten` takes one apart, `unflatten`
builds it again, and every function that accepts "a tree" is written with these two.
Dataclass fields whose metadata says `static` are part of the structure.

The leaves of a dict come in the order in which it was written. Two dicts are matched by
their keys: where two trees must be alike, the second is `reordered` as the first is.
The order is part of a structure all the same, because a function can see it: `compile`
captures once for each.
"""

from __future__ import annotations

import dataclasses
import functools
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from .errors import TreeError


class Static:
    """A value that is part of a structure; equal only to what means exactly the same.

    1, 1.0 and True are equal numbers and different programs, as are 0.0 and -0.0; NaN
    is the same program every time.
    """

    __slots__ = ("_key", "value")

    def __init__(self, value: Any) -> None:
        self.value = value
        self._key = _exact(value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Static) and self._key == other._key

    def __hash__(self) -> int:
        return hash(self._key)


def _exact(value: Any) -> Any:
    if isinstance(value, tuple):
        return type(value), tuple(_exact(each) for each in value)
    if isinstance(value, frozenset):
        return type(value), frozenset(_exact(each) for each in value)
    return type(value), repr(value) if isinstance(value, (float, complex)) else value


class Structure(NamedTuple):
    """What remains of a tree when its leaves are taken out; hashable."""

    kind: type | None
    keys: tuple[Any, ...]
    children: tuple[Structure, ...]
    static: tuple[tuple[str, Static], ...] = ()

    @property
    def is_leaf(self) -> bool:
        """Whether this is the place of a leaf."""
        return self.kind is None


LEAF = Structure(None, (), ())
_MISSING = object()


def flatten(tree: Any) -> tuple[list[Any], Structure]:
    """Take a tree apart into its leaves, in order, and the structure around them."""
    leaves: list[Any] = []
    (structure,) = _flatten_into(leaves, (tree,))
    return leaves, structure


def _flatten_into(leaves: list[Any], trees: Iterable[Any]) -> tuple[Structure, ...]:
    structures = []
    for tree in trees:
        apart = _apart(tree.__class__)
        if apart is None:
            leaves.append(tree)
            structures.append(LEAF)
        else:
            keys, children, static = apart(tree)
            inside = _flatten_into(leaves, children)
            structures.append(Structure(tree.__class__, keys, inside, static))
    return tuple(structures)


@functools.cache
def _apart(kind: type) -> Callable[[Any], tuple[tuple, Iterable[Any], tuple]] | None:
    """How a container of some class is taken apart; nothing for the class of a leaf.

    Apart are its keys, its children, and its static fields.
    """
    if kind is type(None):
        return lambda none: ((), [], ())
    if issubclass(kind, defaultdict):
        return lambda tree: (tuple(tree), tree.values(), _factory(tree))
    if issubclass(kind, dict):
        return lambda tree: (tuple(tree), tree.values(), ())
    if issubclass(kind, (list, tuple)) and hasattr(kind, "_fields"):
        return lambda tree: (tree._fields, tree, ())
    if issubclass(kind, (list, tuple)):
        return lambda tree: (tuple(range(len(tree))), tree, ())
    if dataclasses.is_dataclass(kind):
        return _record_apart(kind)
    return None


def _factory(tree: defaultdict) -> tuple[tuple[str, Static], ...]:
    return (("default_factory", Static(tree.default_factory)),)


def _record_apart(kind: Any) -> Callable[[Any], tuple[tuple, list, tuple]]:
    """How a dataclass is taken apart; its fields are looked up once."""
    fields = dataclasses.fields(kind)
    fixed = tuple(field.name for field in fields if field.metadata.get("static"))
    keys = tuple(field.name for field in fields if field.name not in fixed)

    def apart(tree: Any) -> tuple[tuple, list, tuple]:
        static = [(name, Static(getattr(tree, name))) for name in fixed]
        return keys, [getattr(tree, key) for key in keys], tuple(static)

    return apart


def children(tree: Any) -> dict[Any, Any] | None:
    """The trees that a container holds, by key or field; nothing for a leaf."""
    apart = _apart(tree.__class__)
    if apart is None:
        return None
    keys, inside, _ = apart(tree)
    return dict(zip(keys, inside, strict=True))


def with_children(tree: Any, new: dict[Any, Any]) -> Any:
    """The same container, but for what it holds: for each of its keys, a tree."""
    apart = _apart(tree.__class__)
    assert apart is not None, "a leaf has no children"
    keys, _, static = apart(tree)
    structure = Structure(tree.__class__, keys, (), static)
    return _together(tree.__class__)(structure, [new[key] for key in keys])


def unflatten(structure: Structure, leaves: Sequence[Any]) -> Any:
    """Put leaves back into a structure.

    Raises
    ------
    TreeError
        If there are more or fewer leaves than the structure has places.
    """
    remaining = iter(leaves)
    try:
        tree = _unflatten_from(structure, remaining)
        is_exact = next(remaining, _MISSING) is _MISSING
    except StopIteration:
        is_exact = False
    if not is_exact:
        raise TreeError(
            f"unflatten: {_count(structure)} leaves are needed, {len(leaves)} came"
        )
    return tree


def _count(structure: Structure) -> int:
    if structure.is_leaf:
        return 1
    return sum(_count(child) for child in structure.children)


def _unflatten_from(structure: Structure, leaves: Any) -> Any:
    if structure.kind is None:
        return next(leaves)
    children = [
        next(leaves) if child.kind is None else _unflatten_from(child, leaves)
        for child in structure.children
    ]
    return _together(structure.kind)(structure, children)


@functools.cache
def _together(kind: Any) -> Callable[[Structure, list[Any]], Any]:
    """How a container of some class is put together from its children."""
    if kind is type(None):
        return lambda structure, children: None
    if issubclass(kind, dict):
        return functools.partial(_dictionary, kind)
    if issubclass(kind, (list, tuple)) and hasattr(kind, "_fields"):
        return lambda structure, children: kind(*children)
    if issubclass(kind, (list, tuple)):
        return lambda structure, children: kind(children)
    return functools.partial(_record, kind)


def _dictionary(kind: Any, structure: Structure, children: list[Any]) -> Any:
    made = kind()
    for name, fixed in structure.static:
        setattr(made, name, fixed.value)
    made.update(zip(structure.keys, children, strict=True))
    return made


def _record(kind: Any, structure: Structure, children: list[Any]) -> Any:
    fields = dict(zip(structure.keys, children, strict=True))
    return kind(**fields, **{name: fixed.value for name, fixed in structure.static})


def map(function: Callable[..., Any], tree: Any, *others: Any) -> Any:
    """A tree like the first, its leaves replaced by `function` of matching leaves.

    Raises
    ------
    TreeError
        If a tree differs in structure from the first; the message shows both.
    """
    leaves, structure = flatten(tree)
    columns = [leaves, *(matching("tree.map", structure, other) for other in others)]
    return unflatten(structure, [function(*row) for row in zip(*columns, strict=True)])


def matching(who: str, structure: Structure, tree: Any) -> list[Any]:
    """The leaves of a tree of a given structure, in the order of that structure.

    Raises
    ------
    TreeError
        If the tree has another structure; `who` opens the message, which shows both.
    """
    leaves, came = flatten(tree)
    if came != structure:
        leaves, came = flatten(reordered(tree, structure))
    if came != structure:
        raise TreeError(
            f"{who}: the trees differ: {', '.join(_names(structure)) or 'no leaves'} "
            f"are needed, {', '.join(_names(came)) or 'no leaves'} came"
        )
    return leaves


def reordered(tree: Any, structure: Structure) -> Any:
    """The same tree, its dicts in the order of a structure where they have its keys."""
    kind: Any = tree.__class__
    apart = _apart(kind)
    if apart is None or kind is not structure.kind:
        return tree
    keys, children, static = apart(tree)
    found = dict(zip(keys, children, strict=True))
    if found.keys() != set(structure.keys):
        return tree
    inside = zip(structure.keys, structure.children, strict=True)
    ordered = [reordered(found[key], child) for key, child in inside]
    return _together(kind)(Structure(kind, structure.keys, (), static), ordered)


def names(tree: Any) -> list[str]:
    """The path of every leaf, in order, as a person would write it: `hidden.weight`."""
    return _names(flatten(tree)[1])


def marked(structure: Structure, mark: str) -> list[bool]:
    """Whether each leaf lies in a dataclass field whose metadata has a mark."""
    if structure.is_leaf:
        return [False]
    fields = _marked_fields(structure.kind, mark)
    return [
        key in fields or is_marked
        for key, child in zip(structure.keys, structure.children, strict=True)
        for is_marked in marked(child, mark)
    ]


@functools.cache
def _marked_fields(kind: Any, mark: str) -> frozenset[str]:
    fields = dataclasses.fields(kind) if dataclasses.is_dataclass(kind) else ()
    return frozenset(field.name for field in fields if field.metadata.get(mark))


def _names(structure: Structure, prefix: str = "") -> list[str]:
    if structure.is_leaf:
        return [prefix or "value"]
    return [
        name
        for key, child in zip(structure.keys, structure.children, strict=True)
        for name in _names(child, f"{prefix}.{key}" if prefix else str(key))
    ]
