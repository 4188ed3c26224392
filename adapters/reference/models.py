"""The models, in the reference framework."""

from .layers import cross_entropy, linear, mean_squared_error, relu, sequential


def linear_regression(dtype):
    """10 -> 1."""
    return sequential(output=linear(10, 1, dtype))


def mlp(dtype):
    """64 -> 128 -> relu -> 10."""
    return sequential(
        hidden=linear(64, 128, dtype),
        relu=relu(),
        output=linear(128, 10, dtype),
    )


def activations(model, x):
    """The result of every layer, by name."""
    return model.activations(x)


MODELS = {"linear_regression": linear_regression, "mlp": mlp}
LOSSES = {"mean_squared_error": mean_squared_error, "cross_entropy": cross_entropy}
