"""Values as plain JSON, so that type and value survive and no object does.

What crosses between grader and worker is text in this encoding, never a pickle. A
type counts only when it is exactly that type: a subclass of `int`, or an object
that claims to equal everything, arrives as nothing but the name of its class.
"""

from __future__ import annotations

from typing import Any


def encoded(value: object) -> Any:
    """A value as JSON data; a tuple is marked, because JSON knows lists alone."""
    kind = type(value)
    if value is None or kind in (bool, int, float, str):
        return value
    if kind is list:
        return [encoded(item) for item in value]  # type: ignore[attr-defined]
    if kind is tuple:
        return {"tuple": [encoded(item) for item in value]}  # type: ignore[attr-defined]
    return {"other": kind.__name__}


def decoded(plain: Any) -> Any:
    """The value that `encoded` made this from."""
    if type(plain) is list:
        return [decoded(item) for item in plain]
    if type(plain) is dict:
        return tuple(decoded(item) for item in plain["tuple"])
    return plain


def kind(plain: Any) -> str:
    """What sort of value an encoding stands for, in a word or two."""
    if type(plain) is dict:
        return "tuple" if "tuple" in plain else "object of another class"
    return type(plain).__name__
