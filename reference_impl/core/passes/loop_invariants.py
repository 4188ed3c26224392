"""Loop-invariant code motion: what is the same at every step is computed once, before.

A node of a loop's body is invariant if all it reads is: what the body closes over,
constants, and other invariant nodes.

    ys = scan(h0, xs, w, ...)            w1 = permute_dims(w)
      h, x, w -> matmul(                 ys = scan(h0, xs, w1, ...)
        h + x, permute_dims(w))   becomes   h, x, w1 -> matmul(h + x, w1)

Only the last invariant values of the body become inputs of the loop; what led to them
is dead there. What is only repeated (`broadcast_to`) stays inside, where it costs
nothing; outside it would be a sequence of bytes to read.

What a step passes through leaves the loop, too: a carry that is handed on as it came is
no carry, and a result y that is invariant, or a slice of a sequence, is known without a
loop. Every op is applied to the numbers that it was applied to before. A loop of no
steps stays as it is: outside, an op could complain that would never have been run.

Source: Allen and Cocke 1971; Aho, Lam, Sethi and Ullman 2007, section 9.5.
"""

from __future__ import annotations

from dataclasses import replace

from ..graph import Graph
from ..tensor import Tensor
from .loops import Given, Scan, is_loop
from .rewrite import again, is_constant, made, rewritten

# What takes no memory inside of a loop and some outside.
_REPEATING = "broadcast_to"

Results = tuple[Tensor, ...]


def loop_invariants(graph: Graph) -> Graph:
    """The graph whose loops compute only what differs between their steps."""
    return rewritten(graph, _moved_out, loop_invariants)


def _moved_out(former: Tensor, node: Tensor) -> Results | None:
    if not is_loop(node) or not node.attrs["length"]:
        return None
    loop = Scan.of(node)
    handed_on = [c for c in loop.carries if c.after is c.before]
    free = [*loop.free, *(Given(c.first, c.before) for c in handed_on)]
    outside = _outside(loop.body, free)
    moved = [Given(outside[x.serial], x) for x in _last(loop.body, outside)]
    there = {x.inside.serial for x in free}
    new = [x for x in moved if x.inside.serial not in there]
    sequences = {x.inside.serial: x.outside for x in loop.slices}
    known = [y for y in loop.ys if y.serial in outside or y.serial in sequences]
    if not (new or known or handed_on):
        return None
    carries = [c for c in loop.carries if c.after is not c.before]
    ys = [y for y in loop.ys if y.serial not in outside and y.serial not in sequences]
    results = iter(replace(loop, carries=carries, free=[*free, *new], ys=ys).remade())
    last = [c.first if c.after is c.before else next(results) for c in loop.carries]
    for y in loop.ys:
        if y.serial in sequences:
            last.append(sequences[y.serial])
        elif y.serial in outside:
            last.append(_at_every_step(outside[y.serial], loop.length))
        else:
            last.append(next(results))
    return tuple(last)


def _outside(body: Graph, free: list[Given]) -> dict[int, Tensor]:
    """What is invariant, by its serial in the body, as tensors outside of it."""
    outside = {x.inside.serial: x.outside for x in free}
    for node in body.nodes():
        read = [x for x in node.inputs if not is_constant(x)]
        # What is made of constants only is the business of another pass.
        if read and all(x.serial in outside for x in read):
            inputs = [outside.get(x.serial, x) for x in node.inputs]
            outside[node.serial] = again(node, inputs)
    return outside


def _last(body: Graph, outside: dict[int, Tensor]) -> list[Tensor]:
    """The invariant values that what stays in the body reads."""
    read: set[int] = set()
    found = []
    for node in reversed(body.nodes()):
        is_moved = node.serial in outside
        if is_moved and node.op.name != _REPEATING:
            if node.serial in read and not isinstance(node.dtype, tuple):
                found.append(node)
            continue
        if not is_moved or node.serial in read:
            read |= {x.serial for x in node.inputs}
    return found[::-1]


def _at_every_step(x: Tensor, length: int) -> Tensor:
    """A sequence of one value."""
    row = made("reshape", x, shape=(1, *x.shape))
    return made(_REPEATING, row, shape=(length, *x.shape))
