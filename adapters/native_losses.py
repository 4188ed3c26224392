"""The frameworks' own losses: where they are, and what makes them the adapters'."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Loss:
    """A framework's own loss, and what makes it the adapters'.

    Attributes
    ----------
    framework : str
    loss : str
        A name in `losses.py` of the adapters.
    own : str
        Where it is, as `module:name`.
    unsaid : str
        What it does if nothing is said.
    options : dict
        What must be said.
    is_mean : bool
        Whether it takes the mean over the last axis, where the adapters take the sum.
    rows : tuple of int
        The numbers of the atlas' rows that show it.
    """

    framework: str
    loss: str
    own: str
    unsaid: str
    options: Mapping[str, Any] = field(default_factory=dict)
    is_mean: bool = False
    rows: tuple[int, ...] = ()


_MEAN, _LOGITS = "the mean of everything", "takes logits"
_CUT = "takes probabilities, cuts them off at 1e-7; rounds to float32"

# JAX has no losses of its own.
LOSSES = (
    Loss(
        "reference", "mean_squared_error", "reference_impl.nn:mean_squared_error", _MEAN
    ),
    Loss("pytorch", "mean_squared_error", "torch.nn.functional:mse_loss", _MEAN),
    Loss(
        "tensorflow",
        "mean_squared_error",
        "keras.losses:MeanSquaredError",
        f"{_MEAN}; rounds to float32",
        {"dtype": "float64"},
    ),
    Loss(
        "mxnet",
        "mean_squared_error",
        "mxnet.gluon.loss:L2Loss",
        "half of the mean, for each sample",
        {"weight": 2.0},
        rows=(22,),
    ),
    Loss(
        "reference",
        "cross_entropy",
        "reference_impl.nn:cross_entropy",
        f"{_LOGITS}, classes on axis 1; {_MEAN}",
    ),
    Loss(
        "pytorch",
        "cross_entropy",
        "torch.nn.functional:cross_entropy",
        f"{_LOGITS}, classes on axis 1; {_MEAN}",
    ),
    Loss(
        "tensorflow",
        "cross_entropy",
        "keras.losses:SparseCategoricalCrossentropy",
        f"{_CUT}; {_MEAN}",
        {"from_logits": True, "dtype": "float64"},
        rows=(20,),
    ),
    Loss(
        "mxnet",
        "cross_entropy",
        "mxnet.gluon.loss:SoftmaxCrossEntropyLoss",
        f"{_LOGITS}; one number for each sample",
    ),
    Loss(
        "reference",
        "binary_cross_entropy",
        "reference_impl.nn:binary_cross_entropy",
        f"{_LOGITS}; {_MEAN}",
        is_mean=True,
    ),
    Loss(
        "pytorch",
        "binary_cross_entropy",
        "torch.nn.functional:binary_cross_entropy_with_logits",
        f"{_LOGITS}; {_MEAN}",
        is_mean=True,
    ),
    Loss(
        "tensorflow",
        "binary_cross_entropy",
        "keras.losses:BinaryCrossentropy",
        f"{_CUT}; {_MEAN}",
        {"from_logits": True, "dtype": "float64"},
        is_mean=True,
        rows=(21,),
    ),
    Loss(
        "mxnet",
        "binary_cross_entropy",
        "mxnet.gluon.loss:SigmoidBinaryCrossEntropyLoss",
        f"{_LOGITS}; the mean of each sample",
        is_mean=True,
    ),
)
