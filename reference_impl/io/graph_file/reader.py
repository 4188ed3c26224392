"""A JSON document as a graph.

Nothing is trusted: a node is made by applying its op to symbols, so that the op's own
rules decide whether it can exist and what it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from ...core import tree
from ...core.dtype import as_dtype
from ...core.errors import DtypeError, FileError, TreeError
from ...core.graph import Graph
from ...core.op import PRIMITIVES
from ...core.scope import Scope
from ...core.tensor import Tensor, symbol
from .writer import type_record

_LARGEST = 2**64  # no size and no attribute reaches it

# How attributes are made that JSON does not have.
_OF_TEXT: dict[str, Any] = {
    "dtype": as_dtype,
    "ellipsis": lambda nothing: ...,
    "float": float,
}
_OF_PARTS: dict[str, Any] = {
    "list": list,
    "tuple": tuple,
    "dict": dict,
    "complex": lambda parts: complex(*parts),
    "slice": lambda parts: slice(*parts),
}


class Record:
    """An object of a JSON document, and where in the document it stands."""

    def __init__(self, fields: Any, who: str) -> None:
        self.fields, self.who = fields, who
        if not isinstance(fields, dict):
            raise self.error(f"an object is needed, {_brief(fields)} came")

    def error(self, problem: str) -> FileError:
        """An error that names this place."""
        return FileError(f"{self.who}: {problem}")

    def take(self, key: str, kind: type) -> Any:
        """The field of a name, which must be of a kind."""
        if key not in self.fields:
            raise self.error(f"{key} is missing")
        field = self.fields[key]
        if kind is not object and type(field) is not kind:
            raise self.error(f"{key} must be a {kind.__name__}, {_brief(field)} came")
        return field

    def record(self, key: str) -> Record:
        """A field that is an object."""
        return Record(self.take(key, object), f"{self.who}: {key}")

    def records(self, key: str) -> list[Record]:
        """A field that is a list of objects."""
        items = self.take(key, list)
        return [Record(x, f"{self.who}: {key} {i}") for i, x in enumerate(items)]

    def type(self) -> tuple[Any, Any]:
        """The shape and the dtype of one tensor."""
        shape = self.take("shape", list)
        if not all(type(size) is int and 0 <= size < _LARGEST for size in shape):
            raise self.error(f"a shape is needed, {_brief(shape)} came")
        try:
            return tuple(shape), as_dtype(self.take("dtype", str))
        except DtypeError as error:
            raise self.error(str(error)) from None


class Reader:
    """Graphs from documents, given the constants that these share."""

    def __init__(self, constants: Sequence[Tensor]) -> None:
        self._constants = constants
        self._read: set[str] = set()

    def whole(self, record: Record) -> Graph:
        """The graph of a file, which must read every constant of the file."""
        graph = self.graph(record)
        for index in range(len(self._constants)):
            if f"c{index}" not in self._read:
                raise record.error(f"constant c{index} is read by no node")
        return graph

    def graph(self, record: Record) -> Graph:
        """The graph of one document."""
        given, results = record.records("inputs"), record.records("outputs")
        found: dict[str, Any] = {
            "i": [symbol(*x.type()) for x in given],
            "c": self._constants,
            "n": [],
        }
        names = {}
        for each in record.records("nodes"):
            node = self._node(each, found)
            found["n"].append(node)
            if "name" in each.fields:
                names[node.serial] = each.take("name", str)
        structure = self._structure(record.take("structure", object), record)
        try:
            tree.unflatten(structure, results)
        except TreeError as error:
            raise record.error(f"structure: {error}") from None
        return Graph(
            name=record.take("name", str),
            inputs=tuple(found["i"]),
            outputs=tuple(self._at(x.take("from", str), found, x) for x in results),
            input_names=tuple(x.take("name", str) for x in given),
            output_names=tuple(x.take("name", str) for x in results),
            structure=structure,
            scopes=tuple(_scopes(record, found["n"])),
            node_names=names,
        )

    def _node(self, record: Record, found: dict[str, Any]) -> Tensor:
        """One node, made by its op's own rules."""
        name = record.take("op", str)
        if name not in PRIMITIVES:
            raise record.error(f"there is no op {name!r}")
        op = PRIMITIVES[name]
        inputs = [self._at(x, found, record) for x in record.take("inputs", list)]
        attrs = {
            key: self._attribute(x, record)
            for key, x in record.record("attrs").fields.items()
        }
        if all(x.data is not None for x in inputs):
            raise record.error(f"{name} of constants only is no node but a constant")
        try:
            op.__signature__.bind(*inputs, **attrs)
            out = op(*inputs, **attrs)
            made = type_record(out)
        except FileError:
            raise
        except Exception as error:  # a rule that is given nonsense may raise anything
            raise record.error(f"{name} refuses: {error}") from error
        if len(out.inputs) != len(inputs) or any(map(_differ, out.inputs, inputs)):
            raise record.error(f"{name} needs operands of one shape and dtype")
        for key, came in made.items():
            if came != record.take(key, object):
                needed = _brief(record.fields[key])
                raise record.error(f"{name} makes {key} {came}, the file says {needed}")
        return out

    def _at(self, place: Any, found: dict[str, Any], record: Record) -> Tensor:
        """The tensor that `i0`, `c0` or `n0` stands for."""
        match = re.fullmatch(
            r"([icn])([0-9]{1,9})", place if type(place) is str else ""
        )
        if match is None or int(match[2]) >= len(found[match[1]]):
            raise record.error(f"there is no {_brief(place)} before it")
        self._read.add(place)
        return found[match[1]][int(match[2])]

    def _attribute(self, x: Any, record: Record) -> Any:
        if x is None or type(x) in (bool, str, float):
            return x
        if type(x) is int and abs(x) < _LARGEST:
            return x
        if type(x) is not dict or len(x) != 1:
            raise record.error(f"{_brief(x)} is no attribute")
        ((kind, content),) = x.items()
        if kind == "graph":
            return self.graph(Record(content, f"{record.who}: graph"))
        if kind in _OF_PARTS:
            content = self._parts(content, kind, record)
        try:
            return (_OF_PARTS | _OF_TEXT)[kind](content)
        except (KeyError, TypeError, ValueError):
            raise record.error(f"{_brief(x)} is no attribute") from None

    def _parts(self, content: Any, kind: str, record: Record) -> list[Any]:
        if type(content) is not list:
            raise record.error(f"{kind}: a list is needed, {_brief(content)} came")
        return [self._attribute(part, record) for part in content]

    def _structure(self, x: Any, record: Record) -> tree.Structure:
        if x is None or x == "leaf":
            return tree.LEAF if x else tree.Structure(type(None), (), ())
        for name, kind in (("list", list), ("tuple", tuple), ("dict", dict)):
            if type(x) is dict and type(x.get(name)) is list:
                children = x[name]
                keys: Any = range(len(children))
                if kind is dict:
                    keys, children = _pairs(children, record)
                    keys = [self._attribute(key, record) for key in keys]
                structures = [self._structure(child, record) for child in children]
                return tree.Structure(kind, _distinct(keys, record), tuple(structures))
        raise record.error(f"{_brief(x)} is no structure")


def _pairs(items: list[Any], record: Record) -> tuple[list[Any], list[Any]]:
    for pair in items:
        if type(pair) is not list or len(pair) != 2:
            raise record.error(f"a key and a structure are needed, {_brief(pair)} came")
    return [key for key, _ in items], [child for _, child in items]


def _distinct(keys: Any, record: Record) -> tuple[Any, ...]:
    try:
        if len(set(keys)) == len(keys):
            return tuple(keys)
    except TypeError:
        pass
    raise record.error("the keys of its structure are not distinct")


def _scopes(record: Record, nodes: list[Tensor]) -> list[Scope]:
    scopes = []
    for entry in record.take("scopes", list):
        if type(entry) is not list or [*map(type, entry)] != [str, int, int]:
            raise record.error(f"{_brief(entry)} is no scope")
        name, first, end = entry
        if not 0 <= first < end <= len(nodes):
            raise record.error(f"scope {name!r} reaches from node {first} to {end}")
        scopes.append(Scope(name, nodes[first].serial - 1, nodes[end - 1].serial))
    return scopes


def _differ(x: Tensor, y: Tensor) -> bool:
    return x is not y


def _brief(x: Any) -> str:
    """What came, as text that is short even if it is not."""
    text = repr(x)
    return text if len(text) <= 60 else f"{text[:57]}..."
