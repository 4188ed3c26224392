"""The models of `adapters.zoo`, in JAX."""
