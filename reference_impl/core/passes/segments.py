"""Segments: a forward pass that is computed again, a part at a time.

A part of the nodes before the turn of a training step is a segment. What a later
segment reads of it is kept; the rest is computed again when the backward pass arrives.

    forward    a b c | d e f | g h i       kept over the turn: c, f
    backward           i h g               from f: g h i are there again
                       f e d               from c: d e
                       c b a               from the inputs: a b

With n alike layers in s segments s values are kept and n / s are there again, so that
s + n / s is least for the square root of n. Layers are seldom alike, so some numbers of
segments are tried, and the caller takes what it likes.

Source: Chen, Xu, Zhang and Guestrin 2016, sections 4.1 and 4.2.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise

from .liveness import NodeOrder, nbytes
from .repetition import recomputed

_COUNTS = (2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64)


def segmented(order: NodeOrder) -> Iterator[NodeOrder]:
    """Orders in which some or all segments are computed again.

    The turn is the fullest place. Of a number of segments the last ones may be kept as
    they are: these are read first.
    """
    turn = order.fullest
    for count in _COUNTS:
        edges = _edges(order, turn, count)
        if len(edges) == count + 1:
            for again in sorted({count, count // 2}):
                yield _again(order, edges[: again + 1], turn)


def _edges(order: NodeOrder, turn: int, count: int) -> list[int]:
    """Where segments begin and end that keep about the same number of bytes.

    Near each such place the one is taken over which the fewest bytes lead.
    """
    kept, crossing = _kept_and_crossing(order, turn)
    edges, width = [0], max(1, turn // (3 * count))
    for i in range(1, count):
        ideal = next(p for p in range(turn + 1) if kept[p] * count >= kept[-1] * i)
        near = range(max(edges[-1] + 1, ideal - width), min(turn, ideal + width + 1))
        edges += [min(near, key=crossing.__getitem__)] if near else []
    return [*edges, turn]


def _kept_and_crossing(order: NodeOrder, turn: int) -> tuple[list[int], list[int]]:
    """Bytes made up to each place and read after the turn; read on before the turn."""
    kept, crossing = [0] * (turn + 1), [0] * (turn + 2)
    for owner, read in order.last_reads(turn).items():
        first, last = order.lives[owner]
        size = nbytes(order.tensors[owner])
        kept[first] += size if last > turn else 0
        crossing[first + 1] += size
        crossing[read + 1] -= size
    return list(accumulate(kept)), list(accumulate(crossing))


def _again(order: NodeOrder, edges: Sequence[int], turn: int) -> NodeOrder:
    """The order in which everything between two edges is computed again."""
    last = order.last_reads(turn)
    ends = {place: end for first, end in pairwise(edges) for place in range(first, end)}

    def is_kept(key: int) -> bool:
        owner = order.owners[key]
        end = ends.get(order.places.get(owner, turn), 0)
        return last.get(owner, end) >= end or order.is_output(owner)

    return recomputed(order, turn, is_kept)
