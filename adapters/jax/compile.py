"""Ways to run in JAX: a function compiled by XLA, or op by op."""

import jax


def compiled(function, model, mode):
    """The function, run in this mode."""
    return jax.jit(function) if mode == "jit" else function
