"""Trees that must be alike: the results of two branches, the state of a loop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from . import tree
from .errors import ShapeError, TreeError
from .show import type_of


@dataclass(frozen=True, slots=True)
class Pair:
    """Two trees that must be alike, in the words of an error's message."""

    who: str
    both: str
    """What the two are: `the carry before and after a step`."""
    one: str
    other: str
    """Which of the two has something: `before`, `after`."""
    advice: str
    """What to do if dtypes differ."""


def step_pair(who: str, noun: str) -> Pair:
    """What a step of a loop takes, and what it hands on."""
    return Pair(
        who,
        f"the {noun} before and after a step",
        "before",
        "after",
        "begin with the dtype after, or convert with `astype`",
    )


def check_alike(pair: Pair, one: Any, other: Any) -> None:
    """Two trees of tensors must have one structure, and equal shapes and dtypes.

    Raises
    ------
    TreeError
        If the structures differ; the message names the first place where they do.
    ShapeError
        If leaves differ in shape or dtype; the message names all of them.
    """
    (xs, structure), (ys, came) = tree.flatten(one), tree.flatten(other)
    if structure != came:
        place, x, y = _difference(structure, came)
        raise TreeError(
            f"{pair.who}: {pair.both} must have one structure; {place} is "
            f"{_outline(x)} {pair.one} and {_outline(y)} {pair.other}"
        )
    differing = [
        i
        for i, (x, y) in enumerate(zip(xs, ys, strict=True))
        if (x.shape, x.dtype) != (y.shape, y.dtype)
    ]
    if not differing:
        return
    names = tree.names(one)
    types = ", ".join(
        f"{names[i]} is {type_of(xs[i])} {pair.one} and {type_of(ys[i])} {pair.other}"
        for i in differing
    )
    is_advised = any(xs[i].dtype != ys[i].dtype for i in differing)
    raise ShapeError(
        f"{pair.who}: {pair.both} must have equal shapes and dtypes; {types}"
        + (f"; {pair.advice}" if is_advised else "")
    )


def _difference(
    x: tree.Structure, y: tree.Structure
) -> tuple[str, tree.Structure, tree.Structure]:
    """The first place where two structures part, and what each has there."""
    place = []
    while (x.kind, x.keys, x.static) == (y.kind, y.keys, y.static):
        children = zip(x.keys, x.children, y.children, strict=True)
        key, x, y = next(each for each in children if each[1] != each[2])
        place.append(str(key))
    return ".".join(place) or "value", x, y


def _outline(structure: tree.Structure) -> str:
    """What stands at one place of a tree: `a tuple of 2`, `a dict of weight, bias`."""
    kind: Any = structure.kind
    if structure.is_leaf:
        return "a tensor"
    if kind is type(None):
        return "None"
    if kind in (list, tuple):
        return f"a {kind.__name__} of {len(structure.keys)}"
    static = [f"{name}={fixed.value!r}" for name, fixed in structure.static]
    inside = ", ".join([*map(str, structure.keys), *static])
    return f"a {kind.__name__} of {inside or 'nothing'}"
