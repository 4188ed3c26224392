"""What a layer's parameters begin with: initialisers, and tensors that they make."""

from __future__ import annotations

from typing import Any


def check_initialisers(who: str, **given: Any) -> None:
    """Raise an error unless parameters begin by functions; a bias may be left out.

    Raises
    ------
    TypeError
        `who` opens the message.
    """
    for name, init in given.items():
        may_miss = name.endswith("bias")
        if callable(init) or (init is None and may_miss):
            continue
        needed = "None, to leave it out, or " if may_miss else ""
        raise TypeError(
            f"{who}: {name} must be {needed}an initialiser, such as "
            f"`nn.fan_in_uniform()`; {init!r:.60} came"
        )


def check_made(who: str, **parameters: Any) -> None:
    """Raise an error if a layer has a size in place of a parameter.

    In a call, not where a layer is made: a tree like it may hold anything.

    Raises
    ------
    TypeError
        `who` opens the message.
    """
    for name, given in parameters.items():
        if isinstance(given, int):
            raise TypeError(
                f"{who}: {name} cannot be a number, {given} came; `{who}.init(...)` "
                f"makes a layer from sizes"
            )
