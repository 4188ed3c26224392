"""The models of `adapters.zoo` in JAX, a file for each."""
