"""Compilation: capture a function once, then run what became of its graph.

The graph is improved by passes, lowered to kernels and laid out in memory; a call then
runs all of it at once. Python code of the function runs once for every set of shapes,
dtypes and devices.
"""

from __future__ import annotations

import functools
import types
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from . import tree
from .advice import warn_of_many_kinds, warn_of_slow_loop
from .codegen.known_tree import Build, Take, builder, taker
from .device import CPU, HOST, Device
from .donation import check_positions, inputs_of, is_alone, places
from .elements import tensor
from .errors import CaptureError
from .graph import Graph, capture, is_array
from .lazy import lazy
from .number import integers
from .operands import common_device
from .passes import applied, optimise
from .passes.fusion import fuse
from .replay import Program
from .signature import check_leaves, elements_like, refusal, signature
from .tensor import FREED, UNTRACKED, Tensor, known, value

if TYPE_CHECKING:
    from .explain.explanation import Explanation
    from .plan.plan import Plan

# Half of what there is to import, and not needed before something is compiled.
planning = lazy(f"{__package__}.plan.plan")
explaining = lazy(f"{__package__}.explain.explanation")


@dataclass(frozen=True, eq=False)
class _Found:
    """What is known of a function for arguments of a kind."""

    graph: Graph
    program: Plan | Program
    given_up: frozenset[int]
    """Which of the graph's inputs the caller loses."""

    place: Device
    take: Take
    """Takes the arrays out of arguments of this kind."""

    kinds: Sequence[tuple[Any, ...]]
    """The shape, dtype and device of each of them."""

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

    def __call__(self, *args: Any, **named: Any) -> Any:
        """What the function returns for these trees."""
        if named:
            raise CaptureError(
                f"compile: arguments come by position; {', '.join(named)} came by name"
            )
        latest, arrays = self._latest, None
        # What comes is mostly what came the last time: 6 us instead of 60 us for a
        # perceptron of three layers and its optimiser's state.
        if latest is not None:
            tensors = latest.take(args)
            arrays = tensors and elements_like(tensors, latest.kinds)
        if latest is None or tensors is None or arrays is None:
            leaves, structure = tree.flatten(args)
            latest = self._latest = self._known(args, leaves, structure)
            tensors = [tensor(x) for x in leaves if is_array(x)]
            if any(x.root != UNTRACKED for x in tensors):
                results = latest.graph.apply(*tensors)
                return tree.unflatten(latest.graph.structure, results)
            arrays = [value(x, latest.graph.name) for x in tensors]
        return latest.build(_results(latest, tensors, arrays))

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
        key = (structure, tuple(map(signature, leaves)))
        try:
            found = self._found.get(key)
        except TypeError as error:
            raise refusal(args, leaves, error) from None
        if found is None:
            check_leaves(args, leaves)
            found = self._found[key] = self._new(args, *key)
            warn_of_slow_loop(found.graph.name, found.program)
            warn_of_many_kinds(found.graph.name, len(self._found))
        return found

    def _new(
        self, args: Sequence[Any], structure: tree.Structure, kinds: tuple[Any, ...]
    ) -> _Found:
        check_positions(self.donate, len(args))
        graph = capture(self.function, *args)
        constants = graph.constants()
        read = [*graph.inputs, *constants]
        place = common_device(graph.name, read) if read else HOST
        fixed = [kind if isinstance(kind, tree.Static) else None for kind in kinds]
        take = taker(structure, fixed)
        arrays = [kind for kind in kinds if not isinstance(kind, tree.Static)]
        given_up = frozenset(inputs_of(args, self.donate))
        program: Plan | Program
        if isinstance(place, CPU):
            found = places(graph, given_up)
            improved = applied("compile", self.passes, graph)
            _check_complete(self.passes, improved)
            program = planning.Plan(fuse(improved), place, found)
        else:
            program = Program(graph)
        build = builder(graph.structure)
        return _Found(graph, program, given_up, place, take, arrays, build)


def _check_complete(passes: Callable[..., Any], graph: Graph) -> None:
    """Raise an error if a graph reads what nobody gives it, as after a wrong pass."""
    given = {x.serial for x in graph.inputs}
    for x in (*graph.outputs, *(x for node in graph.nodes() for x in node.inputs)):
        if x.op is None and x.data is None and x.serial not in given:
            raise CaptureError(
                f"compile: {getattr(passes, '__name__', passes)} made of {graph.name} "
                f"a graph that reads {x.dtype}{list(x.shape)}, which is no input of it"
            )


def _results(
    found: _Found, tensors: Sequence[Tensor], arrays: list[Any]
) -> list[Tensor]:
    """What comes out for tensors, whose elements are in these arrays."""
    program, place = found.program, found.place
    if isinstance(program, Program):
        results = program.run(arrays, place)
        for i in found.given_up:
            tensors[i].data = FREED
        return [known(array, place) for array in results]
    for i in range(len(arrays)):  # a name for an array would be one more reader of it
        if not arrays[i].flags.c_contiguous:
            arrays[i] = np.ascontiguousarray(arrays[i])
    program.check(arrays)
    for i in program.shared.values():
        if not is_alone(arrays, i):
            arrays[i] = place.put(arrays[i])
    outputs = program.outputs(arrays)
    given_up = [(tensors[i], tensors[i].data) for i in found.given_up]
    for x, _ in given_up:
        x.data = FREED
    try:
        program.run(arrays, outputs)
    except Exception:  # a library's, which is called before inputs are written over
        for x, data in given_up:
            x.data = data
        raise
    return [known(array, place) for array in outputs]


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
    What no result depends on is not computed, so it raises no error either: a row out
    of range is one only if the row is used. Results equal those of the function up to
    rounding: sums are taken in another order, elementary functions are the compiler's
    own, and numbers below the smallest normal one count as zero. A kernel rounds to 16
    bits what it writes, and not what it goes on computing with. With one thread, equal
    calls have equal bits.

    There is a warning when a loop runs op by op: a `while_loop`, whose end nobody
    knows, or a long scan whose steps hold what has no kernel; and when the ninth kind
    of arguments comes.
    """
    for what, given in (("function", function), ("passes", passes)):
        if not callable(given):
            raise CaptureError(
                f"compile: {what} must be a function, {type(given).__name__} came"
            )
    return Compiled(function, integers(donate, who="compile", what="donate"), passes)
