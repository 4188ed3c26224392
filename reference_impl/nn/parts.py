"""The parts of a model: what an optimiser updates, and what the layers do themselves.

Parameters are trained by their gradients. Statistics, such as the running mean of a
normalisation, are fields marked as such, and a layer's `training` returns their next
values:

    def loss(params, statistics, x, y, key):
        logits, after = nn.combine(params, statistics).training(x, key)
        return nn.cross_entropy(logits, y), nn.partition(after)[1]

    params, statistics = nn.partition(model)
    (value, statistics), grads = ri.value_and_grad(loss, has_aux=True)(
        params, statistics, x, y, key
    )
"""

from __future__ import annotations

import dataclasses
from typing import Any

from ..core import tree
from ..core.errors import TreeError


def static(**options: Any) -> Any:
    """A field that is part of a layer's structure: a size, a rate, a function."""
    return dataclasses.field(metadata={"static": True}, **options)


def statistic(**options: Any) -> Any:
    """A field that is not trained: `training` returns the layer with its next value."""
    return dataclasses.field(metadata={"statistic": True}, **options)


def partition(model: Any) -> tuple[Any, Any]:
    """The parameters and the statistics of a model, as two trees like it.

    `None`, a tree without leaves, stands in each where the other has a tensor.
    """
    leaves, structure = tree.flatten(model)
    rows = list(zip(leaves, tree.marked(structure, "statistic"), strict=True))
    params = [None if is_statistic else leaf for leaf, is_statistic in rows]
    statistics = [leaf if is_statistic else None for leaf, is_statistic in rows]
    return tree.unflatten(structure, params), tree.unflatten(structure, statistics)


def combine(params: Any, statistics: Any) -> Any:
    """The model whose parts `partition` has returned, or what training made of them.

    Raises
    ------
    TreeError
        If these are no two parts of one model.
    """
    if params is None or statistics is None:
        return statistics if params is None else params
    of_params, of_statistics = tree.children(params), tree.children(statistics)
    if (
        of_params is None
        or of_statistics is None
        or type(params) is not type(statistics)
        or of_params.keys() != of_statistics.keys()
    ):
        raise TreeError(
            f"combine: two parts of one model are needed, of which one has None where "
            f"the other has a tensor; {params!r:.60} and {statistics!r:.60} came"
        )
    both = {key: combine(of_params[key], of_statistics[key]) for key in of_params}
    return tree.with_children(params, both)
