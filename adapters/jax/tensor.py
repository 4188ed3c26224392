"""Arrays in and out of JAX."""

import jax
import jax.numpy as jnp
import jaxlib
import numpy as np


def versions() -> dict[str, str]:
    """The versions that the results depend on."""
    return {
        "jax": jax.__version__,
        "jaxlib": jaxlib.__version__,
        "numpy": np.__version__,
    }


def configure(threads: int) -> None:
    """Fix what the results depend on.

    Without x64 every float64 becomes a float32. XLA takes as many threads as the
    process may use cores, so a process must be pinned to `threads` of them before.
    """
    jax.config.update("jax_enable_x64", True)
    jax.config.update("jax_platforms", "cpu")


def from_numpy(array: np.ndarray) -> jax.Array:
    """The framework's tensor with a NumPy array's elements and dtype."""
    return jnp.asarray(array)


def to_numpy(x: jax.Array) -> np.ndarray:
    """A NumPy array with a tensor's elements."""
    return np.array(x)
