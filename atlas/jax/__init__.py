"""The witnesses of the atlas in JAX and its example libraries."""
