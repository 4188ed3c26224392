"""Ways to run in JAX.

A graph compiled by XLA, or op by op.
"""

from collections.abc import Callable

import jax


def compiled(
    function: Callable, mode: str, *, donate: tuple[int, ...] = ()
) -> Callable:
    """The function, run in this mode.

    Results may take the arrays of the arguments at the positions `donate`, which cannot
    be used again; op by op, they are kept.
    """
    return jax.jit(function, donate_argnums=donate) if mode == "jit" else function
