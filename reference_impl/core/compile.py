"""Compilation: capture a function once, then run what became of its graph.

The graph is improved by passes, lowered to kernels and laid out in memory; a call then
runs all of it at once. Python code of the function runs once for every set of shapes,
dtypes and devices.
"""

from __future__ import annotations

import functools
import sys
import types
import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from . import tree
from .device import CPU, HOST, Device
from .elements import tensor
from .errors import CaptureError, RangeError
from .graph import Graph, capture, is_array
from .known_tree import Build, Take, builder, taker
from .lazy import lazy
from .number import integers
from .operands import common_device
from .passes import applied, optimise
from .passes.fusion import fuse
from .replay import Program
from .tensor import FREED, UNTRACKED, Tensor, known, value

if TYPE_CHECKING:
    from .explain.explanation import Explanation
    from .plan.plan import Plan

# Half of what there is to import, and not needed before something is compiled.
planning = lazy(f"{__package__}.plan.plan")
explaining = lazy(f"{__package__}.explain.explanation")

# Compiling again and again is slower than not compiling: somebody should know.
MANY_SHAPES = 8


@dataclass(frozen=True, eq=False)
class _Found:
    """What is known of a function for arguments of a kind."""

    graph: Graph
    program: Plan | Program
    given_up: frozenset[int]
    """Which of the graph's inputs the caller loses."""

    place: Device
    take: Take
    """Takes the leaves of arguments of this kind."""

    kinds: Sequence[tuple[Any, ...]]
    """The shape, dtype and device of each leaf, if all are arrays."""

    build: Build
    """Puts the results together."""


class Compiled:
    """A function that is captured once for arguments of a kind, then run as a plan."""

    def __init__(
        self,
        function: Callable[..., Any],
        donate: Iterable[int] = (),
        passes: Callable[[Graph], Graph] = optimise,
    ) -> None:
        functools.update_wrapper(self, function)
        self.function = function
        self.donate = frozenset(donate)
        self.passes = passes
        self._found: dict[Any, _Found] = {}
        self._latest: _Found | None = None

    def __call__(self, *args: Any) -> Any:
        """What the function returns for these trees."""
        latest = self._latest
        tensors: list[Tensor] = []
        # What comes is mostly what came the last time: 25 us instead of 60 us for a
        # perceptron of three layers and its optimiser's state.
        if latest is None or not (
            latest.take(args, tensors) and _are_like(tensors, latest.kinds)
        ):
            leaves, structure = tree.flatten(args)
            latest = self._known(args, leaves, structure)
            tensors = [tensor(x) for x in leaves if is_array(x)]
            self._latest = latest if len(tensors) == len(leaves) else None
        if any([x.root != UNTRACKED for x in tensors]):  # noqa: C419 (half the time)
            return tree.unflatten(latest.graph.structure, latest.graph.apply(*tensors))
        place = latest.place
        results = [known(array, place) for array in _run(latest, tensors)]
        return latest.build(iter(results))

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        """The function as a method of an object, which is its first argument."""
        return self if instance is None else types.MethodType(self, instance)

    def graph(self, *args: Any) -> Graph:
        """The graph for arguments of these shapes and dtypes."""
        return self._known(args, *tree.flatten(args)).graph

    def explain(self, *args: Any, measure: bool = False) -> Explanation:
        """What became of the function for arguments of these shapes and dtypes.

        Parameters
        ----------
        measure : bool
            Whether to time every group of kernels, on copies of the arguments, and what
            the machine can do at best.

        Raises
        ------
        CaptureError
            If the function runs op by op, on a device without generated code.
        """
        leaves, structure = tree.flatten(args)
        found = self._known(args, leaves, structure)
        name = found.graph.name
        if isinstance(found.program, Program):
            raise CaptureError(
                f"explain: {name} runs op by op on {found.place}, so there are no "
                f"kernels to explain; `graph(*args)` shows what is run"
            )
        tensors = [tensor(x) for x in leaves if is_array(x)] if measure else []
        arrays = [np.ascontiguousarray(value(x, name)) for x in tensors]
        return explaining.explained(
            found.graph, found.program, arrays if measure else None
        )

    def _known(
        self, args: Sequence[Any], leaves: Sequence[Any], structure: tree.Structure
    ) -> _Found:
        key = (structure, tuple(map(_signature, leaves)))
        try:
            found = self._found.get(key)
        except TypeError as error:
            raise CaptureError(
                f"compile: arguments are trees of tensors, numbers and strings; "
                f"one has no hash: {error}"
            ) from None
        if found is None:
            found = self._found[key] = self._new(args, *key)
            if len(self._found) == MANY_SHAPES + 1:
                warnings.warn(
                    f"compile: {found.graph.name} was compiled for {len(self._found)} "
                    f"kinds of arguments; a number that changes should be a tensor, "
                    f"and batches should have one shape",
                    stacklevel=3,
                )
        return found

    def _new(
        self, args: Sequence[Any], structure: tree.Structure, kinds: tuple[Any, ...]
    ) -> _Found:
        _check_positions(self.donate, len(args))
        graph = capture(self.function, *args)
        constants = graph.constants()
        read = [*graph.inputs, *constants]
        place = common_device(graph.name, read) if read else HOST
        known_of = taker(structure), kinds, builder(graph.structure)
        given_up = frozenset(_inputs_of(args, self.donate))
        program: Plan | Program
        if isinstance(place, CPU):
            shared = _shared(graph, given_up)
            improved = applied("compile", self.passes, graph)
            program = planning.Plan(fuse(improved), place, shared)
        else:
            program = Program(graph)
        return _Found(graph, program, given_up, place, *known_of)


def _signature(leaf: Any) -> Any:
    if not is_array(leaf):
        return tree.Static(leaf)
    place = leaf.device if isinstance(leaf, Tensor) else HOST
    return leaf.shape, leaf.dtype, place


def _check_positions(donate: Iterable[int], count: int) -> None:
    """Raise an error if an argument is given up that is not there."""
    for i in donate:
        if not 0 <= i < count:
            raise RangeError(
                f"compile: donate: a position of an argument from 0 on is needed, {i} "
                f"came with {count} {'argument' if count == 1 else 'arguments'}"
            )


def _inputs_of(args: Sequence[Any], positions: Iterable[int]) -> list[int]:
    """Which inputs of a graph come from arguments at these positions."""
    found: list[int] = []
    count = 0
    for position, arg in enumerate(args):
        arrays = sum(map(is_array, tree.flatten(arg)[0]))
        if position in positions:
            found += range(count, count + arrays)
        count += arrays
    return found


def _shared(graph: Graph, given_up: Iterable[int]) -> dict[int, int]:
    """Which output may lie where an input does that is given up.

    One of the same name, shape and dtype if there is one: the new value of a parameter
    in the place of the old one.
    """
    free = set(given_up)
    shared: dict[int, int] = {}
    for same_name in (True, False):
        for out, y in enumerate(graph.outputs):
            for i in sorted(free):
                x = graph.inputs[i]
                if out in shared or (x.shape, x.dtype) != (y.shape, y.dtype):
                    continue
                names = graph.input_names[i], graph.output_names[out]
                if not same_name or len({n.partition(".")[2] for n in names}) == 1:
                    shared[out] = i
                    free.discard(i)
                    break
    return shared


def _are_like(leaves: Sequence[Any], kinds: Sequence[tuple[Any, ...]]) -> bool:
    """Whether leaves are tensors of these shapes and dtypes on these devices."""
    for x, (shape, dtype, place) in zip(leaves, kinds, strict=True):
        if (
            x.__class__ is not Tensor
            or x.shape != shape
            or x.dtype is not dtype
            or x.device is not place
        ):
            return False
    return True


def _run(found: _Found, tensors: Sequence[Tensor]) -> list[np.ndarray]:
    """The arrays of the results."""
    program, name = found.program, found.graph.name
    arrays = [value(x, name) for x in tensors]
    if isinstance(program, Program):
        results = program.run(arrays, found.place)
        for i in found.given_up:
            tensors[i].data = FREED
        return results
    for i in range(len(arrays)):
        if not arrays[i].flags.c_contiguous:
            arrays[i] = np.ascontiguousarray(arrays[i])
    program.check(arrays)
    for i in program.shared.values():
        if not _is_alone(arrays, i):
            arrays[i] = found.place.put(arrays[i])
    outputs = program.outputs(arrays)
    given_up = [(tensors[i], tensors[i].data) for i in found.given_up]
    for x, _ in given_up:
        x.data = FREED
    try:
        return program.run(arrays, outputs)
    except Exception:  # a library's, which is called before inputs are written over
        for x, data in given_up:
            x.data = data
        raise


def _is_alone(arrays: Sequence[np.ndarray], i: int) -> bool:
    """Whether nobody else can read an array, so that it may be written to."""
    # References: the list's, its tensor's unless it is a copy, and the call's own; the
    # base of an array has that of the array, and the call's.
    return (
        sys.getrefcount(arrays[i]) <= 3
        and arrays[i].flags.writeable
        and (arrays[i].base is None or sys.getrefcount(arrays[i].base) == 2)
    )


def compile(
    function: Callable[..., Any],
    *,
    donate: int | Sequence[int] = (),
    passes: Callable[[Graph], Graph] = optimise,
) -> Compiled:
    """A function that does the same, faster from its second call on.

    Parameters
    ----------
    function : callable
        Pure, of trees as positional arguments: it is called once for each new set of
        shapes, dtypes and devices, and again for each new value of an argument that is
        a Python number or string. A number that changes at every step should be a
        tensor.
    donate : int or sequence of int
        Positions of arguments that the caller gives up: their tensors are freed, and
        reading them is an error. A result of equal shape and dtype is written in the
        place of such a tensor, unless somebody else can read that memory. A training
        step gives up the former parameters.
    passes : function from graph to graph
        What is done with the captured graph before kernels are made of it: `optimise`,
        or `lambda graph: rematerialise(optimise(mixed_precision(graph)))`.

    Returns
    -------
    Compiled
        Its `graph(*args)` shows what was captured. Derivatives of it work.

    Raises
    ------
    NoValueError, CaptureError
        When called, if the function cannot be captured; see `capture`.
    CompileError
        When called, if a kernel cannot be built.
    DtypeError
        If a position is no integer.
    RangeError
        When called, if there is no argument at a position that is to be given up.

    Notes
    -----
    Results equal those of the function up to rounding: sums are taken in another order,
    elementary functions are the compiler's own, and numbers below the smallest normal
    one count as zero. With one thread, equal calls have equal bits.
    """
    for what, given in (("function", function), ("passes", passes)):
        if not callable(given):
            raise CaptureError(
                f"compile: {what} must be a function, {type(given).__name__} came"
            )
    return Compiled(function, integers(donate, who="compile", what="donate"), passes)
