"""What was found in JAX: each function returns how far it is from what is right."""

import jax
import jax.numpy as jnp

jax.config.update("jax_enable_x64", True)


def attention_in_float32():
    x = jnp.linspace(-1, 1, 6).reshape(1, 3, 1, 2)
    shares = jax.nn.softmax(x[0, :, 0] @ x[0, :, 0].T / 2**0.5)
    read = jax.nn.dot_product_attention(x, x, x)
    return float(jnp.abs(read[0, :, 0] - shares @ x[0, :, 0]).max())
