"""A graph as steps: what to run for it, and where its ends are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..graph import Graph
from ..kernel import Buffer
from .indexing import Check
from .nodes import Lowering
from .order import ordered
from .rules import rule_of
from .step import Step
from .view import View, new_view


@dataclass
class Lowered:
    """What to run for a graph, in order, and where its ends are.

    Attributes
    ----------
    constants : dict of Buffer to numpy.ndarray
        Buffers that hold the constants of the graph.
    checks : list of Check
        Of inputs, to be made before anything runs.
    """

    steps: list[Step]
    inputs: list[View]
    outputs: list[View]
    constants: dict[Buffer, np.ndarray]
    checks: list[Check]


def lowered(graph: Graph, shared: Mapping[int, int] | None = None) -> Lowered:
    """The steps that compute a graph.

    Parameters
    ----------
    shared : mapping of int to int, optional
        Which output may come to lie where an input lies: the order of the steps is such
        that it can. It has a buffer of its own here.
    """
    inputs = [new_view(x.shape, x.dtype, "input") for x in graph.inputs]
    outputs = [new_view(y.shape, y.dtype, "output") for y in graph.outputs]
    found = Lowering(rule_of, given={view.buffer for view in inputs})
    found.lower(
        ordered(graph, shared or {}),
        list(zip(graph.inputs, inputs, strict=True)),
        list(zip(graph.outputs, outputs, strict=True)),
    )
    return Lowered(found.steps, inputs, outputs, found.constants, found.checks)
