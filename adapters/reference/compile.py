"""Ways to run in the reference framework.

A captured graph, or op by op.
"""

from collections.abc import Callable

import reference_impl as ri


def compiled(
    function: Callable, mode: str, *, donate: tuple[int, ...] = ()
) -> Callable:
    """The function, run in this mode.

    Results may take the arrays of the arguments at the positions `donate`, which cannot
    be used again; op by op, they are kept.
    """
    return ri.compile(function, donate=donate) if mode == "compiled" else function
