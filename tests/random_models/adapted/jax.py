"""A chain of the adapter's layers in JAX, and its gradients."""

from functools import partial

from random_models.adapted.parts import batch, built, named, parameters

from adapters.jax import io, layers
from adapters.jax.autodiff import value_and_grad
from adapters.jax.binding import bind
from adapters.jax.compile import compiled
from adapters.jax.recording import activations
from adapters.jax.tensor import from_numpy, to_numpy


def differentiated(model, arrays):
    """Every result, the loss, and gradients by the parameters, as NumPy arrays."""
    own = built(model, layers, model.dtype)
    params = io.load(own, parameters(model, arrays))
    inputs = {name: from_numpy(a) for name, a in batch(model, arrays).items()}
    trained = [name for layer in model.layers for name in layer.arguments()]

    def loss(bound, inputs):
        return (bound(inputs["x"]) * inputs["share"]).sum()

    def run(params, inputs, own):
        bind(own, params, is_training=True)(inputs["x"])

    def both(params, inputs):
        by = {name: params[name] for name in trained}
        (value, _), grads = value_and_grad(loss, own, by, params, inputs)
        return (
            activations(own, named(model), partial(run, params, inputs)),
            value,
            grads,
        )

    values, value, grads = compiled(both, "jit")(params, inputs)
    results = {name: to_numpy(y) for name, y in values.items()}
    return results | {"loss": to_numpy(value)}, io.named(grads)
