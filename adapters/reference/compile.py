"""Ways to run in the reference framework: a captured graph, or op by op."""

from collections.abc import Callable

import reference_impl as ri


def compiled(
    function: Callable, mode: str, *, donate: tuple[int, ...] = ()
) -> Callable:
    """The function of trees, run in this mode; arguments that it replaces are donated.

    Their arrays become those of the results.
    """
    return ri.compile(function, donate=donate) if mode == "compiled" else function
