"""Scans: loops of kernels, or their iterations written out one after the other.

At every iteration of a loop the same kernels run, whose arguments may be so many bytes
further on. Steps of libraries, which Python takes, and loops inside of loops are no
kernels; a short scan that holds them is written out: steps for each iteration, which
read its own slice, and the carry where the one before has left it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from ..graph import Graph
from ..kernel import Kernel, Loop
from ..tensor import Tensor
from .draft import copy
from .nodes import Lowering, NoKernel
from .order import ordered
from .step import Library, Step
from .view import View

# Of a scan that is written out: 0.7 s of compilation.
MOST_STEPS = 2000


@dataclass(frozen=True, eq=False)
class _Scan:
    """A scan's graph of an iteration, and where all that it reads and writes is."""

    body: Graph
    length: int
    reverse: bool
    first: Sequence[View]
    xs: Sequence[View]
    free: Sequence[View]
    last: Sequence[View]
    ys: Sequence[View]

    def lower_iteration(
        self,
        into: Lowering,
        carry: Sequence[View],
        xs: Iterable[View],
        ys: Iterable[View],
    ) -> list[View]:
        """Add the steps of an iteration; where it leaves the carry."""
        into.lower(
            ordered(self.body, {}),
            list(zip(self.body.inputs, [*carry, *xs, *self.free], strict=True)),
            list(zip(self.body.outputs[len(carry) :], ys, strict=True)),
        )
        return [into.view(x) for x in self.body.outputs[: len(carry)]]


def scan(self: Lowering, node: Tensor, inputs: Sequence[View]) -> None:
    """The rule of a scan."""
    count, slices = node.attrs["carries"], node.attrs["slices"]
    results = [self.fresh(node, index) for index in range(len(node.shape))]
    whole = _Scan(
        node.attrs["body"],
        node.attrs["length"],
        node.attrs["reverse"],
        first=inputs[:count],
        xs=inputs[count : count + slices],
        free=inputs[count + slices :],
        last=results[:count],
        ys=results[count:],
    )
    try:
        found = _looped(self, whole)
    except NoKernel as reason:
        found = _written_out(self, whole, str(reason))
    self.steps += found.steps
    self.checks += found.checks


def _looped(self: Lowering, scan: _Scan) -> Lowering:
    """The steps of a scan as a loop, whose carry stays where the last one will be."""
    if self.iterations is not None:
        raise NoKernel("a loop of kernels holds no loops")
    body, found = self.inside(scan.length), self.inside(None)
    xs, ys = ([_moving(x, scan) for x in views] for views in (scan.xs, scan.ys))
    # What is both a result and a carry is written to the result, and copied.
    after = scan.lower_iteration(body, scan.last, xs, ys)
    pairs = zip(after, scan.last, strict=True)
    body.steps += _copies([body.apart(*pair, scan.last) for pair in pairs], scan.last)
    loop = Loop(_kernels(body.steps), scan.length)
    found.steps = [*_copies(scan.first, scan.last), loop]
    found.checks = body.checks
    return found


def _moving(x: View, scan: _Scan) -> View:
    """What a loop's first iteration sees of a sequence; it moves with the others."""
    stride = x.array.strides[0]
    first = scan.length - 1 if scan.reverse else 0
    # Three dots, or a number of a vector would be a copy.
    array = x.array[first, ...] if scan.length else np.empty(x.shape[1:], x.dtype)
    return View(x.buffer, array, x.start, -stride if scan.reverse else stride)


def _kernels(steps: Sequence[Step]) -> tuple[Kernel, ...]:
    """Steps as the body of a loop."""
    for step in steps:
        if isinstance(step, Library):
            raise NoKernel(f"it holds {step.op.name}, a step of a library: {step.why}")
    return tuple(step for step in steps if isinstance(step, Kernel))


def _written_out(self: Lowering, scan: _Scan, why: str) -> Lowering:
    """The steps of a scan one iteration after the other; `why` it is no loop."""
    found, carry = self.inside(self.iterations), scan.first
    numbers = list(range(scan.length))[:: -1 if scan.reverse else 1]
    for t in numbers:
        xs, ys = (_slices(views, t) for views in (scan.xs, scan.ys))
        carry = scan.lower_iteration(found, carry, xs, ys)
        steps = len(found.steps) * scan.length  # at the first iteration
        if t == numbers[0] and steps > MOST_STEPS:
            raise NoKernel(f"{why}; and {steps:,} steps are too many to write out")
    found.steps += _copies(carry, scan.last)
    return found


def _slices(views: Sequence[View], t: int) -> list[View]:
    return [x.at(x.array[t, ...]) for x in views]


def _copies(views: Sequence[View], places: Sequence[View]) -> list[Kernel]:
    pairs = zip(views, places, strict=True)
    return [kernel for pair in pairs for kernel in copy(*pair)]
