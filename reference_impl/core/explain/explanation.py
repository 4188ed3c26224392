"""An explanation: everything that can be said about a compiled function."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..build import cache, host
from ..cost import operations
from ..dtype import float32, float64
from ..graph import Graph
from ..kernel import Source
from ..lowering.view import View
from ..passes import Optimised, Report
from ..plan.measuring import Times, measured
from ..plan.plan import Plan
from ..show import nested_graphs, shown_nodes
from ..whole_file import write_whole
from .limits import Limits, limits
from .memory import Memory, memory
from .numerals import shortened
from .page import as_html
from .text import as_text
from .work import Execution, executions


@dataclass(frozen=True)
class Written:
    """The text of a kernel, the file where it can be read, and how often it runs."""

    source: Source
    path: Path
    kernels: int


@dataclass(frozen=True, eq=False)
class Explanation:
    """What became of a function; `print` shows it, `save` writes it as a page.

    Attributes
    ----------
    graph, optimised : Graph
        As it was captured, and as it was lowered to kernels.
    reports : tuple of Report
        What each pass did, fusion as the last of them.
    kernels : tuple of Execution
        Groups of kernels and steps of libraries, in the order in which they run.
    sources : tuple of Written
        The text of every distinct kernel.
    memory : Memory
    threads : int
        With how many a call runs.
    times : Times or None
        If they have been measured, those of `kernels`; and then the machine's `limits`.
    limits : Limits or None
    """

    graph: Graph
    optimised: Graph
    reports: tuple[Report, ...]
    kernels: tuple[Execution, ...]
    sources: tuple[Written, ...]
    memory: Memory
    threads: int
    times: Times | None = None
    limits: Limits | None = None

    def text(self, *, sources: bool = True) -> str:
        """The explanation for a terminal of 100 columns.

        Parameters
        ----------
        sources : bool
            Whether the text of kernels is part of it.
        """
        return as_text(self, sources=sources)

    def __str__(self) -> str:
        return self.text()

    def html(self) -> str:
        """The explanation as a page of HTML that needs nothing else."""
        return as_html(self)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the page to a file.

        Raises
        ------
        OSError
            If the file cannot be written.
        """
        write_whole(Path(path), self.html().encode())


def explained(
    graph: Graph, plan: Plan, arrays: Sequence[np.ndarray] | None = None
) -> Explanation:
    """The explanation of a captured graph and the plan that was made of it.

    Parameters
    ----------
    arrays : sequence of numpy.ndarray, optional
        Those of the inputs, in row-major order. If given, everything is timed on copies
        of them.
    """
    passes = plan.graph.reports if isinstance(plan.graph, Optimised) else ()
    is_timed = arrays is not None
    return Explanation(
        graph=graph,
        optimised=plan.graph,
        reports=(*passes, fusion(plan.graph)),
        kernels=executions(plan),
        sources=tuple(_written(plan)),
        memory=memory(plan),
        threads=plan.threads,
        times=measured(plan, arrays) if arrays is not None else None,
        limits=limits(plan.threads, _main_dtype(plan)) if is_timed else None,
    )


def fusion(graph: Graph) -> Report:
    """What fusion did, as it can be seen in what it left."""
    before, after = _sizes(graph)
    fused, ops = list(_fused(graph)), operations(graph)
    names = ", ".join(shortened(body.name, 36) for body in fused[:3])
    more = f" and {len(fused) - 3} more" if len(fused) > 3 else ""
    summary = f"{len(fused)} fused: {names}{more}" if fused else "nothing to fuse"
    return Report("fuse", before, after, ops, ops, summary)


def _fused(graph: Graph) -> Iterator[Graph]:
    """The bodies of fused nodes, those in loops as well."""
    for node in graph.nodes():
        for _, body in nested_graphs(node.attrs):
            if node.op.name == "fused":
                yield body
            else:
                yield from _fused(body)


def _sizes(graph: Graph) -> tuple[int, int]:
    """The nodes before fusion and after it, those inside of loops as well."""
    before = after = 0
    for node in shown_nodes(graph):
        inside = [_sizes(body) for _, body in nested_graphs(node.attrs)]
        is_fused = node.op.name == "fused"
        before += sum(each for each, _ in inside) + (not is_fused)
        after += 1 if is_fused else 1 + sum(each for _, each in inside)
    return before, after


def _written(plan: Plan) -> Iterator[Written]:
    counts: dict[Source, int] = {}
    for kernel in plan.kernels:
        counts[kernel.source] = counts.get(kernel.source, 0) + 1
    for source, number in counts.items():
        path = cache.text_file(source, cache.key(source, host()))
        yield Written(source, path, number)


def _main_dtype(plan: Plan) -> np.dtype:
    """The kind of numbers for which the machine's peak is measured."""
    views: list[View] = [*plan.lowered.inputs, *plan.lowered.outputs]
    nbytes = {
        dtype: sum(view.array.nbytes for view in views if view.dtype == dtype)
        for dtype in (float32, float64)
    }
    return max(nbytes, key=lambda dtype: nbytes[dtype])
