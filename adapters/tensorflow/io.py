"""Parameters in and out of Keras: its kernels are (D_in, D_out), as the canonical."""

from .tensor import to_numpy


def load(model, arrays):
    """The model, given these canonical parameters."""
    first = next(iter(arrays.values()))
    model.build((None, first.shape[0]))
    for name, variable in zip(_names(model), model.trainable_variables, strict=True):
        variable.assign(arrays[name])
    return model


def parameters(model):
    """The model's parameters under canonical names."""
    return named(model, [variable.value for variable in model.trainable_variables])


def named(model, gradients):
    """Gradients, in the order of the model's variables, under canonical names."""
    return {n: to_numpy(g) for n, g in zip(_names(model), gradients, strict=True)}


def _names(model):
    # What others call the weight of a linear layer, Keras calls its kernel.
    return [
        f"{layer.name}.{variable.name.replace('kernel', 'weight')}"
        for layer in model.layers
        for variable in layer.trainable_variables
    ]
