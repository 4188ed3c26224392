"""The models of the comparison in JAX."""
