"""Which tensor of a training step was the first that is infinite or not a number.

Training looks at the loss of every step, and at the state before it is kept.
When these are not finite, the step is taken once more and every tensor is looked at. To
that end training waits for each step's loss, and keeps the batch and the state of the
step before: parameters and the optimiser's state are in memory twice.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..core import tree
from ..core.autodiff import grad
from ..core.elements import tensor
from ..core.graph import Graph, capture, is_array
from ..core.show import type_of
from ..core.tensor import Tensor
from ..optim import Optimiser
from .state import Loss, State, objective, step_key


def first_non_finite(
    loss: Loss, optimiser: Optimiser, state: State, x: Any, y: Any
) -> str | None:
    """The name of the first tensor of a step that is not finite; nothing if all are.

    First are the batch and what the step starts from, then what the model computes, in
    its order, then the gradients, from the last layer to the first, then what the
    optimiser makes of them.
    """
    x, y = tree.map(tensor, (x, y))
    given = {
        "x": x,
        "y": y,
        "params": state.params,
        "statistics": state.statistics,
        "optimiser": state.optimiser,
    }
    args = state.params, state.statistics, x, y
    return (
        in_tree(given)
        or _in_model(capture(objective(loss), *args, step_key(state)), args, state)
        or _in_update(loss, optimiser, state, x, y)
    )


def in_tree(values: Any, *, last: bool = False) -> str | None:
    """The name of the first leaf that is not finite, or of the last one."""
    names, leaves = tree.names(values), tree.flatten(values)[0]
    pairs = zip(names, leaves, strict=True)
    found = [
        name
        for name, leaf in pairs
        if isinstance(leaf, Tensor) and not _is_finite(leaf)
    ]
    return found[-1 if last else 0] if found else None


def _is_finite(x: Any) -> bool:
    arrays = x.data if isinstance(x.data, tuple) else (x.data,)  # several results
    return all(np.all(np.isfinite(x.device.get(array))) for array in arrays)


def _in_model(graph: Graph, args: Any, state: State) -> str | None:
    """The oldest node from which infinities or NaNs have come down to the loss.

    Others are no fault: a mask of attention is minus infinity on purpose, and the
    softmax after it is finite.
    """
    leaves = [*tree.flatten((*args, step_key(state)))[0]]
    values = graph.applied(*filter(is_array, leaves))
    seen: set[int] = set()
    found: list[Tensor] = []
    waiting = [graph.outputs[0]]
    while waiting:
        node = waiting.pop()
        if node.serial in seen or node.op is None:
            continue
        seen.add(node.serial)
        if not _is_finite(values.get(node.serial, node)):
            found.append(node)
            waiting.extend(node.inputs)
    if not found:
        return None
    first = min(found, key=lambda node: node.serial)
    scope = graph.scope_names().get(first.serial, "the loss")
    return f"{scope}, where {first.op.name} makes {type_of(first)}"


def _in_update(
    loss: Loss, optimiser: Optimiser, state: State, x: Any, y: Any
) -> str | None:
    gradient = grad(objective(loss), has_aux=True)
    grads, _ = gradient(state.params, state.statistics, x, y, step_key(state))
    params, _ = optimiser.update(grads, state.optimiser, state.params)
    return in_tree({"gradient": grads}, last=True) or in_tree({"updated": params})
