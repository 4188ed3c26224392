"""Recomputation in loops: a step backward makes again what it would read of a sequence.

What a step of a loop needs when derivatives go back through it is kept of every step,
as a sequence. Some sequences can be made of others that the loop backward reads anyway:

    forward    f, c, g   ->   t = tanh(f * c + g)       keeps f, c, g and t
    backward   f, c, g, t  ->  ...

becomes

    forward    f, c, g   ->   t = tanh(f * c + g)       keeps f, c and g
    backward   f, c, g   ->   t = tanh(f * c + g), ...

Both loops count their steps alike, even if one of them goes from the last to the first,
so that an element of one sequence is computed of those at its place in the others.

This is what `recompute` does outside of loops, and as there only ops on single elements
are computed again, and only for others of this kind.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from ..dtype import HALVES
from ..graph import Graph, check_graph
from ..pointwise import is_pointwise, is_reduction
from ..tensor import Tensor
from .dead_code import dead_code
from .liveness import peak_bytes
from .loops import Given, Scan, is_loop
from .recompute import LONGEST_CHAIN, SMALL_PEAK_BYTES
from .rewrite import again, is_constant, is_made_by, placed, readers, rewritten


def loop_recompute(graph: Graph) -> Graph:
    """The graph whose loops compute again what is made of sequences they read anyway.

    Values stay the same to the bit.
    """
    check_graph("loop_recompute", graph)
    if peak_bytes(graph) < SMALL_PEAK_BYTES:
        return graph
    counts = readers(graph)

    def with_less(former: Tensor, node: Tensor) -> tuple[Tensor, ...] | None:
        if not is_loop(node):
            return None
        pairs = zip(former.inputs, node.inputs, strict=True)
        return _with_less(
            Scan.of(node), {new.serial for x, new in pairs if counts[x.serial] == 1}
        )

    after = rewritten(graph, with_less)
    return graph if after is graph else dead_code(after)


def _with_less(loop: Scan, read_once: Collection[int]) -> tuple[Tensor, ...] | None:
    """The results of a loop that reads fewer of the sequences that only it reads."""
    made: dict[int, Tensor] = {}
    makers = {x.outside.inputs[0] for x in loop.slices if _is_result(x.outside)}
    for maker in sorted(makers, key=lambda node: node.serial):
        if maker.attrs["length"] == loop.length:
            made |= _Pair.of(maker, loop).made_again(read_once)
    if not made:
        return None
    outputs = placed(loop.body, [made.get(x.serial, x) for x in loop.body.inputs])
    pairs = zip(loop.carries, outputs, strict=False)
    return replace(
        loop,
        carries=[carry._replace(after=after) for carry, after in pairs],
        slices=[x for x in loop.slices if x.inside.serial not in made],
        ys=outputs[len(loop.carries) :],
    ).remade()


def _is_result(x: Tensor) -> bool:
    """Whether a tensor is one of the results of a loop."""
    return is_made_by(x, "pick") and is_loop(x.inputs[0])


@dataclass
class _Pair:
    """Two loops, of which the later one reads sequences that the first one makes.

    Attributes
    ----------
    sequences : list of (Tensor, Given)
        What is such a sequence: a value of the first body, and how the later one reads
        it.
    there : dict of int to Tensor
        By the serials of values of the first body: what stands for them in the later
        one.
    """

    first: Scan
    later: Scan
    sequences: list[tuple[Tensor, Given]]
    there: dict[int, Tensor]

    @classmethod
    def of(cls, maker: Tensor, later: Scan) -> _Pair:
        """The pair of a node, which is a loop, and a loop that reads its results."""
        first = Scan.of(maker)
        results = dict(enumerate(first.ys, len(first.carries)))
        sequences = [
            (results[x.outside.attrs["index"]], x)
            for x in later.slices
            if _is_result(x.outside)
            and x.outside.inputs[0] is maker
            and x.outside.attrs["index"] in results
        ]
        there = {y.serial: x.inside for y, x in sequences}
        for ours, theirs in ((first.slices, later.slices), (first.free, later.free)):
            inside = {x.outside.serial: x.inside for x in theirs}
            there |= {
                x.inside.serial: inside[x.outside.serial]
                for x in ours
                if x.outside.serial in inside
            }
        return cls(first, later, sequences, there)

    def made_again(self, read_once: Collection[int]) -> dict[int, Tensor]:
        """By what the later body reads: how it is made of the rest that it reads."""
        made: dict[int, Tensor] = {}
        sources: set[int] = set()
        # Late ones first: what they are made of is then kept for them.
        for y, given in sorted(self.sequences, key=lambda pair: -pair[0].serial):
            is_free = y.serial not in sources and given.outside.serial in read_once
            if not is_free or not _is_walked(given.inside, self.later.body):
                continue
            nodes = self._chain(y)
            if nodes is not None:
                del self.there[y.serial]
                made[given.inside.serial] = self._copied(nodes)
                sources |= {x.serial for node in nodes for x in node.inputs}
        return made

    def _chain(self, y: Tensor) -> list[Tensor] | None:
        """The nodes of the first body that make a value of others that are there."""
        nodes: dict[int, Tensor] = {}
        waiting = [y]
        while waiting:
            node = waiting.pop()
            is_exact = node.op is not None and is_pointwise(node) and not _is_half(node)
            if not is_exact or len(nodes) == LONGEST_CHAIN:
                return None
            nodes[node.serial] = node
            waiting += [
                x
                for x in node.inputs
                if x.serial not in nodes
                and not is_constant(x)
                and (x.serial not in self.there or (_is_half(x) and x.op is not None))
            ]
        return [nodes[serial] for serial in sorted(nodes)]

    def _copied(self, nodes: Sequence[Tensor]) -> Tensor:
        """The last of some nodes, made of what stands for values in the later body."""
        new = dict(self.there)
        for node in nodes:
            new[node.serial] = again(node, [new.get(x.serial, x) for x in node.inputs])
        return new[nodes[-1].serial]


def _is_half(x: Tensor) -> bool:
    return x.dtype in HALVES


def _is_walked(x: Tensor, body: Graph) -> bool:
    """Whether only walks over elements read a value of a body."""
    read = [node for node in body.nodes() if any(y is x for y in node.inputs)]
    is_end = any(y is x for y in body.outputs)
    return not is_end and all(is_pointwise(y) or is_reduction(y) for y in read)
