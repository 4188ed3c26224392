"""What a row of the atlas is: a difference, who shows it, and how it goes away."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

Groups = Mapping[str, Any]
"""What frameworks print, by their names with commas between."""


@dataclass(frozen=True)
class Row:
    """One difference between frameworks, or one that could be expected and is none.

    Attributes
    ----------
    theme, slug : str
        The file and the function in which every framework has its witness.
    number : int
        Stays for good: others refer to it.
    topic : str
    why : str
        What goes wrong without a word if nobody knows.
    prints : dict
        What the witnesses return. Those who agree share an entry, so whoever does not
        stands apart.
    absent : dict of str
        By framework, why it has no witness.
    remedy : str
        What to write, so that all agree; empty where all do.
    agreed : number, text or list, optional
        What all return then. None where there is no such program.
    digits : int
        How many of a number must be equal: fewer where it is random, more where
        rounding is the topic.
    """

    theme: str
    number: int
    slug: str
    topic: str
    why: str
    prints: Groups
    absent: Mapping[str, str] = dataclasses.field(default_factory=dict)
    remedy: str = ""
    agreed: Any = None
    digits: int = 6

    def groups(self) -> list[tuple[tuple[str, ...], Any]]:
        """Who agrees on what, the largest group first."""
        groups = [(tuple(names.split(", ")), x) for names, x in self.prints.items()]
        return sorted(groups, key=lambda group: -len(group[0]))

    def expected(self) -> dict[str, Any]:
        """What each framework prints."""
        return {name: x for names, x in self.groups() for name in names}

    def odd(self) -> list[str]:
        """Who is not in the majority; nobody where there is none."""
        groups = self.groups()
        if not self.has_majority():
            return []
        return [name for names, _ in groups[1:] for name in names]

    def odd_one(self, labels: Mapping[str, str] = MappingProxyType({})) -> str:
        """Who stands apart, in words; `labels` has other names for the frameworks."""
        sides = [[labels.get(n, n) for n in names] for names, _ in self.groups()]
        if len(sides) == 1:
            return "nobody"
        if self.has_majority():
            return ", ".join(labels.get(name, name) for name in self.odd())
        return " against ".join(" and ".join(side) for side in sides)

    def has_majority(self) -> bool:
        """Whether one group is larger than any other."""
        sizes = [len(names) for names, _ in self.groups()]
        return len(sizes) == 1 or sizes[0] > sizes[1]


def text(x: Any, digits: int = 6) -> str:
    """A result as text, with as many digits as count."""
    if isinstance(x, list):
        return "[" + ", ".join(text(part, digits) for part in x) + "]"
    if isinstance(x, float):
        return f"{x:.{digits}g}"
    return str(x)


def same(found: Any, expected: Any, digits: int) -> bool:
    """Whether two results agree: numbers to a unit in the last of `digits` digits."""
    if isinstance(expected, list):
        return (
            isinstance(found, list)
            and len(found) == len(expected)
            and all(same(f, e, digits) for f, e in zip(found, expected, strict=True))
        )
    if not (_is_number(expected) and _is_number(found)):
        return type(found) is type(expected) and found == expected
    if expected == 0:
        return found == 0
    exponent = int(f"{abs(expected):e}".split("e")[1])
    return abs(found - expected) <= 1.001 * 10.0 ** (exponent + 1 - digits)


def _is_number(x: Any) -> bool:
    return isinstance(x, (int, float)) and not isinstance(x, bool)
