"""Ways to run in JAX: a function compiled by XLA, or op by op."""

from collections.abc import Callable

import jax


def compiled(function: Callable, model: Callable, mode: str) -> Callable:
    """The function, run in this mode."""
    return jax.jit(function) if mode == "jit" else function
