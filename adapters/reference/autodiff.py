"""Gradients in the reference framework.

A function of the parameters becomes its gradient.
"""

from collections.abc import Callable
from typing import Any

import reference_impl as ri
from reference_impl import nn

from ..contract import Batch


def value_and_grad(
    loss: Callable, params: Any, rest: Any, batch: Batch
) -> tuple[tuple[ri.Tensor, Any], Any]:
    """The loss of a batch, and its gradients by the parameters.

    The model is given in two parts, as `nn.partition` makes them: what the gradients
    are by, and the rest. Beside the loss stands the model of the next step.
    """

    def of_params(params: Any) -> tuple[ri.Tensor, Any]:
        return loss(nn.combine(params, rest), batch)

    return ri.value_and_grad(of_params, has_aux=True)(params)
