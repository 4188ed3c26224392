"""What a file holds, held against the types that its readers count on."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from types import UnionType
from typing import Any, get_args, get_origin

_NUMBER: Any = (int, float)  # JSON writes 1.0 as either


def misfit(name: str, value: Any, kind: Any) -> str | None:
    """What in a value from JSON is not of an annotated type; nothing if all is."""
    if kind is Any:
        return None
    if isinstance(kind, UnionType):
        found = [misfit(name, value, one) for one in get_args(kind)]
        return None if None in found else found[0]
    plain: Any = get_origin(kind) or kind
    inner = get_args(kind)
    is_truth = isinstance(value, bool) and plain is not bool  # Python counts with them
    if is_truth or not isinstance(value, _NUMBER if plain in _NUMBER else plain):
        return f"{name} must be {plain.__name__}, {type(value).__name__} came"
    parts: Iterable[tuple[Any, Any]] = ()
    if inner:
        parts = value.items() if plain is dict else enumerate(value)
    complaints = (misfit(f"{name}.{key}", part, inner[-1]) for key, part in parts)
    return next(filter(None, complaints), None)


def beyond(name: str, value: dict[str, Any], keys: Collection[str]) -> str | None:
    """Which keys a dict has besides those that there are; nothing where none."""
    more = [key for key in value if key not in keys]
    if not more:
        return None
    return f"{name} has {', '.join(more)}, but there are only {', '.join(keys)}"


def lacking(name: str, value: Any, keys: Collection[str]) -> str | None:
    """Which keys a dict lacks, or one of a list of dicts; nothing where none."""
    for one in value if isinstance(value, list) else [value]:
        missing = [key for key in keys if one is not None and key not in one]
        if missing:
            return f"{name} has no {', '.join(missing)}"
    return None
