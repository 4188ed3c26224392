"""What every adapter offers, so that five frameworks can be asked the same question.

An adapter is a folder of files with equal names, and in each file the same public
names stand in the same order; `FILES` lists them and a test holds every adapter to it.
The bodies are what a native user of the framework would write. Parameters cross as
NumPy arrays under canonical names such as `hidden.weight`, in a canonical layout: the
weight of a linear layer is (D_in, D_out).

Nothing but NumPy is imported here: workers of every environment read this file.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np

FILES: dict[str, tuple[str, ...]] = {
    "tensor.py": ("versions", "configure", "from_numpy", "to_numpy"),
    "autodiff.py": ("value_and_grad",),
    "layers.py": (
        "linear",
        "relu",
        "sequential",
        "mean_squared_error",
        "cross_entropy",
    ),
    "models.py": ("linear_regression", "mlp", "activations", "MODELS", "LOSSES"),
    "optim.py": ("init", "update"),
    "data.py": ("batches",),
    "compile.py": ("compiled",),
    "io.py": ("load", "parameters", "named"),
    "train.py": ("Trainer",),
}

# The adapters whose framework says what it allocates have one more file.
TRACED = ("reference",)
TRACED_FILES: dict[str, tuple[str, ...]] = {"memory.py": ("recorded",)}

# The ways in which a framework can run a model; the first is the one its users reach
# for when they care about speed and need nothing else installed.
MODES: dict[str, tuple[str, ...]] = {
    "reference": ("compiled", "eager"),
    "pytorch": ("eager", "torch.compile"),
    "tensorflow": ("tf.function", "eager"),
    "mxnet": ("hybridized", "imperative"),
    "jax": ("jit", "op by op"),
}

FRAMEWORKS = tuple(MODES)


def files(framework: str) -> dict[str, tuple[str, ...]]:
    """The files of an adapter, and the public names in each."""
    return FILES | (TRACED_FILES if framework in TRACED else {})


Arrays = dict[str, np.ndarray]

# How many events of an allocator came before a step, and all of them. An event has
# `action` ("allocate" or "free"), `offset`, `nbytes`, `live_bytes` (of all blocks,
# after it), and of the array in the block `maker`, `dtype` and `shape`.
Recording = tuple[int, list[dict[str, Any]]]


@dataclass(frozen=True)
class Model:
    """A model as all adapters build it.

    Attributes
    ----------
    layers : tuple of str
        In the order in which data passes through them.
    shapes : dict
        The canonical parameters, in the order of the layers.
    loss : str
    inputs : int
        D_in of the first layer.
    """

    layers: tuple[str, ...]
    shapes: dict[str, tuple[int, ...]]
    loss: Literal["mean_squared_error", "cross_entropy"]
    inputs: int

    def widths(self) -> dict[str, int]:
        """D_out of every layer; one without a weight keeps the width before it."""
        widths, width = {}, self.inputs
        for layer in self.layers:
            width = self.shapes.get(f"{layer}.weight", (0, width))[1]
            widths[layer] = width
        return widths


MODELS: dict[str, Model] = {
    "linear_regression": Model(
        layers=("output",),
        shapes={"output.weight": (10, 1), "output.bias": (1,)},
        loss="mean_squared_error",
        inputs=10,
    ),
    "mlp": Model(
        layers=("hidden", "relu", "output"),
        shapes={
            "hidden.weight": (64, 128),
            "hidden.bias": (128,),
            "output.weight": (128, 10),
            "output.bias": (10,),
        },
        loss="cross_entropy",
        inputs=64,
    ),
}


class Trainer(Protocol):
    """A model in training: the class that `train.py` of every adapter offers.

    `x` and `y` are the framework's own tensors, made with `tensor.from_numpy`.

    Parameters
    ----------
    model : str
        A name in `MODELS`.
    parameters : dict of arrays
        Canonical; their dtype is the dtype of the training.
    mode : str
        One of the framework's `MODES`.
    lr, momentum : float
        v <- momentum v + g, then p <- p - lr v.
    """

    def __init__(
        self, model: str, parameters: Arrays, *, mode: str, lr: float, momentum: float
    ) -> None: ...

    def predict(self, x: Any) -> Any:
        """The output of the model."""

    def activations(self, x: Any) -> Arrays:
        """The result of every layer, by name, in order."""

    def loss_and_gradients(self, x: Any, y: Any) -> tuple[float, Arrays]:
        """The loss and its gradients under canonical names."""

    def step(self, x: Any, y: Any) -> Any:
        """Update the parameters once and return the loss from before."""

    def parameters(self) -> Arrays:
        """The parameters as they are now, under canonical names."""
