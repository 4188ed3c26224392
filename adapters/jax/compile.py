"""Ways to run in JAX: a function compiled by XLA, or op by op."""

from collections.abc import Callable

import jax


def compiled(
    function: Callable, mode: str, *, donated: tuple[int, ...] = ()
) -> Callable:
    """The function, run in this mode.

    Results may be written over the arguments at the positions `donated`, which cannot
    be used again; op by op, they are kept.
    """
    return jax.jit(function, donate_argnums=donated) if mode == "jit" else function
