"""Trees of a structure that is known: taken apart and built without looking twice.

`tree.flatten` finds out what a tree is like. Where the same tree comes again and again,
as the parameters in a loop of training do, it is enough to see that it is as it was.
For that a function is written as a person would write it for this one structure, a few
lines for every container; its docstring is its text. That of a layer beside an array:

    def take(tree_0):
        if tree_0.__class__ is not tuple or len(tree_0) != 2:
            return None
        tree_1, x_2 = tree_0
        if tree_1.__class__ is not Linear_5:
            return None
        x_3 = tree_1.weight
        x_4 = tree_1.bias
        return [x_3, x_4, x_2]

What is not Python's own or this module's has a number, so that a class can be called as
its author likes. The parameters of a perceptron with their optimiser's state are taken
apart and built in a sixteenth of the time of `tree`; to write either function takes 2
ms, once.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from ..tree import LEAF, Static, Structure, unflatten

Take = Callable[[Any], list[Any] | None]
Build = Callable[[Sequence[Any]], Any]

_FRAMEWORK = __package__.partition(".")[0]
# What Python calls the file of a constructor that `dataclasses` made.
_EMPTY: Any = dataclasses.make_dataclass("_Empty", ())
_MADE_IN = _EMPTY.__init__.__code__.co_filename

# What texts call by its own name.
_OWN = {
    "dict": dict,
    "list": list,
    "new": object.__new__,
    "Static": Static,
    "tuple": tuple,
    "unflatten": unflatten,
}


class _Text:
    """The lines of a function, and what the names in them stand for."""

    def __init__(self, head: str) -> None:
        self._lines = [head]
        self._objects: dict[str, Any] = {**_OWN, "None": None}
        self._names = {id(x): name for name, x in self._objects.items()}
        self._count = 0

    def new(self, hint: str) -> str:
        """A name that nothing has yet."""
        self._count += 1
        is_name = hint.isascii() and hint.isidentifier()
        return f"{hint if is_name else 'x'}_{self._count}"

    def name(self, x: Any, hint: str) -> str:
        """What an object that is there already is called."""
        if id(x) not in self._names:
            self._names[id(x)] = name = self.new(hint)
            self._objects[name] = x
        return self._names[id(x)]

    def knows(self, name: str) -> bool:
        """Whether a name stands for an object that is there already."""
        return name in self._objects

    def add(self, *lines: str) -> None:
        """Lines of the function's body."""
        self._lines += [f"    {line}" for line in lines]

    def give_up_if(self, condition: str) -> None:
        """The tree is another one if this holds."""
        self.add(f"if {condition}:", "    return None")

    def function(self, name: str) -> Any:
        """The function that has been written."""
        text = "\n".join(self._lines)
        exec(text, self._objects)
        made = self._objects.pop(name)
        made.__doc__ = text
        return made


def taker(structure: Structure, fixed: Iterable[Static | None]) -> Take:
    """A function that lists the leaves of a tree; nothing if the tree is another one.

    Parameters
    ----------
    fixed : iterable of Static or None
        For each leaf what it has to be, if it has to: it is not in the list then.
    """
    text = _Text("def take(tree_0):")
    leaves = _taken_apart(text, "tree_0", structure, iter(fixed))
    text.add(f"return [{', '.join(leaves)}]")
    return text.function("take")


def _taken_apart(
    text: _Text, tree: str, structure: Structure, fixed: Iterator[Static | None]
) -> list[str]:
    """Write how a tree is taken apart; what its leaves are called."""
    if structure.is_leaf:
        x = next(fixed)
        if x is None:
            return [tree]
        _check_fixed(text, tree, x)
        return []
    inside = structure.children
    names = [text.new("x" if child.is_leaf else "tree") for child in inside]
    _name_children(text, tree, structure, names)
    return [
        leaf
        for name, child in zip(names, inside, strict=True)
        for leaf in _taken_apart(text, name, child, fixed)
    ]


def _name_children(
    text: _Text, tree: str, structure: Structure, names: Sequence[str]
) -> None:
    """Write what the children of a container are called, if it is like this."""
    kind: Any = structure.kind
    keys = structure.keys
    if kind is type(None):
        text.give_up_if(f"{tree} is not None")
        return
    other = f"{tree}.__class__ is not {text.name(kind, kind.__name__)}"
    if issubclass(kind, dict):
        text.give_up_if(f"{other} or tuple({tree}) != {text.name(keys, 'keys')}")
        lines = [f"{_listed(names)} = {tree}.values()"] if names else []
    elif issubclass(kind, (list, tuple)):
        text.give_up_if(f"{other} or len({tree}) != {len(keys)}")
        lines = [f"{_listed(names)} = {tree}"] if names else []
    else:
        text.give_up_if(other)
        fields = zip(names, keys, strict=True)
        lines = [f"{name} = {tree}.{key}" for name, key in fields]
    text.add(*lines)
    for key, x in structure.static:
        _check_fixed(text, f"{tree}.{key}", x)


def _listed(names: Sequence[str]) -> str:
    """Names as the elements of a tuple."""
    return f"{names[0]}," if len(names) == 1 else ", ".join(names)


def _check_fixed(text: _Text, place: str, x: Static) -> None:
    """Write that what is at a place means what it has to."""
    was, other = text.name(x.value, "fixed"), text.name(x, "static")
    text.give_up_if(f"{place} is not {was} and Static({place}) != {other}")


def builder(structure: Structure) -> Build:
    """A function of leaves that builds a tree of the structure.

    The first tree is built as `tree.unflatten` does it, and others are like the first.
    """
    build: Build | None = None

    def latest(leaves: Sequence[Any]) -> Any:
        nonlocal build
        if build is None:
            build, tree = _first(structure, leaves)
            return tree
        return build(leaves)

    return latest


def _first(structure: Structure, leaves: Sequence[Any]) -> tuple[Build, Any]:
    """The first tree, and the function that builds those after it."""
    text = _Text("def build(leaves):")
    names = [text.new("x") for _ in leaves]
    if names:
        text.add(f"{_listed(names)} = leaves")
    named = iter([*zip(names, leaves, strict=True)])
    name, tree = _put_together(text, structure, named)
    text.add(f"return {name}")
    return text.function("build"), tree


def _put_together(
    text: _Text, structure: Structure, leaves: Iterator[tuple[str, Any]]
) -> tuple[str, Any]:
    """Write how a tree is built, and build it; what it is called, and itself."""
    kind: Any = structure.kind
    if kind is None:
        return next(leaves)
    if kind is type(None):
        return "None", None
    inside = [_put_together(text, child, leaves) for child in structure.children]
    names, parts = [name for name, _ in inside], [part for _, part in inside]
    flat = structure._replace(children=(LEAF,) * len(parts))
    made = unflatten(flat, parts)
    is_plain = _is_record(kind) and _is_plain(made, flat, parts)
    if is_plain and _is_frozen(kind) and all(map(text.knows, names)):
        return text.name(made, kind.__name__.lower()), made  # it holds no leaves
    tree = text.new("tree")
    _write_container(text, tree, flat, names, is_plain=is_plain)
    return tree, made


def _write_container(
    text: _Text, tree: str, flat: Structure, names: Sequence[str], *, is_plain: bool
) -> None:
    kind: Any = flat.kind
    if kind is list:
        text.add(f"{tree} = [{', '.join(names)}]")
    elif kind is tuple:
        text.add(f"{tree} = ({_listed(names) if names else ''})")
    elif kind is dict:
        text.add(f"{tree} = {_dict_of(text, flat.keys, names)}")
    elif _is_record(kind):
        _write_record(text, tree, flat, names, is_plain=is_plain)
    else:
        what = text.name(flat, "structure")
        text.add(f"{tree} = unflatten({what}, [{', '.join(names)}])")


def _is_record(kind: type) -> bool:
    return dataclasses.is_dataclass(kind) and not issubclass(kind, (dict, list, tuple))


def _dict_of(text: _Text, keys: Sequence[Any], names: Sequence[str]) -> str:
    called = [repr(k) if type(k) is str else text.name(k, "key") for k in keys]
    items = zip(called, names, strict=True)
    return f"{{{', '.join(f'{key}: {name}' for key, name in items)}}}"


def _write_record(
    text: _Text, tree: str, flat: Structure, names: Sequence[str], *, is_plain: bool
) -> None:
    kind: Any = flat.kind
    static = [text.name(x.value, "fixed") for _, x in flat.static]
    keys, values = [*flat.keys, *(key for key, _ in flat.static)], [*names, *static]
    called = text.name(kind, kind.__name__)
    if is_plain:
        # 0.4 us instead of 2 us: the constructor of a frozen record sets its fields
        # one by one, and what it checks has been checked.
        fields = _dict_of(text, keys, values)
        text.add(f"{tree} = new({called})")
        text.add(f"{tree}.__dict__.update({fields})")
    else:
        fields = ", ".join(f"{k}={x}" for k, x in zip(keys, values, strict=True))
        text.add(f"{tree} = {called}({fields})")


def _is_plain(record: Any, flat: Structure, parts: Sequence[Any]) -> bool:
    """Whether a constructor only sets the fields to what comes, and checks it.

    One of somebody else may do anything, and another thing each time. Ours do more only
    where the record shows it.
    """
    after = getattr(record, "__post_init__", None)
    is_ours = after is None or after.__module__.partition(".")[0] == _FRAMEWORK
    held = getattr(record, "__dict__", {})
    given = {key: x.value for key, x in flat.static}
    given.update(zip(flat.keys, parts, strict=True))
    return (
        is_ours
        and _is_made(type(record).__init__)
        and held.keys() == given.keys()
        and all(held[key] is x for key, x in given.items())
    )


def _is_frozen(kind: type) -> bool:
    """Whether attributes of a record cannot be set, as those of an heir can be."""
    params = vars(kind).get("__dataclass_params__")
    return params is not None and params.frozen


def _is_made(constructor: Any) -> bool:
    """Whether a constructor was made for a dataclass, and not written by a person."""
    code = getattr(constructor, "__code__", None)
    return code is not None and code.co_filename == _MADE_IN
