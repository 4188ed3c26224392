"""A chain of the adapter's layers in MXNet, and its gradients."""

from mxnet import autograd
from random_models.adapted.parts import batch, built, named, parameters

from adapters.mxnet import io, layers
from adapters.mxnet.autodiff import value_and_grad
from adapters.mxnet.compile import compiled
from adapters.mxnet.recording import activations
from adapters.mxnet.tensor import from_numpy, to_numpy


def _attention(make, of, x, dtype):
    """It must know T and D beforehand."""
    T, D = of.shape[1:]
    return make.attention(of.settings["heads"], T, D, dtype)


def differentiated(model, arrays):
    """Every result, the loss, and gradients by the parameters, as NumPy arrays."""
    own = built(model, layers, model.dtype, attention=_attention)
    own = io.load(own, parameters(model, arrays))
    inputs = {name: from_numpy(a) for name, a in batch(model, arrays).items()}
    params = [p for p in own.collect_params().values() if p.grad_req != "null"]

    def loss(F, own, inputs):
        return F.sum(own(inputs["x"]) * inputs["share"])

    graph = compiled(loss, own, "imperative")
    value, grads = value_and_grad(graph, params, inputs)
    grads = {p.name: g for p, g in zip(params, grads, strict=True)}
    with autograd.train_mode():
        values = activations(own, named(model), lambda: own(inputs["x"]))
    results = {name: to_numpy(y) for name, y in values.items()}
    return results | {"loss": to_numpy(value)}, io.named(own, grads)
